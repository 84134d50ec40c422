"""Registers: lists of households, clubs and staff that outlive a survey, and the ids that follow them for ever."""

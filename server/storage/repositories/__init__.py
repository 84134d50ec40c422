"""Reads and writes of the tables, one module per noun; each works inside a unit of work's transaction."""

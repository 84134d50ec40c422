"""Dated administrative units: what they are called, where they lie, which records a post on one of them covers."""

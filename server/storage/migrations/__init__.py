"""Numbered steps of the schema, one thought each; they never import models."""

"""The verbs: one file, one use case, one transaction."""

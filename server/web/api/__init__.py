"""The JSON door: figures and lists of records for programs, by the same operations and rights as the pages."""

"""The door Collect knocks at: form list, forms, files and submissions, as OpenRosa has it."""

"""Who may do what, where and on which day."""

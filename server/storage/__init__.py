"""SQL: the database, the unit of work, the tables and what reads and writes them."""

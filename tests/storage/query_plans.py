"""In which steps SQLite runs what a repository asks, where it has no statistics: as in every store of its own."""

from __future__ import annotations

from sqlalchemy import NullPool, create_engine, event


def plan(template, ask):
    """Return the steps of the one statement that *ask*, given a connection to an empty store, has SQLite run."""
    asked = []
    engine = create_engine(f"sqlite:///{template}", poolclass=NullPool)
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    with engine.connect() as connection:
        ask(connection)
        [(statement, given)] = asked
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]

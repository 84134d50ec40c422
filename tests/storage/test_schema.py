"""The steps lead to exactly the tables the models describe, and back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from server.storage.models import db
from server.storage.schema import current, downgrade, head, upgrade

pytestmark = pytest.mark.database


def test_models_and_newest_step_agree(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
        assert _partial(engine) == {
            one.name
            for table in db.metadata.sorted_tables
            for one in table.indexes
            if one.dialect_options[engine.dialect.name]["where"] is not None
        }


def test_a_fresh_database_stands_at_the_newest_step(engine):
    assert current(engine) == head()


def test_up_down_up_leaves_the_schema_unchanged(engine):
    before = _schema(engine)
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(engine)
    assert _schema(engine) == before


def test_upgrading_twice_changes_nothing(engine):
    before = _schema(engine)
    upgrade(engine)
    assert _schema(engine) == before


def _partial(engine):
    """Return the indexes of some rows alone: comparing models with tables does not look at their conditions."""
    seen = inspect(engine)
    indexes = [one for table in seen.get_table_names() for one in seen.get_indexes(table)]
    return {one["name"] for one in indexes if f"{engine.dialect.name}_where" in one.get("dialect_options", {})}


def _schema(engine) -> dict[str, object]:
    seen = inspect(engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            sorted((index["name"], tuple(index["column_names"]), index["unique"]) for index in seen.get_indexes(table)),
            sorted(one["name"] for one in seen.get_unique_constraints(table)),
            sorted(one["name"] for one in seen.get_check_constraints(table)),
            sorted(one["name"] for one in seen.get_foreign_keys(table)),
        )
        for table in sorted(seen.get_table_names())
    }

"""The steps lead to exactly the tables the models describe, and back."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, insert, inspect

from server.storage.models import db
from server.storage.models.people import AccountRow
from server.storage.models.saved_views import SavedViewRow
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


def test_no_number_of_a_row_that_went_is_given_to_another(engine):
    """A page that is open still, or a worker that was slow, must not mean another row by it."""
    rows, since = SavedViewRow, datetime(2026, 11, 29, tzinfo=UTC)
    account = {"login": "ai", "name": "Mẫu", "password_hash": "", "created_at": since}
    with engine.begin() as connection:
        account_id = connection.execute(insert(AccountRow).values(account).returning(AccountRow.id)).scalar_one()
        view = insert(rows).values(account_id=account_id, name="a", query="", created_at=since).returning(rows.id)
        first = connection.execute(view).scalar_one()
        connection.execute(delete(rows))
        assert connection.execute(view).scalar_one() == first + 1


def test_sqlite_counts_on_where_the_models_say_so(engine):
    said = {one.name for one in db.metadata.sorted_tables if one.dialect_options["sqlite"]["autoincrement"]}
    assert said == {"outbox", "saved_view", "suspect"}
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
            assert set(made.scalars()) == said


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

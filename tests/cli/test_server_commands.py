"""Setting up, loading samples, looking over, rebuilding: what keeps a server in order."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import indicator_table
from tests.cli.conftest import FORMS, Shell

pytestmark = pytest.mark.database


def as_set_up(services):
    return Shell.over(services).json("setup", FORMS)


@pytest.fixture
def beginning(request):
    return as_set_up if "set_up" in request.fixturenames else ()


@pytest.fixture
def set_up(begun):
    """What the command said when it set the server up."""
    return begun


def test_setup_prepares_everything_but_incidents(shell, set_up):
    assert [one["form_id"] for one in set_up["forms"]] == [
        "commune_register", "household_conduct_survey", "household_register", "training_event",
    ]  # fmt: skip
    assert [one["name"] for one in set_up["plans"]] == ["plan-2026-2030-draft", "plan-4002"]
    assert [one["name"] for one in set_up["reports"]] == [
        "commune-2011", "district-2011", "yearly-2017-commune", "yearly-2017-province",
    ]  # fmt: skip
    assert set_up["separate"] is None
    assert set_up["administrator"]["password"]


def test_setup_again_changes_nothing_and_shows_no_password(shell, set_up, forms):
    again = shell.json("setup", forms)
    assert again["administrator"] is None
    assert not any(one["is_new"] for one in [*again["forms"], *again["plans"], *again["reports"]])
    assert [one["kind"] for one in shell.json("project", "list")] == ["main", "practice"]


def test_setup_has_postgresql_look_at_what_was_restored(shell, set_up, services, forms):
    """A restored database has no statistics, and is slow by a hundred times until it has looked by itself."""
    shell.json("setup", forms)
    with services.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            seen = connection.exec_driver_sql("SELECT tablename FROM pg_stats WHERE schemaname = current_schema()")
            assert {"form", "unit", "unit_ancestor", "indicator"} <= set(seen.scalars())
        else:
            assert not inspect(connection).has_table("sqlite_stat1"), "SQLite plans without"


def test_incidents_are_published_apart_and_for_nobody(shell, set_up, services, forms):
    made = shell.json("setup", forms, "--incidents")
    with services.reading(services.operator()) as uow:
        (sealed,) = uow.forms.current(made["separate"]["project_id"])
        everyday = uow.forms.current(made["main"]["project_id"])
    assert (sealed.is_sensitive, sealed.audience) == (True, "nobody")
    assert not any(one.is_sensitive for one in everyday)


def test_the_doctor_has_a_line_for_everything(shell, set_up):
    assert {one["code"] for one in shell.checks()} >= {
        "doctor.settings", "doctor.database", "doctor.clock", "doctor.schema", "doctor.jobs", "doctor.spool",
        "doctor.media", "doctor.room", "doctor.locks",
    }  # fmt: skip


def test_the_doctor_tells_a_database_that_could_lose_records(shell, set_up, database_url):
    """The tests' PostgreSQL runs without fsync to be fast, which is exactly what nobody may serve from."""
    weak = {one["params"]["setting"] for one in shell.checks() if one["code"] == "doctor.weak"}
    assert weak == (set() if database_url.startswith("sqlite") else {"fsync", "full_page_writes"})
    shell.run("doctor", code=1 if weak else 0)


def shares_over(services):
    """Return the shares of the plan in force that say more than the whole of a commune or of the province."""
    province = services.atlas.current().territory.resolve("51", services.today()).unit_id
    account = Account(AccountId(1), "mau", (Post(Role.ANALYST, province, None, None),), elevated=False)
    codes = ("I1", "I2", "I3", "I4a", "I4b", "I5", "I5-n", "I5-cn", "I5-cs", "I5-kt", "I5-kk", "I6", "I6a", "I6b")
    tables = {one: indicator_table(services, account, FigureQuestion(one, services.today().year)) for one in codes}
    assert {code for code, table in tables.items() if table.total.value} >= {*codes} - {"I1", "I4a", "I4b", "I3"}
    figures = [
        (code, one) for code, table in tables.items() for one in (table.total, *(row.figure for row in table.rows))
    ]
    return [(code, one) for code, one in figures if one.value is not None and one.value > 100]


def test_samples_are_marked_loaded_once_and_rebuilt_as_they_are(shell, set_up, services, forms):
    first = shell.json("sample", "load", forms)
    assert {one["role"] for one in first["accounts"]} == {"supervisor", "analyst", "incident_officer"}
    assert first["received"] > 150
    assert first["approved"] > 80
    assert shell.json("sample", "load", forms) == {"accounts": [], "received": 0, "approved": 0}
    with services.reading(services.operator()) as uow:
        people = uow.collaborators.lines(None, services.today())
        versions = uow.versions.after(0, 1000)
        made = uow.versions.made_of(versions, ())
        before = uow.figures.every_sum(set_up["main"]["project_id"])
    assert all(one.is_sample and "(mẫu)" in one.name for one in people)
    assert before
    assert [one for one in made.values() if one.findings] == [], "a sample record is a record without a fault"
    assert shares_over(services) == []
    rebuilt = shell.json("rebuild")
    assert (rebuilt["versions"], rebuilt["differed"], rebuilt["underived"]) == (first["received"], 0, 0)
    assert [one["differed"] for one in rebuilt["figures"]] == [0, 0]
    alone = shell.json("rebuild", "--figures-only")
    assert {name: rebuilt[name] for name in alone} == alone
    assert "registers" not in alone


def test_jobs_with_nothing_to_do_end_at_once(shell, set_up):
    assert shell.json("jobs", "run", "--once") == {
        "done": 0,
        "failed": 0,
        "moved": 0,
        "swept": 0,
        "forced": 0,
        "approved": 0,
        "added_up": 0,
    }


def test_the_sample_phone_is_one_person_with_a_new_key_each_time(shell, set_up, services):
    first, second = shell.json("sample", "phone"), shell.json("sample", "phone")
    assert first["collaborator_id"] == second["collaborator_id"]
    assert first["token"] != second["token"]
    assert first["server_url"].endswith(f"/projects/{set_up['practice']['project_id']}")


@pytest.fixture
def unprepared(engine, shell, tmp_path):
    """A shell on a database without one table."""
    if engine.dialect.name == "sqlite":
        shell.environment["NEPNHA_DATABASE_URL"] = f"sqlite:///{tmp_path}/empty.db"
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    return shell


def test_a_database_never_prepared_is_told_with_what_to_run(unprepared):
    for command in (["account", "add", "--login", "an.mau", "--role", "analyst", "--unit", "51"], ["project", "list"]):
        assert "nepnha setup" in unprepared.run(*command, code=1).stderr


def test_the_doctor_looks_at_everything_else_where_no_table_is(unprepared):
    checks = {one["code"]: one for one in unprepared.checks()}
    assert checks.keys() >= {
        "doctor.settings",
        "doctor.database",
        "doctor.schema_behind",
        "doctor.media",
        "doctor.room",
    }
    assert not checks["doctor.schema_behind"]["is_good"]
    assert "nepnha setup" in checks["doctor.schema_behind"]["message"]
    unprepared.run("doctor", code=1)

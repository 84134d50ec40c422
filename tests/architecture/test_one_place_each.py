"""What may be done in one place only is done nowhere else."""

from __future__ import annotations

import ast

import pytest

TRANSACTIONS = {"begin", "begin_nested", "commit", "rollback"}
WHERE_TRANSACTIONS = {
    "server/storage/unit_of_work.py",
    # Migrations run before there is a schema to have a unit of work on, and hold a lock around alembic's own.
    "server/storage/schema.py",
    "server/storage/migrations/env.py",
}
PURE = ("server/forms/",)
"""A compiler may begin a block of code; what cannot import SQLAlchemy begins no transaction."""
ONLY_IMPORTER = {
    "pyxform": {"server/forms/convert_child.py"},
    "boto3": {"server/media/s3.py"},
    "botocore": {"server/media/s3.py"},
    "gettext": {"server/language/catalogue.py"},
    "PIL": {"server/media/picture_child.py"},
    "segno": {"server/cli/codes.py", "server/web/console/collaborators.py", "server/web/console/qr.py"},
}
DOORS = ("server/cli/", "server/wsgi.py")
LAST_RESORTS = {
    "server/operations/derive_submission.py",
    "server/operations/run_jobs.py",
    # A record is kept whatever registers make of it; a job tries again.
    "server/operations/register_version.py",
    # The child process that runs a foreign converter on foreign bytes reports whatever it raises.
    "server/forms/convert_child.py",
}


def test_only_the_unit_of_work_begins_commits_and_rolls_back(modules):
    found = {
        module.name
        for module in modules
        if not module.name.startswith(PURE)
        for one in module.nodes
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in TRANSACTIONS
    }
    assert found <= WHERE_TRANSACTIONS


def test_only_the_two_doors_read_the_environment(modules):
    names = {"environ", "getenv", "putenv"}

    def reads(module):
        attributes = [one for one in module.nodes if isinstance(one, ast.Attribute)]
        of_os = {one.attr for one in attributes if isinstance(one.value, ast.Name) and one.value.id == "os"}
        return of_os & names or {f"os.{name}" for name in names} & module.imported()

    readers = [module.name for module in modules if reads(module)]
    assert [one for one in readers if not one.startswith(DOORS)] == []
    assert readers, "the doors read it"


@pytest.mark.parametrize("library", sorted(ONLY_IMPORTER))
def test_a_library_with_one_home_is_imported_there_alone(modules, library):
    importers = {
        module.name for module in modules if any(name.split(".")[0] == library for name in module.imported() if name)
    }
    assert importers, f"{library} is used"
    assert importers <= ONLY_IMPORTER[library]


def test_exception_is_caught_only_where_it_is_recorded(modules):
    catchers = {
        module.name
        for module in modules
        for one in module.nodes
        if isinstance(one, ast.ExceptHandler)
        and (one.type is None or (isinstance(one.type, ast.Name) and one.type.id in {"Exception", "BaseException"}))
    }
    assert catchers <= LAST_RESORTS


def test_sql_is_written_in_storage_alone(modules):
    speakers = {"sqlalchemy.select", "sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete", "sqlalchemy.text"}
    writers = [module.name for module in modules if module.imported() & speakers]
    assert [one for one in writers if not one.startswith("server/storage/")] == []


def test_records_are_read_through_a_sight(modules):
    """A scoped read starts at `visible`; the tables of records are otherwise named by these alone."""
    tables = {"SubmissionRow", "SubmissionVersionRow", "EntityRow", "EntityVersionRow"}
    namers = {
        module.name
        for module in modules
        for one in module.nodes
        if isinstance(one, ast.ImportFrom) and tables & {alias.name for alias in one.names}
    }
    repositories = "server/storage/repositories/"
    unscoped = {
        "server/storage/models/__init__.py",
        "server/storage/visible.py",
        f"{repositories}submissions.py",  # intake sees its whole project and returns nothing to the phone
        f"{repositories}new_records.py",  # intake again: it writes what was not there, and reads nothing
        f"{repositories}record_conditions.py",  # conditions on a select that starts at `visible`
        f"{repositories}record_words.py",  # words as they are written: of the record in hand, shown to nobody
        f"{repositories}versions.py",  # deriving again: the command line and background work
        f"{repositories}entities.py",  # registers as they are written: what a record or a batch names, and nothing else
        f"{repositories}register_tallies.py",  # counting registers anew: numbers of units, told to nobody by name
        f"{repositories}phones.py",  # numbers of what people sent who were found in sight; never a record
        f"{repositories}entity_effects.py",  # what a record in hand did to registers
    }
    by_name = {module.name: module for module in modules}
    unseeing = {one for one in namers - unscoped if "server.storage.visible" not in by_name[one].imported()}
    assert unseeing == set()


CLOCKS = {"perf_counter", "process_time", "thread_time", "perf_counter_ns", "process_time_ns"}
TELLS_BUT_DOES_NOT_JUDGE = {"tests/operations/test_import_large.py"}
"""It writes how long the full size took beside what it proves."""


def test_no_test_judges_by_a_stopwatch(texts):
    """A busy machine would fail it; how quick a thing is, the benchmarks say."""
    timed = {
        name
        for name, text in texts.items()
        if name.startswith("tests/") and name.endswith(".py")
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.Attribute | ast.alias) and getattr(one, "attr", getattr(one, "name", "")) in CLOCKS
    }
    assert timed == TELLS_BUT_DOES_NOT_JUDGE

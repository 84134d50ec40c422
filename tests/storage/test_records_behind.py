"""The records behind a number: all are counted, and a page costs no more however many others there are."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import date

import pytest
from figure_world import NEW_AB, NEW_FRAME, NEW_PROVINCE, VILLAGE_A, VILLAGE_B, VILLAGE_C, FigureWorld, adds
from sqlalchemy import event, inspect, text, update

from server.indicators.sources import Source
from server.storage.models.submissions import SubmissionRow
from server.storage.repositories.figure_tables import Extent
from server.storage.visible import Reading

pytestmark = pytest.mark.database
HOUSEHOLDS, PEOPLE = Source("visit.households"), Source("visit.people")
MINE = Reading(frozenset({NEW_AB}))
STRIDE = 100
COPIES = {
    "submission": (
        "id",
        {"root_instance_id": "root_instance_id || '-' || n", "counted_version_id": "counted_version_id + n"},
    ),
    "submission_version": ("id", {"submission_id": "submission_id + n", "instance_id": "instance_id || '-' || n"}),
    "contribution": ("version_id", {"subject": "subject || n", "counted_as": "counted_as || n"}),
}
"""What is another in a copy; all else is as it was."""


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


def extent(world, *units):
    return Extent(world.project_id, 2026, NEW_FRAME, frozenset(units))


def page(world, where, source=HOUSEHOLDS, *, sight, after=None, at_most=3):
    with world.uow(sight, writes=False) as uow:
        return [one.submission_id for one in uow.records_behind.page(where, source, after=after, at_most=at_most)]


def approved(world, *contributions, unit_id):
    record, version = world.receive(*contributions, unit_id=unit_id)
    world.decide({record: version})
    return record


def multiply(world, times):
    """Let the newest record be there so many times more, with its version and what counts of it."""
    with world.engine.begin() as connection:
        last = {name: connection.execute(text(f"SELECT max(id) FROM {name}")).scalar_one() for name in list(COPIES)[:2]}
        for table, (key, others) in COPIES.items():
            of = last["submission" if table == "submission" else "submission_version"]
            changed = {key: f"{key} + n", **others}
            names = [column["name"] for column in inspect(connection).get_columns(table)]
            connection.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(names)}) WITH RECURSIVE numbers (n) AS "
                    f"(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times}) "
                    f"SELECT {', '.join(changed.get(name, name) for name in names)} "
                    f"FROM {table}, numbers WHERE {key} = {of}"
                )
            )
        if connection.dialect.name == "postgresql":
            for name in last:
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
                )


@contextmanager
def counted_steps(engine):
    """Count what SQLite's machine does; nothing is counted on PostgreSQL."""
    steps = [0]

    def listen(connection, *_rest):
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.set_progress_handler(step, STRIDE)

    def step():
        steps[0] += STRIDE
        return 0

    event.listen(engine, "before_cursor_execute", listen)
    yield steps
    event.remove(engine, "before_cursor_execute", listen)


def test_every_record_is_counted_once_wherever_in_it_something_adds(world):
    chance, kept = random.Random(7), {}
    for number in range(25):
        places = chance.sample(range(4), chance.randint(1, 4))
        values = {place: (chance.choice((0, 1, 2)), chance.choice((VILLAGE_A, VILLAGE_C))) for place in places}
        rows = [
            adds("people", subject=f"p{number}-{place}", position=place, value=value, unit_id=unit, combine="sum")
            for place, (value, unit) in values.items()
        ]
        record, version = world.receive(*rows, unit_id=VILLAGE_A)
        kept[record] = values
        world.decide({record: version})
    for record in list(kept)[::4]:
        world.decide({record: None})
        del kept[record]
    for units, villages in (((), {VILLAGE_A, VILLAGE_C}), ((NEW_AB,), {VILLAGE_A, VILLAGE_B})):
        right = {
            record
            for record, values in kept.items()
            if any(value and unit in villages for value, unit in values.values())
        }
        with world.uow(writes=False) as uow:
            found = uow.records_behind.page(extent(world, *units), PEOPLE, after=None, at_most=50)
            assert {one.submission_id for one in found} == right
            assert uow.records_behind.count(extent(world, *units), PEOPLE) == len(right)
    assert world.kept()[1] == world.counted_by_hand()


def test_whoever_has_few_of_very_many_records_finds_them_all_and_goes_through_no_others(world):
    where = extent(world, NEW_PROVINCE)
    mine = [approved(world, adds(subject=f"m{n}", unit_id=VILLAGE_A), unit_id=VILLAGE_A) for n in range(5)]
    approved(world, adds(subject="t", unit_id=VILLAGE_C), unit_id=VILLAGE_C)
    steps = []
    for more in (100, 1900):
        multiply(world, more)
        mine.append(approved(world, adds(subject=f"n{more}", unit_id=VILLAGE_B), unit_id=VILLAGE_B))
        approved(world, adds(subject=f"t{more}", unit_id=VILLAGE_C), unit_id=VILLAGE_C)
        with counted_steps(world.engine) as taken:
            first = page(world, where, sight=MINE)
        assert first == sorted(mine, reverse=True)[:3]
        steps.append(taken[0])
        assert page(world, where, sight=MINE, after=first[-1]) == sorted(mine, reverse=True)[3:6]
        assert page(world, where, sight=Reading(frozenset())) == []
    assert steps[1] <= 1.5 * steps[0], steps


def test_a_page_of_many_of_ones_own_among_newer_ones_of_others_reads_no_more_of_them_than_it_shows(world):
    where, steps, others = extent(world, NEW_PROVINCE), [], iter(range(99))
    for more in (100, 1900):
        approved(world, adds(subject=f"m{more}", unit_id=VILLAGE_A), unit_id=VILLAGE_A)
        multiply(world, more)
        for _ in range(13):
            approved(world, adds(subject=f"t{next(others)}", unit_id=VILLAGE_C), unit_id=VILLAGE_C)
        mine = page(world, where, sight=MINE, at_most=5)
        with rows_gone_through(world.engine) as taken:
            shown = page(world, where, sight=MINE)
        assert mine[:3] == shown == sorted(shown, reverse=True)
        assert page(world, where, sight=MINE, after=shown[1], at_most=3) == mine[2:]
        steps.append(taken[0])
    if world.engine.dialect.name == "postgresql":  # SQLite joins no LATERAL, and sorts all of a reader's own
        assert 0 < steps[1] <= 1.5 * steps[0], steps


def test_a_later_page_goes_through_nothing_that_stands_before_it(world):
    where, steps = extent(world, NEW_PROVINCE), []
    everything = Reading(frozenset({NEW_PROVINCE}))
    first = [approved(world, adds(subject=f"m{n}", unit_id=VILLAGE_A), unit_id=VILLAGE_A) for n in range(9)]
    for more in (300, 5700):
        approved(world, adds(subject=f"n{more}", unit_id=VILLAGE_B), unit_id=VILLAGE_B)
        multiply(world, more)
        with rows_gone_through(world.engine) as taken:
            assert page(world, where, sight=everything, after=first[6]) == first[5:2:-1]
        steps.append(taken[0])
    assert 0 < steps[1] <= 1.5 * steps[0], steps


def test_quarters_of_a_commune_are_read_off_its_own_records_however_many_others_there_are(world):
    where, steps = extent(world, NEW_AB), []
    for month in (1, 5, 5, 12):
        row = adds(subject=f"m{month}", unit_id=VILLAGE_A, day=date(2026, month, 3), combine="sum")
        placed(world, approved(world, row, unit_id=VILLAGE_A), date(2026, month, 3))
    for more in (100, 1900):
        approved(world, adds(subject=f"t{more}", unit_id=VILLAGE_C), unit_id=VILLAGE_C)
        multiply(world, more)
        with rows_gone_through(world.engine) as taken, world.uow(writes=False) as uow:
            assert uow.records_behind.by_quarter(where, HOUSEHOLDS) == {1: 1000, 2: 2000, 4: 1000}
        steps.append(taken[0])
    assert 0 < steps[1] <= 1.5 * steps[0], steps


@contextmanager
def rows_gone_through(engine):
    """Count what SQLite's machine does; of PostgreSQL, the rows its plans read in tables."""
    if engine.dialect.name == "sqlite":
        with counted_steps(engine) as steps:
            yield steps
        return
    asked, read = [], [0]

    def note(_connection, _cursor, statement, parameters, *_rest):
        asked.append((statement, parameters))

    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    event.listen(engine, "before_cursor_execute", note)
    yield read
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in asked:
            if statement.lstrip().startswith(("SELECT", "WITH")):
                plan = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
                read[0] += _rows_of(connection.exec_driver_sql(plan, parameters).scalar_one()[0]["Plan"])


def _rows_of(plan):
    """Return how many rows the scans of a plan read, those left out again too."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return (own if "Scan" in plan["Node Type"] else 0) + sum(map(_rows_of, plan.get("Plans", ())))


def test_quarters_hold_what_is_added_in_a_commune_from_elsewhere_too(world):
    where = extent(world, NEW_AB)
    approved(world, adds(subject="a", unit_id=VILLAGE_A, day=date(2026, 2, 3)), unit_id=VILLAGE_A)
    with world.uow(writes=False) as uow:
        assert uow.records_behind.by_quarter(where, HOUSEHOLDS) == {1: 1000}
    approved(world, adds(subject="b", unit_id=VILLAGE_B, day=date(2026, 8, 3)), unit_id=VILLAGE_C)
    last_year = approved(world, adds(subject="c", unit_id=VILLAGE_B, day=date(2026, 12, 3)), unit_id=VILLAGE_B)
    placed(world, last_year, date(2025, 12, 31))
    with world.uow(writes=False) as uow:
        assert uow.records_behind.by_quarter(where, HOUSEHOLDS) == {1: 1000, 3: 1000, 4: 1000}


def placed(world, record, day):
    """Let a record be of that day."""
    with world.engine.begin() as connection:
        connection.execute(update(SubmissionRow).where(SubmissionRow.id == record).values(event_date=day))

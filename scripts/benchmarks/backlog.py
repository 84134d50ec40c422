"""Years of work behind a console: copies of a province's records, spread over days, people and places, and decided on.

The copies are those of `history`, figures and all. One of fifty waits for a decision, as do the newest thousand that
were sent in earnest; every other has its decision and its deed. A third of them say on which spot they were made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from .history import add_up, copy_surveys
from .stored import analyze

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.operations.services import Services

    from .history import History

_DAYS_BETWEEN = 3
_ONE_OF = 50
_TABLES = ("submission", "submission_version", "contribution", "record_word", "record_step", "review", "deed")
_N = "(1 + (s.id - :records - 1) % :copies)"
"""Which copy of its original a record is, from 1."""
_EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', s.received_at, '-' || ({n} * {days}) || ' days') || '000'",
    "postgresql": "s.received_at - {n} * {days} * interval '1 day'",
}
_DAY = {
    "sqlite": "date(s.event_date, '-' || ({n} % 200) || ' days')",
    "postgresql": "s.event_date - CAST({n} % 200 AS integer)",
}


def set_up_backlog(services: Services, history: History, wanted: int) -> None:
    """Have about *wanted* records there; ids are counted on, so that more can be sent and decided on."""
    with services.engine.connect() as connection:
        records = int(connection.execute(text("SELECT max(id) FROM submission")).scalar_one())
    copies = copy_surveys(services, history, wanted, 0)
    with services.engine.begin() as connection:
        if copies:
            given = {"records": records, "copies": copies, "account": history.account.account_id}
            for statement in _statements(connection.dialect.name):
                _run(connection, statement, given)
        _let_newest_wait(connection, records)
    add_up(services, history)
    analyze(services.engine, _TABLES)


def stored(services: Services) -> int:
    """Return how many records there are."""
    with services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM submission")).scalar_one())


def _run(connection: Connection, statement: str, given: dict[str, int]) -> None:
    connection.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})


def _statements(dialect: str) -> tuple[str, ...]:
    earlier, day = (one[dialect].format(n=_N, days=_DAYS_BETWEEN) for one in (_EARLIER, _DAY))
    return (_SPREAD.format(earlier=earlier, day=day), _WORDS, _UNCOUNTED, _REVIEWS, _DEEDS)


_WAITS = f"{_N} % {_ONE_OF} = 1"
_PLACED = f"CASE WHEN {_N} % 3 = 0 THEN {{0}} END"
_EAST, _NORTH = "10760000 + (s.id * 7919) % 60000", "1410000 + (s.id * 104729) % 100000"
_CELL = f"(({_NORTH}) / 5000 + 1800) * 10000 + ({_EAST}) / 5000 + 3600"
_SPREAD = f"""
    UPDATE submission AS s SET
        received_at = {{earlier}}, event_date = {{day}},
        collaborator_id = 1 + s.id % (SELECT max(id) FROM collaborator),
        instance_name = replace(s.instance_name, ' 37', ' ' || {_N}),
        name_folded = replace(s.name_folded, ' 37', ' ' || {_N}),
        review_state = CASE WHEN {_WAITS} THEN 'received' ELSE 'approved' END,
        counted_version_id = CASE WHEN {_WAITS} THEN NULL ELSE s.counted_version_id END,
        is_flagged = {_N} % 350 = 0,
        longitude_e5 = {_PLACED.format(_EAST)}, latitude_e5 = {_PLACED.format(_NORTH)}, cell = {_PLACED.format(_CELL)}
     WHERE s.id > :records"""  # noqa: S608 our own words
_WORDS = f"""
    INSERT INTO record_word (submission_id, word, unit_id)
    SELECT s.id, CASE WHEN w.word = '37' THEN CAST({_N} AS TEXT) ELSE w.word END, w.unit_id
      FROM submission AS s JOIN record_word AS w ON w.submission_id = 1 + (s.id - :records - 1) / :copies
     WHERE s.id > :records
        ON CONFLICT DO NOTHING"""  # noqa: S608 our own words
_UNCOUNTED = """
    UPDATE contribution SET is_counted = (1 = 0) WHERE is_counted AND version_id IN
    (SELECT v.id FROM submission_version AS v JOIN submission AS s ON s.id = v.submission_id
      WHERE s.id > :records AND s.review_state = 'received')"""
_APPROVED = "FROM submission AS s WHERE s.id > :records AND s.counted_version_id IS NOT NULL"
_REVIEWS = f"""
    INSERT INTO review (submission_id, version_id, state_before, state, comment, account_id, batch_id, decided_at)
    SELECT s.id, s.counted_version_id, 'received', 'approved', '', :account, 'backlog-' || s.id % 999, s.received_at
    {_APPROVED}"""
_DEEDS = f"""
    INSERT INTO deed (done_at, account_id, kind, thing, thing_id, unit_id, params, is_sensitive, batch_id)
    SELECT s.received_at, :account, 'decision.approve', 'record', s.id, s.unit_id, '{{}}', (1 = 0),
           'backlog-' || s.id % 999
    {_APPROVED}"""


def _let_newest_wait(connection: Connection, records: int) -> None:
    """Take the approval of the newest thousand of those sent in earnest back, as if nobody had decided yet."""
    newest = f"SELECT id FROM submission WHERE id <= {records} AND NOT is_flagged ORDER BY id DESC LIMIT 1000"  # noqa: S608 a number
    versions = f"SELECT id FROM submission_version WHERE submission_id IN ({newest})"  # noqa: S608 our own words
    for statement in (
        f"UPDATE contribution SET is_counted = (1 = 0) WHERE version_id IN ({versions})",  # noqa: S608 the same
        f"DELETE FROM review WHERE submission_id IN ({newest})",  # noqa: S608 the same
        f"UPDATE submission SET review_state = 'received', counted_version_id = NULL WHERE id IN ({newest})",  # noqa: S608 the same
    ):
        connection.execute(text(statement))

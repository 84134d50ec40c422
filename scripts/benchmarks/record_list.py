"""The list of a province's records in its orders and filters, for whoever measures it alone: many records, no figures.

The records are copies of some sent in earnest, without what they add to figures; one of fifty waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from server.operations.browse_submissions import Lately, Question, browse_submissions
from server.operations.list_choices import list_choices
from server.operations.sights import Desk
from server.storage.repositories.record_orders import Order
from server.submissions.review import AWAITING

from .stored import analyze

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.access.actors import Account
    from server.operations.services import Services

_ONE_OF = 50
_WAITING = Question(Desk.EVERYDAY, states=AWAITING)
_ALL = Question(Desk.EVERYDAY)
QUESTIONS = {
    "what waits": _WAITING,
    "all": _ALL,
    "oldest first": Question(Desk.EVERYDAY, states=AWAITING, order=Order.OLDEST),
    "by visit": Question(Desk.EVERYDAY, order=Order.VISIT),
    "by sender": Question(Desk.EVERYDAY, order=Order.SENDER),
    "with errors": Question(Desk.EVERYDAY, states=AWAITING, is_flagged=True),
    "seven days": Question(Desk.EVERYDAY, lately=Lately.WEEK),
    "a rare finding": Question(Desk.EVERYDAY, finding="place.unknown"),
    "search: ho 37": Question(Desk.EVERYDAY, words="ho 37"),
    "search: ho mau thon": Question(Desk.EVERYDAY, words="ho mau thon"),
    "search: nobody": Question(Desk.EVERYDAY, words="khong ai"),
}


def read_list(services: Services, account: Account, question: Question) -> int:
    """Read a page of the list with what it can be narrowed to, and return how many there are."""
    page = browse_submissions(services, account, question, after=None)
    list_choices(services, account, question, page)
    return page.total


def copy_records(engine: Engine, wanted: int) -> None:
    """Copy the records there are, their current versions and words, to about *wanted*, spread over people.

    Nothing is to be sent afterwards: the counters of ids stay where they are.
    """
    with engine.begin() as connection:
        everyday = "FROM submission AS s WHERE s.is_sensitive IS FALSE"  # row ids of incidents are counted apart
        there, highest = connection.execute(text(f"SELECT count(*), max(s.id) {everyday}")).one()
        versions = connection.execute(
            text(f"SELECT max(id) FROM submission_version WHERE submission_id IN (SELECT s.id {everyday})")  # noqa: S608 ours
        ).scalar_one()
        copies = max(0, wanted // int(there) - 1)
        given = {"copies": copies, "highest": int(highest), "versions": int(versions)}
        for statement in _COPIES:
            wanted_here = {name: given[name] for name in given if f":{name}" in statement}
            connection.execute(text(statement.format(received_at=_EARLIER[engine.dialect.name])), wanted_here)
    analyze(engine, ("submission", "submission_version", "record_word", "record_step"))


_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :copies) "
_ID = ":highest + (s.id - 1) * :copies + n"
_FROM = "FROM submission AS s, numbers WHERE :copies > 0 AND s.is_sensitive IS FALSE AND s.merged_into_id IS NULL"
_STATE = f"CASE WHEN n % {_ONE_OF} = 0 THEN 'received' ELSE 'approved' END"
_COPY_RECORDS = f"""
    INSERT INTO submission (id, project_id, form_key, root_instance_id, is_sensitive, received_at, collaborator_id,
        unit_id, event_date, figure_year, instance_name, name_folded, review_state, is_flagged, is_derived,
        missing_media)
    {_NUMBERS}
    SELECT {_ID}, s.project_id, s.form_key, s.root_instance_id || ':' || n, s.is_sensitive, {{received_at}},
        1 + (s.id + n) % (SELECT max(id) FROM collaborator), s.unit_id, s.event_date, s.figure_year, s.instance_name,
        s.name_folded, {_STATE}, n % 350 = 0, s.is_derived, 0
    {_FROM}"""  # noqa: S608 our own words
_COPY_VERSIONS = f"""
    INSERT INTO submission_version (id, submission_id, project_id, form_key, form_version_id, instance_id, sha256, xml,
        received_at, device_id, is_current)
    {_NUMBERS}
    SELECT :versions + (s.id - 1) * :copies + n, {_ID}, v.project_id, v.form_key, v.form_version_id,
        v.instance_id || ':' || n, v.sha256, v.xml, v.received_at, 'collect:copy', v.is_current
      FROM submission_version AS v JOIN submission AS s ON s.id = v.submission_id, numbers
     WHERE :copies > 0 AND v.is_current AND s.id <= :highest AND s.is_sensitive IS FALSE
       AND s.merged_into_id IS NULL"""  # noqa: S608 the same
_COPY_WORDS = f"""
    INSERT INTO record_word (submission_id, word, unit_id)
    {_NUMBERS}
    SELECT {_ID}, w.word, w.unit_id
      FROM record_word AS w JOIN submission AS s ON s.id = w.submission_id, numbers
     WHERE :copies > 0 AND s.id <= :highest"""  # noqa: S608 the same
_EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', s.received_at, '-' || n || ' minutes') || '000'",
    "postgresql": "s.received_at - n * interval '1 minute'",
}
_COPIES = (_COPY_RECORDS, _COPY_VERSIONS, _COPY_WORDS)

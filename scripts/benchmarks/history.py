"""Two years of a province's records, approved: some sent in earnest, the others copies the database makes of them.

For each village and year one survey goes through the intake and the review as it does in the field; its copies differ
in instanceID and household, in their raw bytes too, so that deriving them again gives what was copied. One activity of
each village names households too. What matters is how much there is to count, not how it came to be.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import Connection, MetaData, Table, text

from server.access.actors import Account, Post
from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.envelope import Envelope, Filed
from server.operations.form_source import read_form_source
from server.operations.identify_sender import sender_by_token
from server.operations.publish_form import Audience, publish_form
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from server.operations.rebuild_tallies import rebuild_tallies
from server.operations.receive_submission import receive_submission
from server.operations.review_submissions import MOST_AT_ONCE, Decision, Target, review_submissions
from server.operations.run_jobs import run_round
from server.operations.sights import Desk
from server.storage.repositories.figure_statements import statements_for
from server.submissions.review import Verdict
from server.territory.units import UnitId

from .field import EVENT, FORMS, SURVEY
from .province import Province, set_up_province
from .stored import analyze, without_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.operations.services import Services

YEARS = (2025, 2026)
COMMUNES, HOUSEHOLDS_FORM = "commune_register", "household_register"
REPORT = FORMS / "reports" / "yearly-2017-province.xlsx"
LOGIN, PASSWORD = "duyet.mau", "mot mat khau rat dai de do toc do"
PLAN = FORMS / "plans" / "plan-2026-2030-draft.xlsx"
_EXAMPLES = Path("examples")
_TABLES = ("submission", "submission_version", "finding", "contribution", "entity_effect")
_WRITTEN_BESIDE = ("record_step", "record_tally", "counted_subject", "figure_sum")
"""What comes of them: by triggers, or by adding up."""
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :copies) "
_TWELVE = "substr(CAST(1000000000000 + :before + n AS TEXT), 2)"
_AT_ACTIVITY = range(900_001, 900_021)
"""Households beyond those that copies are of, so that no copy has a rival."""


@dataclass(frozen=True, slots=True)
class History:
    """What was set up: a province, and who reviews in it."""

    province: Province
    account: Account
    originals: int
    report_id: int
    """The layout of the province's yearly report."""

    @property
    def project_id(self) -> int:
        """Return the one project there is."""
        return self.province.project_id


def set_up_history(services: Services, share: float) -> History:
    """Make a province on an empty database, its plan, and the records that all others are copies of."""
    province = set_up_province(services, share)
    for form_id in (EVENT, COMMUNES, HOUSEHOLDS_FORM):
        publish_form(services, province.project_id, read_form_source(FORMS / form_id), audience=Audience())
    publish_plan(services, province.project_id, PlanSource(PLAN.stem, PLAN.read_bytes()))
    report = publish_report(services, province.project_id, ReportSource(REPORT.stem, REPORT.read_bytes(), "Mẫu"))
    rebuild_tallies(services)
    account = _reviewer(services)
    places = _places(services)
    targets = tuple(sent(services, province, xml) for xml in _originals(places))
    for start in range(0, len(targets), MOST_AT_ONCE):
        some = targets[start : start + MOST_AT_ONCE]
        review_submissions(services, account, Decision(Verdict.APPROVE, "", some, spares_flagged=False), Desk.EVERYDAY)
    run_round(services)
    return History(province, account, len(places) * len(YEARS), report.template_id)


def copy_history(services: Services, history: History, wanted: int, so_far: int) -> int:
    """Copy every survey sent in earnest as often as it takes to have about *wanted*; return how many copies of each.

    *so_far* is how often they were copied before.
    """
    copies = copy_surveys(services, history, wanted, so_far)
    if copies:
        add_up(services, history)
    return copies + so_far


def copy_surveys(services: Services, history: History, wanted: int, so_far: int) -> int:
    """Copy them, and leave what is added up as it was; return how many copies of each were made."""
    copies = max(0, wanted // history.originals - 1 - so_far)
    if copies:
        with services.engine.begin() as connection:
            _copy(connection, copies, so_far)
    return copies


def add_up(services: Services, history: History) -> None:
    """Make the sums and the numbers of records anew, and let the database know how much is there before and after."""
    analyze(services.engine, (*_TABLES, *_WRITTEN_BESIDE))
    with services.engine.begin() as connection:
        for again in ("let_go_of_unmarked", "let_marked_count", "clear_sums", "add_up"):
            connection.execute(statements_for(connection.dialect.name)[again], {"project_id": history.project_id})
    run_round(services)
    analyze(services.engine, ("contribution", *_WRITTEN_BESIDE))


def _reviewer(services: Services) -> Account:
    """Add an account that reviews everywhere."""
    province = services.atlas.current().territory.resolve("51", services.today()).unit_id
    posts = (NewPost(Role.SUPERVISOR, ("51",)),)
    added = add_account(services, NewAccount(LOGIN, "Người duyệt (mẫu)", posts, PASSWORD, is_sample=True))
    return Account(added.account_id, LOGIN, (Post(Role.SUPERVISOR, province, None, None),), elevated=False)


def _places(services: Services) -> list[tuple[str, str]]:
    """Return the villages' codes, each with the household all others of it are copies of."""
    first = (
        "SELECT unit_id, entity_id FROM entity WHERE id IN (SELECT min(id) FROM entity GROUP BY unit_id) ORDER BY id"
    )
    territory, today = services.atlas.current().territory, services.today()
    with services.engine.connect() as connection:
        return [
            (territory.period(UnitId(unit_id), today).code, entity_id)
            for unit_id, entity_id in connection.execute(text(first))
        ]


def _originals(places: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    survey, event = (
        (FORMS / form / _EXAMPLES / name).read_text(encoding="utf-8")
        for form, name in ((SURVEY, "couple_with_children.xml"), (EVENT, "club_meeting.xml"))
    )
    for code, household in places:
        given = {"village": code, "commune": code[:5], "household": household, "household_id": household}
        for year in YEARS:
            dated = re.sub(r"\b2026\b", str(year), survey)
            yield renewed(re.sub(r'(<entity [^>]* id=")[^"]*', rf"\g<1>{household}", dated), given)
        listed = " ".join(f"{household[:24]}{number:012}" for number in _AT_ACTIVITY)
        there = {"village": code, "commune": code[:5], "unit": code, "ev_households": listed}
        yield renewed(event, {**there, "poor_households": "", "near_poor_households": ""})


def renewed(xml: str, given: Mapping[str, str]) -> bytes:
    """Return an example under an instanceID of its own, with other texts in some elements."""
    for element, value in {"instanceID": f"uuid:{uuid4()}", **given}.items():
        xml = re.sub(rf"<{element}>[^<]*</{element}>", f"<{element}>{value}</{element}>", xml)
    return xml.encode()


def sent(services: Services, province: Province, xml: bytes) -> Target:
    """Have the first person of the province send *xml*."""
    token = province.keys[0].split("/")[3]
    sender = sender_by_token(services, province.project_id, token)
    receipt = receive_submission(services, sender, Envelope(xml, (), "collect:bench"))
    assert isinstance(receipt, Filed), receipt
    return Target(receipt.submission_id, receipt.version_id)


def _copy(connection: Connection, copies: int, before: int) -> None:
    metadata = MetaData()
    metadata.reflect(connection, only=_TABLES)
    one = {name: _highest(connection, name) for name in ("submission", "submission_version")}
    given = {"copies": copies, "before": before, "form": SURVEY, "records": one["submission"]}
    given["versions"] = one["submission_version"]
    for name in _TABLES:
        values = _copied(connection.dialect.name, name, metadata.tables[name])
        statement = (
            f"INSERT INTO {name} ({', '.join(values)}) {_NUMBERS}"  # noqa: S608 names of our own tables
            f"SELECT {', '.join(values.values())} FROM {name} AS t, numbers WHERE {_ORIGINAL[name]}"
        )
        needed = {key: value for key, value in given.items() if f":{key}" in statement}
        with without_keys(connection, name) if name == "contribution" else nullcontext():
            connection.execute(text(statement), needed)
    if connection.dialect.name == "postgresql":
        for name in one:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")  # noqa: S608
            )


_FORM = "(SELECT id FROM form WHERE form_id = :form)"
_SENT = f"(SELECT v.id FROM submission_version AS v WHERE v.form_key = {_FORM} AND v.device_id = 'collect:bench')"  # noqa: S608
_ORIGINAL = {
    "submission": f"t.id IN (SELECT v.submission_id FROM submission_version AS v WHERE v.id IN {_SENT})",  # noqa: S608
    "submission_version": f"t.id IN {_SENT}",
    "finding": f"t.version_id IN {_SENT}",
    "contribution": f"t.version_id IN {_SENT}",
    "entity_effect": f"t.submission_version_id IN {_SENT}",
}
_RECORD, _VERSION = (f":{most} + (t.{{}} - 1) * :copies + n" for most in ("records", "versions"))
_MOVED = {"submission_id": _RECORD, "version_id": _VERSION, "submission_version_id": _VERSION}
_OTHER_INSTANCE = f"substr(t.{{}}, 1, 28) || {_TWELVE}"
_OTHER_HOUSEHOLD = f"substr({{}}, 1, 24) || {_TWELVE}"
_HOUSEHOLD = "(SELECT min(c.subject) FROM contribution AS c WHERE c.version_id = t.id AND c.measure LIKE '%.visited')"


def _copied(dialect: str, name: str, table: Table) -> Mapping[str, str]:
    """Return what each column of a copy holds: what the original has, but for ids, households and raw bytes."""
    values = {column.name: f"t.{column.name}" for column in table.columns}
    values |= {column: moved.format(column) for column, moved in _MOVED.items() if column in values}
    match name:
        case "submission":
            values["id"] = _RECORD.format("id")
            values["counted_version_id"] = _VERSION.format("counted_version_id")
            values["root_instance_id"] = _OTHER_INSTANCE.format("root_instance_id")
        case "submission_version":
            values["id"] = _VERSION.format("id")
            values["instance_id"] = _OTHER_INSTANCE.format("instance_id")
            values["device_id"] = "'collect:copy'"
            values["xml"] = _other_xml(dialect)
        case "finding":
            del values["id"]
        case "contribution":
            values |= {column: _OTHER_HOUSEHOLD.format(f"t.{column}") for column in ("subject", "counted_as")}
    return values


def _other_xml(dialect: str) -> str:
    raw = "CAST(t.xml AS TEXT)" if dialect == "sqlite" else "convert_from(t.xml, 'UTF8')"
    instance = f"replace({raw}, t.instance_id, {_OTHER_INSTANCE.format('instance_id')})"
    other = f"replace({instance}, {_HOUSEHOLD}, {_OTHER_HOUSEHOLD.format(_HOUSEHOLD)})"
    return f"CAST({other} AS BLOB)" if dialect == "sqlite" else f"convert_to({other}, 'UTF8')"


def _highest(connection: Connection, name: str) -> int:
    return int(connection.execute(text(f"SELECT max(id) FROM {name}")).scalar_one())  # noqa: S608 our own table

"""Report layouts, drafts of their words, and issued copies.

What was issued is inserted and never changed. Official copies are asked for by one operation (see the tests of
architecture); nothing else here knows that there are any.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, cast, func, insert, literal, null, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from server.storage.models.reports import (
    OfficialReportRow,
    ReportDraftRow,
    ReportIssueRow,
    ReportOpeningRow,
    ReportTemplateRow,
)
from server.storage.written_out import among_named
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import CompoundSelect, Connection, Row


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A report layout as it was published, without its bytes."""

    template_id: int
    project_id: int
    name: str
    level: Level
    title_vi: str
    title_en: str
    status: str
    sha256: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True, order=True)
class ReportKey:
    """One report: of a project, by its name, of a unit and a period (``2026``)."""

    project_id: int
    name: str
    unit_id: UnitId
    period: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of a report as they stand."""

    words: Mapping[str, str]
    revision: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One issued copy, without its files."""

    issue_id: int
    template_id: int
    key: ReportKey
    revision: int
    reason: str
    workbook_sha256: str
    document_sha256: str
    issued_at: datetime
    issued_by: str


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What was issued, byte for byte."""

    workbook: bytes
    document: bytes
    page: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What is kept of one report: its draft and issues, and what there is of the year before, for the words.

    *page* is that of the newest issue, *earlier_page* that of the year before, both empty without one. *issued_units*
    are those of the units asked about of which any report of the period was issued.
    """

    draft: Draft | None
    issues: tuple[Issue, ...]
    page: str
    earlier_draft: Draft | None
    earlier_page: str
    issued_units: frozenset[UnitId]


_TEMPLATE = [one for one in ReportTemplateRow.__table__.columns if one.name != "workbook"]
_DRAFT, _ISSUE, _ISSUED_UNIT = range(3)
_ISSUE_FACTS = ("id", "template_id", "reason", "workbook_sha256", "document_sha256")
_FILES = frozenset({"workbook", "document", "page"})


class Reports:
    """Layouts, drafts and issued copies of reports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_force(self) -> list[StoredTemplate]:
        """Return the layouts in force of all projects, the newest first."""
        rows = ReportTemplateRow
        found = self._connection.execute(select(*_TEMPLATE).order_by(rows.published_at.desc(), rows.id.desc()))
        newest: dict[tuple[int, str], StoredTemplate] = {}
        for row in found:
            newest.setdefault((row.project_id, row.name), _template(row))
        return list(newest.values())

    def in_force_like(self, template_id: int) -> StoredTemplate | None:
        """Return the layout in force of the project and name this one has; None where there is no such layout."""
        rows, this = ReportTemplateRow, aliased(ReportTemplateRow)
        is_its = and_(rows.project_id == this.project_id, rows.name == this.name)
        newest = select(*_TEMPLATE).join(this, is_its).where(this.id == template_id)
        row = self._connection.execute(newest.order_by(rows.published_at.desc(), rows.id.desc()).limit(1)).first()
        return None if row is None else _template(row)

    def every(self) -> list[StoredTemplate]:
        """Return every layout there ever was."""
        return [_template(row) for row in self._connection.execute(select(*_TEMPLATE).order_by(ReportTemplateRow.id))]

    def workbook(self, template_id: int) -> bytes:
        """Return the workbook of a layout that is there."""
        rows = ReportTemplateRow
        return bytes(self._connection.execute(select(rows.workbook).where(rows.id == template_id)).scalar_one())

    def workbooks(self, template_ids: Collection[int]) -> dict[int, bytes]:
        """Return the workbooks of layouts that are there, by their ids."""
        rows = ReportTemplateRow
        found = self._connection.execute(select(rows.id, rows.workbook).where(rows.id.in_(sorted(template_ids))))
        return {row.id: bytes(row.workbook) for row in found}

    def known(self, project_id: int, name: str, sha256: str) -> int | None:
        """Return the layout of that name with those bytes, in force or not."""
        rows = ReportTemplateRow
        return self._connection.execute(
            select(rows.id).where(rows.project_id == project_id, rows.name == name, rows.sha256 == sha256)
        ).scalar()

    def add_template(self, facts: Mapping[str, Any]) -> int:
        """Insert a layout and return its id."""
        rows = ReportTemplateRow
        return self._connection.execute(insert(rows).values(**facts).returning(rows.id)).scalar_one()

    def put_in_force(self, template_id: int, at: datetime, by: str) -> None:
        """Let a layout that is kept already be the newest of its name again."""
        rows = ReportTemplateRow
        changed = update(rows).where(rows.id == template_id).values(published_at=at, published_by=by)
        self._connection.execute(changed)

    def draft(self, key: ReportKey) -> Draft | None:
        """Return the words drafted for a report."""
        row = self._connection.execute(select(ReportDraftRow).where(*_is(ReportDraftRow, key))).one_or_none()
        return None if row is None else _draft(row)

    def keep_draft(self, key: ReportKey, draft: Draft) -> bool:
        """Keep words; False if somebody else's came between, that is, if *draft* is not one revision further."""
        rows = ReportDraftRow
        facts = {
            "words": dict(draft.words),
            "revision": draft.revision,
            "changed_at": draft.changed_at,
            "changed_by": draft.changed_by,
        }
        if draft.revision > 1:
            before = (*_is(rows, key), rows.revision == draft.revision - 1)
            return self._connection.execute(update(rows).where(*before).values(**facts)).rowcount == 1
        is_sqlite = self._connection.dialect.name == "sqlite"
        statement = (sqlite_insert if is_sqlite else postgresql_insert)(rows).values(**_named(key), **facts)
        added = statement.on_conflict_do_nothing().returning(rows.revision)
        return self._connection.execute(added).scalar() is not None

    def issues(self, *, at_most: int) -> list[Issue]:
        """Return the newest issued public copies, the newest first."""
        rows = ReportIssueRow
        found = select(*_without_files(rows)).order_by(rows.issued_at.desc(), rows.id.desc()).limit(at_most)
        return [_issue(row) for row in self._connection.execute(found)]

    def issues_of(self, key: ReportKey) -> list[Issue]:
        """Return every issued public copy of one report, the oldest first."""
        rows = ReportIssueRow
        found = select(*_without_files(rows)).where(*_is(rows, key)).order_by(rows.revision)
        return [_issue(row) for row in self._connection.execute(found)]

    def papers(self, key: ReportKey, units: Collection[UnitId]) -> Papers:
        """Return what is kept of one report, and of which of *units* any was issued, in one statement."""
        before = replace(key, period=str(int(key.period[:4]) - 1))
        given = {**_named(key), "before": before.period, "units": sorted(units)}
        found = self._connection.execute(_papers_asked(), given).all()
        drafts = {row.period: _draft(row) for row in found if row.kind == _DRAFT}
        issued = sorted((row for row in found if row.kind == _ISSUE), key=lambda row: int(row.revision))
        pages = {row.period: row.page for row in issued}
        return Papers(
            draft=drafts.get(key.period),
            issues=tuple(_issue_of(row, key) for row in issued if row.period == key.period),
            page=pages.get(key.period, ""),
            earlier_draft=drafts.get(before.period),
            earlier_page=pages.get(before.period, ""),
            issued_units=frozenset(UnitId(row.unit_id) for row in found if row.kind == _ISSUED_UNIT),
        )

    def issue(self, issue_id: int) -> Issue | None:
        """Return one issued public copy."""
        rows = ReportIssueRow
        row = self._connection.execute(select(*_without_files(rows)).where(rows.id == issue_id)).one_or_none()
        return None if row is None else _issue(row)

    def files(self, issue_id: int) -> IssuedFiles:
        """Return the files of an issued public copy that is there."""
        rows = ReportIssueRow
        found = select(rows.workbook, rows.document, rows.page).where(rows.id == issue_id)
        row = self._connection.execute(found).one()
        return IssuedFiles(bytes(row.workbook), bytes(row.document), row.page)

    def add_issue(self, facts: Mapping[str, Any]) -> int:
        """Keep an issued public copy and return its id."""
        rows = ReportIssueRow
        return self._connection.execute(insert(rows).values(**facts).returning(rows.id)).scalar_one()

    def official(self, key: ReportKey) -> tuple[Issue, IssuedFiles] | None:
        """Return the newest issued official copy of a report, with its files."""
        rows = OfficialReportRow
        row = self._connection.execute(
            select(rows).where(*_is(rows, key)).order_by(rows.revision.desc()).limit(1)
        ).one_or_none()
        return (
            None
            if row is None
            else (
                _issue(row),
                IssuedFiles(bytes(row.workbook), bytes(row.document), row.page),
            )
        )

    def add_official(self, facts: Mapping[str, Any]) -> int:
        """Keep an issued official copy and return its id."""
        rows = OfficialReportRow
        return self._connection.execute(insert(rows).values(**facts).returning(rows.id)).scalar_one()

    def note_opening(self, key: ReportKey, facts: Mapping[str, Any]) -> None:
        """Keep that somebody (*account_id*) came to an official copy: *act*, *reason*, *opened_at*."""
        self._connection.execute(insert(ReportOpeningRow).values(**_named(key), **facts))

    def count_openings(self, key: ReportKey) -> int:
        """Return how often official copies of a report were opened."""
        rows = ReportOpeningRow
        counted = select(func.count()).select_from(rows).where(*_is(rows, key))
        return self._connection.execute(counted).scalar_one()


@cache
def _papers_asked() -> CompoundSelect[Any]:
    """Return what asks for the drafts and issues of a report's ``period`` and the one ``before``, and who issued.

    Of each period it tells the newest page; of other ``units`` alone that one of them issued something.
    """
    rows, drafts, later = ReportIssueRow, ReportDraftRow, aliased(ReportIssueRow)
    facts = [getattr(rows, name) for name in _ISSUE_FACTS]
    # What is nothing has a type too, without which PostgreSQL takes it for a text.
    nothing = {one: cast(null(), getattr(rows, one).type).label(one) for one in (*_ISSUE_FACTS, "page")}
    period = bindparam("period", type_=rows.period.type)
    of_years = [
        and_(
            *(getattr(each, name) == bindparam(name) for name in ("project_id", "name", "unit_id")),
            each.period.in_((period, bindparam("before", type_=rows.period.type))),
        )
        for each in (drafts, rows)
    ]
    drafted = select(
        literal(_DRAFT).label("kind"), drafts.period, drafts.unit_id, drafts.words,
        drafts.revision, drafts.changed_at, drafts.changed_by, *nothing.values(),
    ).where(of_years[0])  # fmt: skip
    its = (later.project_id == rows.project_id, later.name == rows.name, later.unit_id == rows.unit_id)
    newest = select(func.max(later.revision)).where(*its, later.period == rows.period).scalar_subquery()
    no_words = cast(null(), drafts.words.type)
    issued = select(
        literal(_ISSUE), rows.period, rows.unit_id, no_words,
        rows.revision, rows.issued_at, rows.issued_by, *facts, case((rows.revision == newest, rows.page)),
    ).where(of_years[1])  # fmt: skip
    no_facts = [cast(null(), getattr(rows, one).type) for one in ("revision", "issued_at", "issued_by")]
    others = select(literal(_ISSUED_UNIT), rows.period, rows.unit_id, no_words, *no_facts, *nothing.values()).where(
        rows.period == period, among_named(rows.unit_id, "units")
    )
    return union_all(drafted, issued, others)


def _issue_of(row: Any, key: ReportKey) -> Issue:  # noqa: ANN401 a row of that union
    return Issue(
        issue_id=row.id,
        template_id=row.template_id,
        key=key,
        revision=row.revision,
        reason=row.reason,
        workbook_sha256=row.workbook_sha256,
        document_sha256=row.document_sha256,
        issued_at=row.changed_at,
        issued_by=row.changed_by,
    )


def _named(key: ReportKey) -> dict[str, Any]:
    return {"project_id": key.project_id, "name": key.name, "unit_id": key.unit_id, "period": key.period}


def _is(rows: Any, key: ReportKey) -> tuple[Any, ...]:  # noqa: ANN401 any of the tables that name a report
    return tuple(getattr(rows, name) == value for name, value in _named(key).items())


def _without_files(rows: type[ReportIssueRow | OfficialReportRow]) -> list[Any]:
    return [one for one in rows.__table__.columns if one.name not in _FILES]


def _template(row: Row[Any]) -> StoredTemplate:
    return StoredTemplate(
        template_id=row.id,
        project_id=row.project_id,
        name=row.name,
        level=Level(row.level),
        title_vi=row.title_vi,
        title_en=row.title_en,
        status=row.status,
        sha256=row.sha256,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def _draft(row: Row[Any]) -> Draft:
    return Draft(row.words, row.revision, row.changed_at, row.changed_by)


def _issue(row: Row[Any]) -> Issue:
    return Issue(
        issue_id=row.id,
        template_id=row.template_id,
        key=ReportKey(row.project_id, row.name, UnitId(row.unit_id), row.period),
        revision=row.revision,
        reason=row.reason,
        workbook_sha256=row.workbook_sha256,
        document_sha256=row.document_sha256,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
    )

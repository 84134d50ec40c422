"""Read reports at the console: which there are, one as it would be issued today, and those that were issued.

Public copies are the province's to read, as all figures are. Words that are still drafted are shown to those who sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.errors import NotFound
from server.indicators.report_grid import changed_cells, read_page
from server.operations.draft_report import WordsAsked, words_of
from server.operations.fill_report import fill_public, fill_report
from server.operations.issue_report import page_of
from server.operations.lock_signers import may_sign
from server.operations.places import told_apart
from server.operations.report_state import ReportState, state_of

if TYPE_CHECKING:
    from server.access.actors import Actor
    from server.indicators.periods import Period
    from server.indicators.report_grid import ReportPage
    from server.operations.report_filling import FilledReport, ReportOrder
    from server.operations.services import Services
    from server.storage.repositories.reports import Issue, ReportKey, StoredTemplate
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """A report that can be made: its layout, and the units of its level with their names, one's own first."""

    stored: StoredTemplate
    units: tuple[tuple[UnitId, str], ...]


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """An issued copy in a list, with the name its unit had."""

    issue: Issue
    title: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A report as it would be issued now; *words* only for those who sign. *issues* are those of this very report.

    *changed* is how many numbers are other than in the newest of them.
    """

    filled: FilledReport
    page: ReportPage
    state: ReportState
    words: WordsAsked | None
    may_sign: bool
    issues: tuple[Issue, ...]
    changed: int


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """An issued public copy as it is printed; *newest* is its last revision."""

    issue: Issue
    page: ReportPage
    newest: Issue


def list_reports(services: Services, actor: Actor, period: Period) -> tuple[ReportChoice, ...]:
    """Return the reports that can be made for a period; raises what `authorise` raises for READ_FIGURES."""
    _authorise(services, actor)
    here, today = services.atlas.current(), services.today()
    territory = here.territory
    own = units_for(actor, Permission.LOCK_PERIODS, today)
    on = min(period.last_day, max(today, period.first_day))
    with services.reading(services.operator()) as uow:
        layouts = uow.reports.in_force()
    found = []
    for stored in sorted(layouts, key=lambda one: (one.status == "archive", one.title_vi, one.template_id)):
        units = told_apart(here, ((one.unit_id, one.name) for one in territory.units_of_level(stored.level, on)), on)
        if units:
            found.append(ReportChoice(stored, tuple(sorted(units.items(), key=lambda one: one[0] not in own))))
    return tuple(found)


def list_issues(services: Services, actor: Actor, *, at_most: int) -> tuple[IssuedLine, ...]:
    """Return the newest issued public copies; raises what `authorise` raises for READ_FIGURES."""
    _authorise(services, actor)
    territory = services.atlas.current().territory
    with services.reading(services.operator()) as uow:
        titles = {one.template_id: one.title_vi for one in uow.reports.every()}
        issues = uow.reports.issues(at_most=at_most)
    return tuple(
        IssuedLine(one, titles[one.template_id], territory.name(one.key.unit_id, one.issued_at.date()))
        for one in issues
    )


def preview_report(services: Services, actor: Actor, order: ReportOrder, *, with_earlier: bool) -> Preview:
    """Return a report as it would be issued now; *with_earlier* offers the words of the year before as a start.

    Raises what `authorise` raises for READ_FIGURES and what `fill_in` raises.
    """
    _authorise(services, actor)
    here, today = services.atlas.current(), services.today()
    signs = may_sign(here, actor, order.unit_id, today)
    with services.reading(services.operator()) as uow:
        filled = fill_public(services, uow, order, has_draft=signs)
    papers = filled.beside.papers
    words = words_of(papers, with_earlier=with_earlier) if signs else None
    page = page_of(services, filled)
    trays = here.scope_of(units_for(actor, Permission.READ_TRAY, today))
    state = state_of(services, order, filled, sees_held=trays.covers(order.unit_id))
    changed = changed_cells(papers.page, page) if papers.page else 0
    return Preview(filled, page, state, words, signs, papers.issues, changed)


def draft_file(services: Services, actor: Actor, order: ReportOrder) -> tuple[ReportKey, bytes]:
    """Return the filled workbook as of now, with drafted words for who signs; raises what `preview_report` raises."""
    _authorise(services, actor)
    signs = may_sign(services.atlas.current(), actor, order.unit_id, services.today())
    filled = fill_report(services, order, has_draft=signs)
    return filled.key, filled.workbook


def read_issue(services: Services, actor: Actor, issue_id: int) -> IssuedReport:
    """Return an issued copy as it is printed; raises what `authorise` raises, NotFound ``report.unknown``."""
    _authorise(services, actor)
    with services.reading(services.operator()) as uow:
        issue = uow.reports.issue(issue_id)
        if issue is None:
            raise NotFound("report.unknown")
        page = read_page(uow.reports.files(issue_id).page)
        newest = uow.reports.issues_of(issue.key)[-1]
    return IssuedReport(issue, page, newest)


def issued_file(services: Services, actor: Actor, issue_id: int, *, is_workbook: bool) -> tuple[Issue, bytes]:
    """Return an issued file, byte for byte; raises what `read_issue` raises."""
    _authorise(services, actor)
    with services.reading(services.operator()) as uow:
        issue = uow.reports.issue(issue_id)
        if issue is None:
            raise NotFound("report.unknown")
        files = uow.reports.files(issue_id)
    return issue, files.workbook if is_workbook else files.document


def _authorise(services: Services, actor: Actor) -> None:
    scope_of = services.atlas.current().scope_of
    authorise(actor, Permission.READ_FIGURES, scope_of=scope_of, on=services.today())

"""Report layouts at the console: which are in force, one tried and seen filled before it is, and put in force.

A layout is tried on a unit of its level as of today; nothing is written. Who may do this looks after forms.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.indicators.report_fill import Filling, Place, fill_plan
from server.operations.publish_report import ReportPublished, ReportSource, check_report, publish_report
from server.operations.report_filling import mark_words
from server.operations.report_grids import grids_of
from server.operations.report_workbook import laid_out
from server.territory.units import UnitId

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.indicators.report import ReportSettings
    from server.indicators.report_grid import GridSheet
    from server.operations.services import Services
    from server.storage.repositories.projects import Project
    from server.storage.repositories.reports import StoredTemplate


@dataclass(frozen=True, slots=True)
class ReportUpload:
    """A workbook an administrator sends: for a project, under a name."""

    project_id: int
    name: str
    workbook: bytes


@dataclass(frozen=True, slots=True)
class LayoutsPage:
    """The layouts in force, and the projects one can be put in force for."""

    layouts: tuple[StoredTemplate, ...]
    projects: tuple[Project, ...]


@dataclass(frozen=True, slots=True)
class LayoutTrial:
    """A sound workbook: what it says of itself, how its sheets look, and what of its name is in force already."""

    settings: ReportSettings
    sheets: tuple[GridSheet, ...]
    cells: int
    before: StoredTemplate | None
    is_same: bool


def layouts_page(services: Services, account: Account) -> LayoutsPage:
    """Return what the page of layouts shows; raises what `authorise` raises for MANAGE_FORMS."""
    _authorise(services, account)
    with services.reading(services.operator()) as uow:
        projects = tuple(one for one in uow.projects.all() if one.kind == "main")
        return LayoutsPage(tuple(uow.reports.in_force()), projects)


def try_layout(services: Services, account: Account, sent: ReportUpload) -> LayoutTrial:
    """Return how a workbook would look, every number in it empty; raises what `authorise` and `check_report` raise."""
    _authorise(services, account)
    template = check_report(services, sent.project_id, sent.workbook)
    territory, today = services.atlas.current().territory, services.today()
    levels = {template.settings.level, *template.repeats.values()}
    units = {
        level: [Place(one.unit_id, one.name) for one in territory.units_of_level(level, today)][:3] for level in levels
    }
    unit = next(iter(units[template.settings.level]), Place(UnitId(0), ""))
    said = {"unit": unit.name, "year": str(today.year), "title": template.settings.title_vi}
    plan = fill_plan(template, Filling(unit, units, said, {}))
    layout = laid_out(sent.workbook, plan.repeats)
    sheets = grids_of(layout.looks, layout.plan(plan), mark_words(services))
    with services.reading(services.operator()) as uow:
        known = [one for one in uow.reports.in_force() if (one.project_id, one.name) == (sent.project_id, sent.name)]
    before = known[0] if known else None
    sha256 = hashlib.sha256(sent.workbook).hexdigest()
    return LayoutTrial(
        template.settings,
        sheets,
        len(template.slots),
        before,
        before is not None and before.sha256 == sha256,
    )


def publish_layout(services: Services, account: Account, sent: ReportUpload) -> ReportPublished:
    """Put a workbook in force in the account's name; raises what `authorise` and `publish_report` raise."""
    _authorise(services, account)
    with services.reading(services.operator()) as uow:
        known = uow.accounts.by_id(account.account_id)
    assert known is not None, "a session has an account"
    return publish_report(services, sent.project_id, ReportSource(sent.name, sent.workbook, known.name, account))


def _authorise(services: Services, account: Account) -> None:
    scope_of = services.atlas.current().scope_of
    authorise(account, Permission.MANAGE_FORMS, scope_of=scope_of, on=services.today())

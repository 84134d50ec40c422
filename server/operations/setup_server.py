"""Prepare a server from nothing, or bring one up to date: every step may be done again without harm.

The schema, the units that come with the server, the main project with its practice twin, the forms, plans and reports
of a folder, the first administrator. The form of incidents is published only when asked for, into a project of its own
and for nobody, until somebody names the phones it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.roles import Role
from server.forms.convert import Converter
from server.operations.add_account import MadeAccount, NewAccount, NewPost, add_account
from server.operations.add_project import add_practice, add_project
from server.operations.form_source import form_folders, read_form_source
from server.operations.load_units import SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, Published, check_source, publish_checked
from server.operations.publish_plan import PlanPublished, PlanSource, publish_plan
from server.operations.publish_report import ReportPublished, ReportSource, publish_report
from server.storage.schema import upgrade
from server.territory.units import Level

if TYPE_CHECKING:
    from pathlib import Path

    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.projects import Project

MAIN_PROJECT: Final = "Công tác gia đình"
SEPARATE_PROJECT: Final = "Công việc riêng"
SEALED_FORM: Final = "incident"
PLANS_FOLDER: Final = "plans"
REPORTS_FOLDER: Final = "reports"
ADMINISTRATOR_LOGIN: Final = "quantri"
ADMINISTRATOR_NAME: Final = "Quản trị"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to set up: *folder* holds a folder per form, ``plans/`` and ``reports/``; None for none of them."""

    folder: Path | None
    with_incidents: bool = False
    login: str = ADMINISTRATOR_LOGIN
    password: str | None = None


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is there now; *administrator* only if it was made by this call."""

    main: Project
    practice: Project
    separate: Project | None
    forms: tuple[Published, ...]
    plans: tuple[PlanPublished, ...]
    reports: tuple[ReportPublished, ...]
    administrator: MadeAccount | None


def set_up(services: Services, wanted: Wanted, tell: Progress) -> SetUp:
    """Do every step that is not done yet; raises what publishing, loading and adding raise."""
    tell("setup.schema")
    upgrade(services.engine)
    tell("setup.units")
    load_units(services, seed_text(SEED_FILE))
    main = _project(services, MAIN_PROJECT, "main")
    practice = add_practice(services, main.project_id)
    separate = _project(services, SEPARATE_PROJECT, "separate") if wanted.with_incidents else None
    forms = _publish_forms(services, wanted, tell, main=main, separate=separate)
    plans = _publish_plans(services, wanted.folder, tell, main=main)
    reports = _publish_reports(services, wanted.folder, tell, main=main)
    return SetUp(main, practice, separate, forms, plans, reports, _first_administrator(services, wanted))


def _project(services: Services, name: str, kind: str) -> Project:
    with services.reading(services.operator()) as uow:
        known = uow.projects.by_name(name)
    return known or add_project(services, name, kind=kind)


def _publish_forms(
    services: Services, wanted: Wanted, tell: Progress, *, main: Project, separate: Project | None
) -> tuple[Published, ...]:
    folders = form_folders(wanted.folder) if wanted.folder else ()
    public_url = services.settings.public_url
    published: list[Published] = []
    with Converter() as converter:
        for folder in folders:
            is_sealed = folder.name == SEALED_FORM
            project = separate if is_sealed else main
            if project is None:
                continue
            tell("setup.form", form=folder.name)
            source = read_form_source(folder)
            checked = check_source(source, converter, public_url=public_url, is_sensitive=is_sealed)
            # Bringing a server up to date is no moment to be told of a village without households: it is told after.
            audience = Audience("nobody" if is_sealed else "all", allows_empty_lists=True)
            published.append(
                publish_checked(
                    services, project.project_id, source, checked, audience=audience, is_sensitive=is_sealed
                )
            )
    return tuple(published)


def _publish_plans(
    services: Services, folder: Path | None, tell: Progress, *, main: Project
) -> tuple[PlanPublished, ...]:
    workbooks = sorted((folder / PLANS_FOLDER).glob("*.xlsx")) if folder else []
    plans: list[PlanPublished] = []
    for workbook in workbooks:
        tell("setup.plan", plan=workbook.stem)
        plans.append(publish_plan(services, main.project_id, PlanSource(workbook.stem, workbook.read_bytes())))
    return tuple(plans)


def _publish_reports(
    services: Services, folder: Path | None, tell: Progress, *, main: Project
) -> tuple[ReportPublished, ...]:
    workbooks = sorted((folder / REPORTS_FOLDER).glob("*.xlsx")) if folder else []
    reports: list[ReportPublished] = []
    for workbook in workbooks:
        tell("setup.report", report=workbook.stem)
        source = ReportSource(workbook.stem, workbook.read_bytes(), ADMINISTRATOR_NAME)
        reports.append(publish_report(services, main.project_id, source))
    return tuple(reports)


def _first_administrator(services: Services, wanted: Wanted) -> MadeAccount | None:
    """Make an administrator over every province of today, unless there are accounts already."""
    with services.reading(services.operator()) as uow:
        if uow.accounts.all():
            return None
    provinces = services.atlas.current().territory.units_of_level(Level.PROVINCE, services.today())
    post = NewPost(Role.ADMINISTRATOR, tuple(one.code for one in provinces))
    return add_account(services, NewAccount(wanted.login, ADMINISTRATOR_NAME, (post,), wanted.password))

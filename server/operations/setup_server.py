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
from server.forms.faults import FormRefused
from server.operations.add_account import MadeAccount, NewAccount, NewPost, add_account
from server.operations.add_project import add_practice, add_project
from server.operations.form_source import form_folders, read_form_source
from server.operations.load_units import SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, Published, check_source, publish_checked
from server.operations.publish_plan import PlanPublished, PlanSource, publish_plan
from server.operations.publish_report import ReportPublished, ReportSource, publish_report
from server.operations.standing_plans import BREAKS_PLAN
from server.storage.schema import refresh_statistics, upgrade
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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
    refresh_statistics(services.engine)
    tell("setup.units")
    load_units(services, seed_text(SEED_FILE))
    main = _project(services, MAIN_PROJECT, "main")
    practice = add_practice(services, main.project_id)
    separate = _project(services, SEPARATE_PROJECT, "separate") if wanted.with_incidents else None
    with Converter() as converter:
        each = _Forms(services, tell, converter, main, separate)
        forms, put_off = each.publish_most(form_folders(wanted.folder) if wanted.folder else ())
        plans = _publish_plans(services, wanted.folder, tell, main=main)
        reports = _publish_reports(services, wanted.folder, tell, main=main)
        forms += tuple(one for folder in put_off for one in each.publish(folder))
    return SetUp(main, practice, separate, forms, plans, reports, _first_administrator(services, wanted))


def _project(services: Services, name: str, kind: str) -> Project:
    with services.reading(services.operator()) as uow:
        known = uow.projects.by_name(name)
    return known or add_project(services, name, kind=kind)


@dataclass(frozen=True, slots=True)
class _Forms:
    """What publishes the forms of the folder; a form without a project is not published."""

    services: Services
    tell: Progress
    converter: Converter
    main: Project
    separate: Project | None

    def publish_most(self, folders: Iterable[Path]) -> tuple[tuple[Published, ...], tuple[Path, ...]]:
        """Publish the forms and return those that were, and those that only the plans and reports in force forbid.

        These may be about to change with the forms.
        """
        published: list[Published] = []
        put_off: list[Path] = []
        for folder in folders:
            try:
                published += self.publish(folder)
            except FormRefused as refused:
                if {one.code for one in refused.faults if one.is_error} != {BREAKS_PLAN}:
                    raise
                put_off.append(folder)
        return tuple(published), tuple(put_off)

    def publish(self, folder: Path) -> Iterator[Published]:
        """Publish one form and yield what it is now."""
        is_sealed = folder.name == SEALED_FORM
        project = self.separate if is_sealed else self.main
        if project is None:
            return
        self.tell("setup.form", form=folder.name)
        source = read_form_source(folder)
        with self.services.reading(self.services.operator()) as uow:
            known = uow.forms.made_from(project.project_id, source.content)
        if known is not None:  # converting it anew, seconds of work, would yield what is there
            yield Published(known.version_id, known.form_id, known.version, known.title, is_new=False, warnings=())
            return
        public_url = self.services.settings.public_url
        checked = check_source(source, self.converter, public_url=public_url, is_sensitive=is_sealed)
        # Bringing a server up to date is no moment to be told of a village without households: it is told after.
        audience = Audience("nobody" if is_sealed else "all", allows_empty_lists=True)
        yield publish_checked(
            self.services, project.project_id, source, checked, audience=audience, is_sensitive=is_sealed
        )


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

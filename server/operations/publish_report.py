"""Publish a report layout: a workbook becomes the layout in force of its name, or is refused whole with every fault.

A refused workbook changes nothing; the one before stays in force. Old layouts are kept, bytes and all, and what was
issued with them stays what it was.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import InvalidInput, NotFound
from server.forms.workbook_dangers import BROKEN
from server.indicators.report import ReportRefused
from server.indicators.report_fill import Filling, Place, fill_plan
from server.language.names import tidy_name
from server.operations.note_deeds import note_deeds
from server.operations.report_grids import grids_of
from server.operations.report_measures import faults_of, indicators_of, known_to
from server.operations.report_workbook import formula_faults, laid_out, read_report_workbook
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.indicators.report import ReportTemplate
    from server.operations.services import Services

LONGEST_NAME: Final = 120

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A report workbook (.xlsx), the name it is published under, and by whom."""

    name: str
    workbook: bytes
    author: str
    by: Account | None = None
    """None at the command line."""


@dataclass(frozen=True, slots=True)
class ReportPublished:
    """What is in force now; not *is_new*: the very same workbook was."""

    template_id: int
    name: str
    title: str
    cells: int
    is_new: bool


def check_report(services: Services, project_id: int, workbook: bytes) -> ReportTemplate:
    """Return the report in a workbook, held against what the project counts; nothing is written.

    Raises `ReportRefused` with every fault, InvalidInput ``report.not_a_workbook``, ``report.cannot_fill`` or
    ``plan.practice_project``, NotFound ``project.unknown``.
    """
    template = read_report_workbook(workbook)
    with services.reading(services.operator()) as uow:
        project = uow.projects.by_id(project_id)
        if project is None:
            raise NotFound("project.unknown", project=project_id)
        if project.kind == "practice":
            raise InvalidInput("plan.practice_project")
        known, indicators = known_to(services, uow, project_id), indicators_of(uow, project_id)
    faults = (*faults_of(template, known, indicators), *formula_faults(workbook))
    if faults:
        raise ReportRefused(faults)
    _try(workbook, template)
    return template


def _try(workbook: bytes, template: ReportTemplate) -> None:
    """Fill the workbook with nothing: what cannot be filled or printed is told now and not at the year's end."""
    unit = Place(UnitId(0), "")
    plan = fill_plan(template, Filling(unit, dict.fromkeys(Level, (unit, unit)), {}, {}))
    try:
        layout = laid_out(workbook, plan.repeats)
        layout.filled(layout.plan(plan), {})
        grids_of(layout.looks, plan, {})
    except BROKEN as broken:
        raise InvalidInput("report.cannot_fill") from broken


def publish_report(services: Services, project_id: int, source: ReportSource) -> ReportPublished:
    """Check and publish a report workbook; raises what `check_report` raises, InvalidInput ``report.bad_name``."""
    name = tidy_name(source.name)
    if not name or len(name) > LONGEST_NAME or "/" in name:
        raise InvalidInput("report.bad_name", most=LONGEST_NAME)
    template = check_report(services, project_id, source.workbook)
    settings, sha256 = template.settings, hashlib.sha256(source.workbook).hexdigest()
    with services.unit_of_work(services.operator()) as uow:
        known = uow.reports.known(project_id, name, sha256)
        in_force = {(one.project_id, one.name): one.template_id for one in uow.reports.in_force()}
        is_new = known is None or in_force[project_id, name] != known
        if known is None:
            known = uow.reports.add_template(
                {
                    "project_id": project_id,
                    "name": name,
                    "sha256": sha256,
                    "workbook": source.workbook,
                    "level": settings.level.value,
                    "title_vi": settings.title_vi,
                    "title_en": settings.title_en,
                    "status": settings.status.value,
                    "published_at": services.now(),
                    "published_by": source.author,
                }
            )
        elif is_new:
            uow.reports.put_in_force(known, services.now(), source.author)
        if is_new:
            note_deeds(
                services, uow, source.by, Deed(DeedKind.LAYOUT_PUBLISHED, Thing.LAYOUT, known, None, {"name": name})
            )
    log.info("report.published", extra={"report": name, "cells": len(template.slots)})
    return ReportPublished(known, name, settings.title_vi, len(template.slots), is_new)

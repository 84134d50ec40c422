"""Publish a plan: a workbook becomes the indicators and targets in force, or is refused whole with every fault.

A refused plan changes nothing; the one before stays in force. Old plans are kept, bytes and all.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import InvalidInput, NotFound
from server.forms.faults import Fault
from server.forms.sheets import SourceKind, check_archive, read_sheets
from server.forms.workbook_dangers import BROKEN, check_styles
from server.indicators.plan import INDICATORS, TARGETS, Plan, PlanRefused, Target, read_plan
from server.indicators.releases import faults_with
from server.indicators.review_policies import policy_faults
from server.indicators.sources import Basis, Source
from server.operations.figure_questions import indicators_in_force
from server.operations.note_deeds import note_deeds
from server.operations.standing_plans import questions_of, yields
from server.operations.standing_reports import refuse_emptying
from server.registers.reach import REACH_OF, SENSITIVE_LISTS
from server.registers.tallies import BREAKDOWNS, may_overlap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from server.access.actors import Account
    from server.indicators.measures import Measure
    from server.operations.services import Services
    from server.operations.standing_plans import Yield
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.units import UnitId

MOST_BYTES: Final = 5 * 1024 * 1024

log = logging.getLogger(__name__)
REGISTERS: Final[Yield] = {
    name: dict.fromkeys(BREAKDOWNS.get(name, ())) for name in REACH_OF if name not in SENSITIVE_LISTS
}


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A plan workbook (.xlsx) and the name it is published under; the newest of a name is in force."""

    name: str
    workbook: bytes
    by: Account | None = None
    """Who publishes it; None at the command line."""


@dataclass(frozen=True, slots=True)
class PlanPublished:
    """What is in force now; not *is_new*: the very same workbook was."""

    plan_id: int
    name: str
    indicators: int
    targets: int
    is_new: bool


def publish_plan(services: Services, project_id: int, source: PlanSource) -> PlanPublished:
    """Check and publish a plan workbook.

    Raises `PlanRefused` with every fault, InvalidInput ``plan.not_a_workbook`` or ``plan.practice_project``, NotFound
    ``project.unknown``.
    """
    plan = read_workbook(source.workbook)
    targets = check_plan(services, project_id, plan)
    sha256 = hashlib.sha256(source.workbook).hexdigest()
    with services.unit_of_work(services.operator()) as uow:
        refuse_emptying(uow, project_id, source.name, plan, in_force=indicators_in_force(uow))
        known = uow.plans.known(project_id, source.name, sha256)
        in_force = {(one.project_id, one.name): one.plan_id for one in uow.plans.in_force()}
        is_new = known is None or in_force[project_id, source.name] != known
        if known is None:
            facts = {
                "project_id": project_id,
                "name": source.name,
                "sha256": sha256,
                "workbook": source.workbook,
                "published_at": services.now(),
            }
            known = uow.projects.add_plan(facts)
            uow.plans.add(known, plan.indicators, targets)
            uow.plan_rules.add(known, plan.deadlines, plan.policies)
        elif is_new:
            uow.plans.put_in_force(known, services.now())
        if is_new:
            project = uow.projects.by_id(project_id)
            is_apart = project is not None and project.kind == "separate"
            told = Deed(DeedKind.PLAN_PUBLISHED, Thing.PLAN, known, None, {"name": source.name}, is_sensitive=is_apart)
            note_deeds(services, uow, source.by, told)
    log.info("plan.published", extra={"plan": source.name, "indicators": len(plan.indicators)})
    return PlanPublished(known, source.name, len(plan.indicators), len(plan.targets), is_new)


def read_workbook(workbook: bytes) -> Plan:
    """Return the plan in the bytes of a workbook.

    Raises `PlanRefused`, InvalidInput ``plan.not_a_workbook``, TooLarge ``form.zip_bomb``, ``form.costly_workbook``.
    """
    if len(workbook) > MOST_BYTES:
        raise InvalidInput("plan.not_a_workbook")
    try:
        check_archive(workbook)
        check_styles(BytesIO(workbook))
        sheets = read_sheets(workbook, SourceKind.XLSX)
    except BROKEN as broken:
        raise InvalidInput("plan.not_a_workbook") from broken
    return read_plan(sheets)


def check_plan(services: Services, project_id: int, plan: Plan) -> list[tuple[Target, UnitId | None]]:
    """Return the targets with the units they name.

    Raises `PlanRefused` with everything the project does not have, InvalidInput ``plan.practice_project``, NotFound
    ``project.unknown``.
    """
    with services.reading(services.operator()) as uow:
        is_separate = _check_project(uow, project_id)
        current = [one for one in uow.forms.in_force() if one.project_id == project_id]
    measures: dict[bool, dict[str, Measure]] = {True: {}, False: {}}
    for one in current:
        found = services.shelf.version_by_id(one.version_id).measures
        measures[one.is_sensitive] |= {measure.code: measure for measure in found}
    questions = questions_of(measures[False].values())
    faults = [*_measure_faults(plan, questions, measures[True].keys()), *faults_with(plan.releases, measures[True])]
    sensitive = {one.form_id for one in current if one.is_sensitive or is_separate}
    faults += policy_faults(plan.policies, {one.form_id for one in current}, sensitive)
    territory = services.atlas.current().territory
    targets = [(target, _unit_of(target, territory, faults)) for target in plan.targets]
    faults += _repeated(targets)
    if faults:
        raise PlanRefused(faults)
    return targets


def _check_project(uow: UnitOfWork, project_id: int) -> bool:
    """Refuse what has no plan; return whether it is a project apart, all of whose forms are incidents."""
    project = uow.projects.by_id(project_id)
    if project is None:
        raise NotFound("project.unknown", project=project_id)
    if project.kind == "practice":
        raise InvalidInput("plan.practice_project")
    return project.kind == "separate"


def _unit_of(target: Target, territory: Territory, faults: list[Fault]) -> UnitId | None:
    """Return the unit the target names, by its code on the last day of the target's year; a wrong one is a fault."""
    if target.level is not None:
        return None
    try:
        return territory.resolve(target.unit, date(target.year, 12, 31)).unit_id
    except InvalidInput:
        said: dict[str, str | int] = {"given": target.unit, "year": target.year}
        faults.append(Fault("plan.unknown_unit", said, sheet=TARGETS, row=target.row, column="unit"))
        return None


def _repeated(targets: Iterable[tuple[Target, UnitId | None]]) -> Iterator[Fault]:
    """Yield a fault for each unit that has a target already under another of its codes, or of a day's."""
    seen: dict[tuple[str, int, UnitId], int] = {}
    for target, unit_id in targets:
        if unit_id is not None:
            above = seen.setdefault((target.indicator, target.year, unit_id), target.row)
            if above != target.row:
                said: dict[str, str | int] = {"key": f"{target.indicator} {target.year} {target.unit}", "above": above}
                yield Fault("plan.repeated_target", said, sheet=TARGETS, row=target.row, column="unit")


def _measure_faults(plan: Plan, questions: Yield, sensitive: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each measure no published form has, and each category its measure is not broken down by."""
    codes = {one.code for one in plan.indicators}
    for row, one in zip(plan.indicator_rows, plan.indicators, strict=True):
        if one.numerator.basis is Basis.IMPORT and one.numerator.measure not in codes:
            said = {"given": one.numerator.measure}
            yield Fault("plan.unknown_import", said, sheet=INDICATORS, row=row, column="numerator")
        for column, source in (("numerator", one.numerator), ("denominator", one.denominator)):
            if source is not None and (code := _trouble(source, questions, sensitive)):
                yield Fault(code, {"given": str(source)}, sheet=INDICATORS, row=row, column=column)


def _trouble(source: Source, questions: Yield, sensitive: Collection[str]) -> str:
    """Return the code of what is wrong with *source*, empty if nothing is.

    An indicator shows its measure by any unit to whoever reads figures, so a sensitive one is for release tables only.
    """
    if source.measure in sensitive:
        return "plan.sensitive_measure"
    match source.basis:
        case Basis.MEASURE:
            known, unknown = questions, "plan.unknown_measure"
        case Basis.ROSTER:
            return "" if source.measure in questions else "plan.unknown_measure"
        case Basis.REGISTER:
            known, unknown = REGISTERS, "plan.unknown_register"
        case _:
            return ""
    if source.measure not in known:
        return unknown
    if source.basis is Basis.REGISTER and may_overlap(source.measure, source.categories):
        return "plan.overlapping_categories"
    return "" if yields(known, source) else "plan.unknown_category"

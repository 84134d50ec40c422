"""What a report may name: measures of its own project, and sensitive ones of whichever project has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.forms.faults import Fault
from server.indicators.report_cells import Counted, OfIndicator
from server.indicators.sources import Basis, Source
from server.operations.figure_questions import indicators_in_force
from server.operations.publish_plan import REGISTERS
from server.operations.standing_plans import questions_of, yields
from server.registers.tallies import may_overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.indicators.measures import Measure
    from server.indicators.report import PlacedSlot, ReportTemplate
    from server.operations.services import Services
    from server.operations.standing_plans import Yield
    from server.storage.repositories.forms import FormInForce
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Known:
    """Questions by measure: *open* ones of the report's project, *sensitive* ones of any; *home* is their project."""

    open: Yield
    sensitive: Yield
    home: Mapping[str, int]

    def is_sensitive(self, slot: Counted) -> bool:
        """Tell whether a cell asks for a measure that is shown in release tables alone."""
        return slot.measure.basis is Basis.MEASURE and (slot.measure.measure in self.home or self.is_awaited(slot))

    def is_awaited(self, slot: Counted) -> bool:
        """Tell whether a cell about incidents names a form that is not published here, or not yet."""
        if not slot.paper.is_sensitive or slot.measure.basis is not Basis.MEASURE:
            return False
        form_id = slot.measure.measure.rpartition(".")[0]
        return all(code.rpartition(".")[0] != form_id for code in (*self.sensitive, *self.open))


def known_to(services: Services, uow: UnitOfWork, project_id: int) -> Known:
    """Return what a report of the project may name."""
    return known_among(services, uow.forms.in_force(), project_id)


def known_among(services: Services, forms: Iterable[FormInForce], project_id: int) -> Known:
    """Return what a report of the project may name, where *forms* are those in force of all projects."""
    kept: list[Measure] = []
    sealed: list[Measure] = []
    home: dict[str, int] = {}
    for one in forms:
        if one.is_sensitive and one.project_kind != "practice":
            found = services.shelf.version_by_id(one.version_id).measures
            sealed += found
            home |= {measure.code: one.project_id for measure in found}
        elif not one.is_sensitive and one.project_id == project_id:
            kept += services.shelf.version_by_id(one.version_id).measures
    return Known(questions_of(kept), questions_of(sealed), home)


def sealed(template: ReportTemplate, known: Known) -> ReportTemplate:
    """Return the layout with every cell that counts something sensitive named so, whether its author wrote it or not.

    What is typed for such a cell is typed at the incident desk, and no public copy has it.
    """
    return replace(template, slots=tuple(_sealed(one, known) for one in template.slots))


def _sealed(one: PlacedSlot, known: Known) -> PlacedSlot:
    if not isinstance(one.slot, Counted) or one.slot.paper.is_sensitive or not known.is_sensitive(one.slot):
        return one
    return replace(one, slot=replace(one.slot, paper=replace(one.slot.paper, is_sensitive=True)))


def indicators_of(uow: UnitOfWork, project_id: int) -> frozenset[str]:
    """Return the codes of the indicators a report of the project may name."""
    plans = indicators_in_force(uow)
    return frozenset(one.code for plan, several in plans if plan.project_id == project_id for one in several)


def faults_of(template: ReportTemplate, known: Known, indicators: frozenset[str]) -> Iterator[Fault]:
    """Yield a fault for each cell that names what there is not, *indicators* among it.

    Fault codes: ``plan.unknown_measure``, ``.unknown_register``, ``.unknown_category``, ``.overlapping_categories``,
    ``report.unknown_indicator``, ``report.several_splits``.
    """
    for one in template.slots:
        match one.slot:
            case Counted():
                code = _trouble(one.slot, known)
            case OfIndicator():
                code = "" if one.slot.code in indicators else "report.unknown_indicator"
            case _:
                code = ""
        if code:
            yield _at(one, code)


def _trouble(slot: Counted, known: Known) -> str:
    """Return the code of what is wrong with a count, empty if nothing is."""
    match slot.measure.basis:
        case Basis.REGISTER:
            yielded, unknown = REGISTERS, "plan.unknown_register"
        case Basis.UNITS:
            return "plan.unknown_category" if slot.splits else ""
        case _:
            yielded, unknown = {**known.sensitive, **known.open}, "plan.unknown_measure"
    if slot.measure.measure not in yielded:
        return "" if known.is_awaited(slot) else unknown
    if not all(yields(yielded, one) for one in _parts(slot)):
        return "plan.unknown_category"
    if slot.measure.basis is Basis.REGISTER and any(may_overlap(one.measure, one.categories) for one in _parts(slot)):
        return "plan.overlapping_categories"
    return "report.several_splits" if len(slot.splits) > 1 and not known.is_sensitive(slot) else ""


def _parts(slot: Counted) -> tuple[Source, ...]:
    """Return what a cell counts, once for each question it is split by."""
    name, basis = slot.measure.measure, slot.measure.basis
    return tuple(Source(name, f"{question}={'|'.join(values)}", basis) for question, values in slot.splits)


def _at(one: PlacedSlot, code: str) -> Fault:
    return Fault(code, {"given": str(one.slot)}, sheet=one.sheet, row=one.row, column=one.column)


def sources_of(template: ReportTemplate) -> Iterator[Source]:
    """Yield every measure a report counts, once for each question it is split by."""
    for slot, _ in template.numbers():
        if isinstance(slot, Counted) and slot.measure.basis is Basis.MEASURE:
            yield from _parts(slot) or (slot.measure,)

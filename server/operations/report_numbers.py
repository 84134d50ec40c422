"""The numbers a report asks for, read in a few statements however many cells it has.

Counted first: measures, registers, units and indicators, each in the unit of its cell. A figure typed from paper for
the very cell stands before what was counted, which is shown beside it; one typed for a measure stands where nothing was
counted. The two are never added. Sensitive measures are read by whoever is passed in, never here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from server.indicators.contribution import amount_of
from server.indicators.figures import Figure, Goal, Receipts, figure_of
from server.indicators.periods import Period
from server.indicators.report_cells import Counted, OfIndicator, Part, Settlement
from server.indicators.report_fill import NOTHING, Amount, Mark
from server.indicators.sources import Basis, Source
from server.operations.figure_sums import amounts_of, sums_of_sources, sums_of_years
from server.operations.typed_sums import keys_of
from server.operations.unit_figures import entries_of
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level, UnitId, UnitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from server.indicators.report_cells import Number
    from server.operations.atlas import Map
    from server.operations.figure_sums import Sums
    from server.operations.report_measures import Known
    from server.operations.report_reading import ReportReading
    from server.storage.repositories.plans import PlannedTarget
    from server.storage.unit_of_work import UnitOfWork

Asked = tuple["Number", UnitId]
SensitiveReader = Callable[[Counted, UnitId], Amount]
_URBAN = frozenset({UnitKind.PHUONG, UnitKind.THI_TRAN})


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """Where and when a report is: a project and period, on the boundaries *frame* of the day *on*."""

    project_id: int
    period: Period
    here: Map
    frame: str
    on: date

    def parts(self, slot: Counted, unit_id: UnitId) -> frozenset[UnitId]:
        """Return the units that are added up for a count of a unit."""
        return frozenset({unit_id}) if slot.settlement is None else self.communes_in(unit_id, slot.settlement)

    def counted_in(self, asked: Iterable[Asked]) -> frozenset[UnitId]:
        """Return the units that are added up for every count asked for."""
        counts = ((slot, unit) for slot, unit in asked if isinstance(slot, Counted))
        return frozenset(one for slot, unit in counts for one in self.parts(slot, unit))

    def communes_in(self, unit_id: UnitId, settlement: Settlement) -> frozenset[UnitId]:
        """Return the communes of that kind in a unit, itself if it is one."""
        below = self.here.below.get(unit_id, frozenset()) | {unit_id}
        return frozenset(
            one.unit_id
            for one in self.here.territory.units_of_level(Level.COMMUNE, self.on)
            if one.unit_id in below and self._settlement(one.unit_id, one.kind) is settlement
        )

    def _settlement(self, unit_id: UnitId, kind: UnitKind) -> Settlement:
        said = self.here.territory.attributes_of(unit_id, self.on).get("urban_rural")
        return Settlement(said) if said else Settlement.URBAN if kind in _URBAN else Settlement.RURAL


def open_counts(asked: Iterable[Asked], known: Known) -> list[tuple[Counted, UnitId]]:
    """Return what is counted that is not about incidents."""
    return [(slot, unit) for slot, unit in asked if isinstance(slot, Counted) and not known.is_sensitive(slot)]


def sources_behind(counts: Iterable[tuple[Counted, UnitId]]) -> tuple[Source, ...]:
    """Return what is added up for counts: what each asks for, and the whole it is a part of."""
    return tuple(dict.fromkeys(one for slot, _ in counts for one in (slot.source, slot.measure)))


def numbers_of(
    uow: UnitOfWork,
    place: ReportPlace,
    asked: Sequence[Asked],
    known: Known,
    *,
    beside: ReportReading,
) -> Mapping[Asked, Amount]:
    """Return every number asked for that is not about incidents; what is not there is NOTHING.

    *beside* is what was read of the report already.
    """
    found: dict[Asked, Amount] = dict.fromkeys(asked, NOTHING)
    found |= _counted(uow, place, open_counts(asked, known), beside=beside)
    found |= _indicators(uow, place, [(slot, unit) for slot, unit in asked if isinstance(slot, OfIndicator)])
    return found


def sensitive_numbers(asked: Iterable[Asked], known: Known, read: SensitiveReader) -> Mapping[Asked, Amount]:
    """Return what *read* says of every count about incidents."""
    return {
        (slot, unit): read(slot, unit) for slot, unit in asked if isinstance(slot, Counted) and known.is_sensitive(slot)
    }


def _counted(
    uow: UnitOfWork, place: ReportPlace, asked: list[tuple[Counted, UnitId]], *, beside: ReportReading
) -> Mapping[Asked, Amount]:
    sources = sources_behind(asked)
    extent = Extent(place.project_id, place.period.year, place.frame, place.counted_in(asked), with_all=False)
    keys, whole = keys_of(sources), Period(place.period.year)
    typed = [
        one for one in beside.typed if one.place.key in keys and one.place.period == whole and not one.is_sensitive
    ]
    sums = sums_of_sources(uow, place.here, extent, sources=sources, typed=typed)
    reported = _reported(uow, place.project_id, sources, beside)
    return {
        (slot, unit): _added([_amount(sums, reported, slot, one) for one in place.parts(slot, unit)])
        for slot, unit in asked
    }


def _reported(
    uow: UnitOfWork, project_id: int, sources: Iterable[Source], beside: ReportReading
) -> frozenset[tuple[str, int]]:
    """Return the forms of which an approved record counts in a unit: there, what nobody reported is a counted 0."""
    measures = [one.measure for one in sources if one.basis is Basis.MEASURE]
    counting: dict[str, set[int]] = defaultdict(set)
    for tally in beside.tallies:
        if tally.is_counted:
            counting[tally.form_id].add(tally.unit_id)
    behind = uow.figure_tables.forms_behind(project_id, measures) if measures else {}
    return frozenset(
        (measure.rpartition(".")[0], unit_id)
        for measure, forms in behind.items()
        for form_id in forms
        for unit_id in counting[form_id]
    )


def _amount(sums: Sums, reported: frozenset[tuple[str, int]], slot: Counted, unit_id: UnitId) -> Amount:
    """Return what was counted in one unit: 0 only where the form, or the whole of the register, has anything there."""
    added = sums.get((unit_id, slot.source))
    if added is not None and added.is_withheld:
        return Amount(Mark.HIDDEN)
    if added is not None:
        mark = Mark.TYPED if added.is_typed else Mark.COUNTED
        return Amount(mark, amount_of(added.thousandths), lacking=added.left_out)
    whole = sums.get((unit_id, slot.measure))
    is_measure = slot.measure.basis is Basis.MEASURE
    is_said = (slot.measure.measure.rpartition(".")[0], unit_id) in reported if is_measure else False
    is_known = is_said or (whole is not None and not whole.is_typed)
    return Amount(Mark.COUNTED, Decimal(0)) if is_known else NOTHING


def _added(amounts: list[Amount]) -> Amount:
    """Return several places together: counted if any was, typed only if all of them are; the others are lacking."""
    numbers = [one for one in amounts if one.mark.is_number]
    if not numbers:
        return NOTHING
    counted = [one for one in numbers if one.mark is Mark.COUNTED]
    used = counted or numbers
    total = sum((one.value or Decimal(0) for one in used), Decimal(0))
    lacking = len(amounts) - len(used) + sum(one.lacking for one in used)
    return Amount(Mark.COUNTED if counted else Mark.TYPED, total, lacking=lacking)


def _indicators(uow: UnitOfWork, place: ReportPlace, asked: list[tuple[OfIndicator, UnitId]]) -> Mapping[Asked, Amount]:
    """Return what indicators say by the plan that counts in the year; one that no plan has any more has nothing."""
    entries = {one.indicator.code: one for one in entries_of(uow, place.project_id, place.period)} if asked else {}
    known = [(slot, unit) for slot, unit in asked if slot.code in entries]
    if not known:
        return {}
    year = place.period.year
    extent = Extent(place.project_id, year, place.frame, frozenset(unit for _, unit in known), with_all=False)
    indicators = [entries[code].indicator for code in sorted({slot.code for slot, _ in known})]
    sums = sums_of_years(uow, place.here, extent, indicators=indicators, years=[year])
    planned = uow.plans.targets_of_year({one.plan_id for one in entries.values()}, year)
    found: dict[Asked, Amount] = {}
    for slot, unit_id in known:
        entry = entries[slot.code]
        targets = [one for plan, code, one in planned if (plan, code) == (entry.plan_id, slot.code)]
        goal = _goal(targets, unit_id, place.here.territory.period(unit_id, place.on).level)
        amounts = amounts_of(sums, entry.indicator, unit_id, year)
        found[slot, unit_id] = _part(figure_of(entry.indicator, amounts, goal, Receipts()), slot.part)
    return found


def _goal(targets: Iterable[PlannedTarget], unit_id: UnitId, level: Level) -> Goal | None:
    """Return the target of a unit, else the one of its level."""
    known = {one.unit_id or one.level: one for one in targets}
    found = known.get(unit_id) or known.get(level)
    return None if found is None else Goal(amount_of(found.thousandths), found.is_draft)


def _part(figure: Figure, part: Part) -> Amount:
    if part is Part.TARGET:
        return NOTHING if figure.target is None else Amount(Mark.COUNTED, figure.target)
    if figure.value is None:
        return NOTHING
    value = {Part.VALUE: figure.value, Part.NUMERATOR: figure.numerator, Part.DENOMINATOR: figure.denominator}[part]
    is_typed = figure.denominator_is_typed if part is Part.DENOMINATOR else figure.numerator_is_typed
    mark = Mark.TYPED if is_typed else Mark.COUNTED
    return NOTHING if value is None else Amount(mark, value, lacking=figure.left_out)

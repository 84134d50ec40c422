"""What the sources of an indicator amount to, by unit: measures, registers, units, release tables, the year before.

Where the register of households is empty, the total somebody else counted stands in for it, marked as typed; and where
no record of a year is counted in a measure, what was typed from paper does. Neither is ever added to what was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from server.indicators.figures import Amounts
from server.indicators.sources import PREVIOUS, Basis, Source
from server.operations.released_sums import Papers, papers_of, released_sums
from server.operations.roster_sums import roster_sums
from server.operations.typed_sums import keys_of, laid_out, typed_sums
from server.operations.unit_parts import YearCut, turns_of, wholly_below
from server.registers.reach import HOUSEHOLDS
from server.storage.repositories.figure_tables import Added, Extent, Members, said_of
from server.territory.units import Level, UnitId
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from server.indicators.paper_figures import PaperFigure
    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.storage.unit_of_work import UnitOfWork

_PARTS: Final = {"": "total", "poverty=poor": "poor", "poverty=near_poor": "near_poor"}

_NOTHING: Final = Added(0, 0)

Sums = Mapping[tuple[int | None, Source], Added]
"""What was added up for a unit (None: everywhere) and a source; what is not there is nothing."""

YearlySums = Mapping[int, Sums]
"""The same for several years."""


def sums_of(uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator) -> Sums:
    """Return what numerator and denominator amount to in each unit of the extent, and everywhere."""
    yearly = sums_of_years(uow, here, extent, indicators=[indicator], years=[extent.period])
    found = dict(yearly[extent.period])
    if PREVIOUS in indicator.sources:
        before = yearly[extent.period - 1]
        found |= {(place, PREVIOUS): one for (place, source), one in before.items() if source == indicator.numerator}
    return found


def sums_of_years(
    uow: UnitOfWork, here: Map, extent: Extent, *, indicators: Iterable[Indicator], years: Iterable[int]
) -> YearlySums:
    """Return what the sources of *indicators* amount to in each of *years*, and in the year before where one asks it.

    The extent's own period is not looked at. It costs the same number of statements for one year and for many.
    """
    several = tuple(indicators)
    sources = list(dict.fromkeys(source for one in several for source in one.sources))
    added_up = {source for one in several for source in one.sources if source != _asked_in_units(one)}
    wanted = set(years)
    if PREVIOUS in sources:
        wanted |= {year - 1 for year in wanted}
    by_level: dict[Level, dict[Source, None]] = {}
    for one in several:
        if one.denominator is not None and (asked := _asked_in_units(one)) is not None:
            by_level.setdefault(Level(one.denominator.measure), {})[asked] = None
    members = {level: members_of(here, extent.frame, level) for level in by_level}
    # Of a province the communes are read only where it is asked in how many of them something is so.
    asked_there = tuple(dict.fromkeys(source for several in by_level.values() for source in several))
    among = Members(frozenset().union(*members.values()), asked_there)
    read = _read(uow, here, extent, _Wanted(sources, added_up, among, wanted))
    found = _counted(uow, here, extent, sources=sources, read=read)
    _stand_in(uow, here, extent, [one.denominator for one in several if one.denominator is not None], found=found)
    for level, reached in by_level.items():
        by_member = _counted(uow, here, replace(extent, units=members[level]), sources=tuple(reached), read=read)
        for source in reached:
            _reach(here, extent, source, found=found, by_member=by_member)
    return found


_Found = dict[int, dict[tuple[int | None, Source], Added]]


def counts_units(indicator: Indicator) -> bool:
    """Tell whether it asks in how many units something is so, of all there are."""
    below = indicator.denominator
    return below is not None and below.basis is Basis.UNITS and indicator.numerator.basis is Basis.MEASURE


def _asked_in_units(indicator: Indicator) -> Source | None:
    """Return what it is asked of in how many units it is so, None where amounts are added up."""
    return indicator.numerator if counts_units(indicator) else None


def extent_behind(uow: UnitOfWork, here: Map, extent: Extent, *, indicator: Indicator, source: Source) -> Extent:
    """Return where the records lie that make an amount of *source*, which is one of the indicator's.

    In how many units something was so is made of all that was said; an amount is not made of what is past.
    """
    if source == _asked_in_units(indicator):
        return extent
    return replace(extent, without=uow.figure_tables.past_units(extent, source, turns_of(here)))


def members_of(here: Map, frame_key: str, level: Level) -> frozenset[UnitId]:
    """Return the units of a level on the boundaries of a frame."""
    return frozenset(one.unit_id for one in here.territory.units_of_level(level, _day(here, frame_key)))


def _reach(here: Map, extent: Extent, source: Source, *, found: _Found, by_member: _Found) -> None:
    """Count the units in which there is something of the numerator: a commune made of three that had it is one.

    What was typed from paper is such a number already.
    """
    below = wholly_below(here, extent.frame)
    for year, sums in found.items():
        members = {place for place, _ in by_member[year] if place is not None}
        amounts = {place: _said(by_member[year], place, source) for place in members}
        having = {place for place, one in amounts.items() if one is not None and one.thousandths > 0}
        for place in (*extent.units, None):
            whole = _said(sums, place, source)
            if whole is not None:
                number = len(having if place is None else having & below.get(UnitId(place), frozenset()))
                counted = Added(number * 1000, whole.contributions)
                sums[place, said_of(source)] = whole if whole.is_typed else counted


def _said(sums: Sums, place: int | None, source: Source) -> Added | None:
    """Return all that was said in a unit; what was typed from paper where nobody said anything."""
    typed = sums.get((place, source))
    return sums.get((place, said_of(source)), typed if typed is not None and typed.is_typed else None)


def sums_of_sources(
    uow: UnitOfWork, here: Map, extent: Extent, *, sources: Collection[Source], typed: Sequence[PaperFigure]
) -> Sums:
    """Return what each of *sources* amounts to in each unit of the extent, and everywhere; none may be PREVIOUS.

    *typed* are the figures typed for them of the whole period, as far as anybody did.
    """
    years = {extent.period}
    released = [one for one in sources if one.basis is Basis.RELEASE]
    papers = replace(papers_of(uow, extent.project_id, (), released=released, years=years), everyday=typed)
    read = _Read(_recorded(uow, here, extent, _Wanted(sources, sources, Members(), years)), papers)
    found = _counted(uow, here, extent, sources=sources, read=read)
    _stand_in(uow, here, extent, sources, found=found)
    return found[extent.period]


def amounts_of(sums: YearlySums, indicator: Indicator, place: int | None, year: int) -> Amounts:
    """Return numerator and denominator of *indicator* in a unit (None: everywhere) and year."""
    nothing = _NOTHING
    here = sums.get(year, {})
    numerator = said_of(indicator.numerator) if counts_units(indicator) else indicator.numerator
    above, below = here.get((place, numerator), nothing), nothing
    if indicator.denominator == PREVIOUS:
        below = sums.get(year - 1, {}).get((place, indicator.numerator), nothing)
    elif indicator.denominator is not None:
        below = here.get((place, indicator.denominator), nothing)
    return Amounts(
        above.thousandths,
        above.contributions,
        below.thousandths,
        below.contributions,
        below.is_typed,
        above.is_typed,
        above.is_withheld or below.is_withheld,
        max(above.left_out, below.left_out),
    )


def _stand_in(
    uow: UnitOfWork,
    here: Map,
    extent: Extent,
    sources: Iterable[Source],
    *,
    found: dict[int, dict[tuple[int | None, Source], Added]],
) -> None:
    """Put totals somebody else counted where a register of households holds nobody."""
    stood_in = [one for one in dict.fromkeys(sources) if part_of(one)]
    if not stood_in:
        return
    totals = uow.household_totals.of_years(extent.project_id, found)
    for year, source in product(found, stood_in):
        known = {unit_id: total.counts[part_of(source)] for unit_id, total in totals[year].items()}
        found[year] |= _typed(YearCut(here, extent, year), source=source, known=known, found=found[year])


def part_of(source: Source) -> str:
    """Return which count of a household total stands in for *source*, empty if none does."""
    is_households = source.basis is Basis.REGISTER and source.measure == HOUSEHOLDS
    return _PARTS.get(source.category, "") if is_households else ""


def _typed(cut: YearCut, *, source: Source, known: Mapping[UnitId, int | None], found: Sums) -> Sums:
    """Return the totals typed for units whose register holds nobody, and for the whole if no register does."""
    places = laid_out(cut, {unit_id: count for unit_id, count in known.items() if count})
    return {
        (place, source): Added(count * 1000, 0, is_typed=True)
        for place, count in places.items()
        if (place, source) not in found
    }


@dataclass(frozen=True, slots=True)
class _Read:
    """What records and documents say of sources, read once for every unit that is asked about."""

    sums: YearlySums
    papers: Papers

    def within(self, extent: Extent, sources: Collection[Source]) -> dict[int, dict[tuple[int | None, Source], Added]]:
        """Return what records say of some of the units and sources, and of everything there is."""
        places, wanted = {None, *extent.units}, {key for source in sources for key in (source, said_of(source))}
        return {
            year: {key: one for key, one in sums.items() if key[0] in places and key[1] in wanted}
            for year, sums in self.sums.items()
        }


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked of records and documents: *added_up* are those sources of which the amounts are."""

    sources: Collection[Source]
    added_up: Collection[Source]
    members: Members
    years: Collection[int]


def _read(uow: UnitOfWork, here: Map, extent: Extent, wanted: _Wanted) -> _Read:
    recorded = _recorded(uow, here, extent, wanted)
    released = [one for one in wanted.sources if one.basis is Basis.RELEASE]
    papers = papers_of(uow, extent.project_id, keys_of(wanted.sources), released=released, years=wanted.years)
    return _Read(recorded, papers)


def _recorded(uow: UnitOfWork, here: Map, extent: Extent, wanted: _Wanted) -> YearlySums:
    measures = [one for one in wanted.added_up if one.basis is Basis.MEASURE]
    if not measures and not wanted.members.sources:
        return {year: {} for year in wanted.years}
    return uow.figure_tables.sums_of_years(extent, wanted.years, measures, turns_of(here), members=wanted.members)


def _counted(
    uow: UnitOfWork, here: Map, extent: Extent, *, sources: Collection[Source], read: _Read
) -> dict[int, dict[tuple[int | None, Source], Added]]:
    years = read.sums.keys()
    by_kind = {kind: [one for one in sources if one.basis is kind] for kind in Basis}
    measures, registers, levels = (by_kind[kind] for kind in (Basis.MEASURE, Basis.REGISTER, Basis.UNITS))
    nothing: YearlySums = {year: {} for year in years}
    of_forms = read.within(extent, measures)
    of_lists = uow.figure_tables.register_sums_of_years(extent, years, registers) if registers else nothing
    of_units: dict[tuple[int | None, Source], Added] = {}
    for source in levels:
        held = _units_below(here, extent.frame, Level(source.measure))
        places: dict[UnitId | None, int] = {place: held.get(place, 0) for place in (*extent.units, None)}
        of_units |= {(place, source): Added(number * 1000, number) for place, number in places.items()}
    of_people = roster_sums(uow, extent, sources=by_kind[Basis.ROSTER], years=years)
    published = released_sums(uow, here, extent, read.papers, sources=by_kind[Basis.RELEASE])
    counted = {
        year: {**of_forms[year], **of_lists[year], **of_units, **of_people[year], **published[year]} for year in years
    }
    typed = typed_sums(read.papers.everyday, here, extent, sources=[*measures, *by_kind[Basis.IMPORT]], years=years)
    return {year: {**_beside(typed[year], counted[year]), **counted[year]} for year in years}


def _beside(typed: Sums, counted: Sums) -> Sums:
    """Return what was typed where nothing was counted: a number is either counted or typed, never made of both."""
    return {key: added for key, added in typed.items() if key not in counted}


def _day(here: Map, frame_key: str) -> date:
    """Return a day in the frame on which its last units are known."""
    frame = next(one for one in here.territory.frames() if one.key == frame_key)
    return min(max(here.epochs[-1], first_day(frame.valid_from)), last_day(frame.valid_to))


@lru_cache(maxsize=64)
def _units_below(here: Map, frame_key: str, level: Level) -> Mapping[UnitId | None, int]:
    """Return how many units of a level lie in each unit on the boundaries of a frame, under None how many in all."""
    members = {period.unit_id for period in here.territory.units_of_level(level, _day(here, frame_key))}
    below = {place: len(members & units) for place, units in wholly_below(here, frame_key).items()}
    return {None: len(members), **{place: number for place, number in below.items() if number}}

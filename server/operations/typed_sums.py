"""What was typed from paper, as figures read it: by unit and source, where the records count nothing.

A unit that has no figure of its own is the sum of the communes of that year that lie in it, if each has one: so a
merged commune has the history of those it was made of. A part is never taken for the whole.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from server.indicators.sources import Basis
from server.operations.unit_parts import YearCut
from server.storage.repositories.figure_tables import Added
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from server.indicators.paper_figures import PaperFigure
    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.storage.repositories.figure_tables import Extent
    from server.territory.units import UnitId


def typed_sums(
    figures: Iterable[PaperFigure], here: Map, extent: Extent, *, sources: Iterable[Source], years: Collection[int]
) -> dict[int, dict[tuple[int | None, Source], Added]]:
    """Return what *figures* say of *sources* in each year, by unit of the extent and under None for everything."""
    keys = keys_of(sources)
    found: dict[int, dict[tuple[int | None, Source], Added]] = {year: {} for year in years}
    typed: dict[tuple[int, Source], dict[UnitId, int]] = defaultdict(dict)
    for one in figures:
        if one.thousandths is not None and one.place.key in keys:
            typed[one.place.period.year, keys[one.place.key]][one.place.unit_id] = one.thousandths
    for (year, source), known in typed.items():
        for place, thousandths in laid_out(YearCut(here, extent, year), known).items():
            found[year][place, source] = Added(thousandths, 0, is_typed=True)
    return found


def keys_of(sources: Iterable[Source]) -> dict[str, Source]:
    """Return what can be typed of *sources*, each under its key."""
    return {key_of(one): one for one in sources if one.basis in {Basis.MEASURE, Basis.IMPORT}}


def laid_out(cut: YearCut, known: Mapping[UnitId, int]) -> dict[UnitId | None, int]:
    """Return numbers known of single units as those of the extent's units, and under None as that of everything.

    Everything is the one province's own number, else the sum of the extent's units if each has one.
    """
    found = {place: _of_unit(cut, place, known) for place in cut.extent.units}
    places: dict[UnitId | None, int] = {place: number for place, number in found.items() if number is not None}
    whole = [known[one] for one in cut.units(Level.PROVINCE) & known.keys()]
    if len(whole) == 1:
        places[None] = whole[0]
    elif cut.extent.units and cut.extent.units <= places.keys():
        places[None] = sum(places[place] for place in cut.extent.units)
    return places


def _of_unit(cut: YearCut, place: UnitId, known: Mapping[UnitId, int]) -> int | None:
    if place in known:
        return known[place]
    parts = cut.parts(place, Level.COMMUNE)
    if cut.straddling(place, Level.COMMUNE):
        return None
    return sum(known[one] for one in parts) if parts and parts <= known.keys() else None


def key_of(source: Source) -> str:
    """Return the key under which what *source* counts is typed."""
    return source.measure if source.basis is Basis.IMPORT else str(source)

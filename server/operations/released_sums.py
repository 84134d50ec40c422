"""Counts of incidents as figures may read them: frozen in a release table, or typed from paper before there were any.

A release table says what may be shown and what is hidden; nothing here knows more. A year of which no table was ever
frozen may have the count of the province from paper: it is published as if it were a table of one cell, hidden below k
and when it was put right by less than k; tables frozen later are hidden from whoever read it. Counts typed for anything
smaller than a province are never read here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING, Final

from server.indicators.paper_figures import shown_of
from server.indicators.releases_tables import CellState
from server.operations.known_by_hash import KnownByHash
from server.operations.publish_plan import read_workbook
from server.operations.release_format import read_table
from server.operations.unit_parts import YearCut
from server.storage.repositories.figure_tables import Added
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from server.indicators.paper_figures import PaperFigure
    from server.indicators.releases import Release
    from server.indicators.releases_tables import ReleasedCell, ReleasedTable
    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.storage.repositories.figure_tables import Extent
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

    Found = dict[tuple[int | None, Source], Added]

_TOTAL: Final = 0
_SILENT: Final = "state=not_reported"
_WITHHELD: Final = Added(0, 0, is_withheld=True)


@dataclass(frozen=True, slots=True)
class Papers:
    """What was typed of whole *years*: everyday figures, every version of the counts release tables are made of."""

    years: frozenset[int]
    everyday: Sequence[PaperFigure]
    of_cases: Sequence[PaperFigure]


def papers_of(
    uow: UnitOfWork, project_id: int, keys: Collection[str], *, released: Sequence[Source], years: Collection[int]
) -> Papers:
    """Return what was typed under *keys*, and of the measures behind the *released* sources; in one statement."""
    of_cases = _measures_of(uow, released)
    if not keys and not of_cases:
        return Papers(frozenset(years), (), ())
    everyday, trail = uow.paper_figures.everyday_beside_cases(project_id, years, keys, of_cases)
    return Papers(frozenset(years), everyday, trail)


def released_sums(
    uow: UnitOfWork, here: Map, extent: Extent, papers: Papers, *, sources: Sequence[Source]
) -> dict[int, Found]:
    """Return what release tables say of *sources* in each year, by unit of the extent and under None for everything.

    The years are those *papers* were read of.
    """
    found: dict[int, Found] = {year: {} for year in papers.years}
    if not sources:
        return found
    declared = _declared(uow)
    has_tables, frozen = uow.releases.frozen(papers.years, {one.measure for one in sources})
    trails = _by_year_and_measure(papers.of_cases)
    for year, source in product(papers.years, sources):
        cut, release = YearCut(here, extent, year), declared.get(source.measure)
        if (year, source.measure) in frozen:
            found[year] |= _of_table(cut, source, read_table(frozen[year, source.measure]))
        elif release is not None and not source.category:
            k = None if year in has_tables else release.k
            found[year] |= _of_paper(cut, source, trail=trails.get((year, release.measure), ()), k=k)
    return found


def _measures_of(uow: UnitOfWork, released: Iterable[Source]) -> frozenset[str]:
    """Return the measures that the release tables of these sources are made of."""
    names = {one.measure for one in released}
    declared = _declared(uow) if names else {}
    return frozenset(declared[one].measure for one in names if one in declared)


def _by_year_and_measure(trail: Iterable[PaperFigure]) -> Mapping[tuple[int, str], list[PaperFigure]]:
    found: dict[tuple[int, str], list[PaperFigure]] = defaultdict(list)
    for one in trail:
        found[one.place.period.year, one.place.key].append(one)
    return found


def _declared(uow: UnitOfWork) -> dict[str, Release]:
    """Return the release tables that plans in force declare, of two with one name that of the newest plan."""
    found: dict[str, Release] = {}
    for plan in uow.plans.in_force():
        for one in _releases_in(KnownByHash(plan.sha256, partial(uow.releases.workbook, plan.plan_id))):
            found.setdefault(one.name, one)
    return found


@lru_cache(maxsize=64)
def _releases_in(workbook: KnownByHash[bytes]) -> tuple[Release, ...]:
    return read_workbook(workbook.read()).releases


def _of_table(cut: YearCut, source: Source, table: ReleasedTable) -> Found:
    cells = {one.unit_id: one for one in table.cells if not one.quarter and not one.category}
    every = {one for one in cells if one != _TOTAL}
    found: Found = {}
    for place in (*cut.extent.units, None):
        rows = _rows_in(cut, place, every)
        within = [cells[one] for one in rows]
        if source.category:
            is_wanted = [(one.state is CellState.NOT_REPORTED) is (source.category == _SILENT) for one in within]
            added = Added(sum(is_wanted) * 1000, len(within)) if within else None
        else:
            is_whole = place is None or (place not in every and every == set(rows))
            added = _added([cells[_TOTAL]] if is_whole else within)
        if added is not None:
            found[place, source] = replace(added, left_out=_left_out(cut, place, every))
    return found


def _left_out(cut: YearCut, place: UnitId | None, rows: Collection[int]) -> int:
    """Return how many rows of a table lie in a unit only in part: their counts cannot be divided."""
    if place is None or place in rows:
        return 0
    return len(cut.straddling(place, Level.COMMUNE) & set(rows))


def _rows_in(cut: YearCut, place: UnitId | None, rows: Collection[int]) -> list[int]:
    """Return the rows of a table that make up a unit: its own, else those of the units of that year inside it."""
    if place is None or place in rows:
        return sorted(rows) if place is None else [place]
    parts = (sorted(cut.parts(place, level) & set(rows)) for level in (Level.PROVINCE, Level.COMMUNE))
    return next((list(map(int, some)) for some in parts if some), [])


def _added(cells: Sequence[ReleasedCell]) -> Added | None:
    """Return what the cells come to: hidden if one of them is, nothing where nothing was reported."""
    if any(one.state is CellState.HIDDEN for one in cells):
        return _WITHHELD
    counts = [one.count for one in cells if one.count is not None]
    return Added(sum(counts) * 1000, len(counts)) if counts else None


def _of_paper(cut: YearCut, source: Source, *, trail: Iterable[PaperFigure], k: int | None) -> Found:
    """Return the count of the year's one province from paper, for it and for everything there is.

    It is withheld where *k* is None: other tables of that year are frozen, and the two might be held together.
    """
    provinces = cut.units(Level.PROVINCE)
    if len(provinces) != 1:
        return {}
    (province,) = provinces
    versions = [one for one in trail if one.place.unit_id == province]
    if not any(one.is_current and one.value is not None for one in versions):
        return {}
    shown = None if k is None else shown_of(versions, k)
    added = _WITHHELD if shown is None else Added(shown, 0, is_typed=True)
    places = [place for place in cut.extent.units if province in cut.parts(place, Level.PROVINCE)]
    return {(place, source): added for place in (*places, None)}

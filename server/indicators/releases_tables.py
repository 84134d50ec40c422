"""A release table as it is published: every cell says its count, that it is hidden, or that nothing was reported.

A cell that was not reported is never 0, and no 0 is ever shown: below k a count is hidden, whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.indicators.releases import ReleasePeriod, Rows
from server.indicators.releases_layout import OTHER, categories_of
from server.indicators.suppression_tables import CellKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.indicators.releases import Release
    from server.indicators.releases_layout import ReleaseLayout
    from server.indicators.suppression_tables import Published

QUARTERS: Final = (1, 2, 3, 4)


class CellState(StrEnum):
    """What a published cell says (``releases.state.<value>`` in the catalogue)."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """One cell: *unit_id* 0 is the total, *quarter* 0 the year, *category* empty for all; only SHOWN has a *count*."""

    unit_id: int
    quarter: int
    category: str
    state: CellState
    count: int | None


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A published table; *units* are the names of its rows, *categories* the answers of its columns, as asked."""

    release: Release
    units: Mapping[int, str]
    categories: Mapping[str, str]
    cells: tuple[ReleasedCell, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The units a table could have rows for, by level, and what the answers of each question are called."""

    communes: Mapping[int, str]
    provinces: Mapping[int, str]
    answers: Mapping[str, Mapping[str, str]]

    def units_of(self, release: Release) -> Mapping[int, str]:
        """Return the rows of a table, without its total."""
        match release.rows:
            case Rows.COMMUNE:
                return self.communes
            case Rows.PROVINCE:
                return self.provinces
            case Rows.TOTAL:
                return {}


def table_of(release: Release, listed: Listed, layout: ReleaseLayout, published: Published) -> ReleasedTable:
    """Return *release* as it may be shown once *published* says what is hidden."""
    units = listed.units_of(release)
    answers = listed.answers.get(release.question, {})
    categories = {
        category: answers.get(category.partition("=")[2], "")
        for category in (categories_of(release.question, tuple(answers)) if release.question else ())
    }
    counts = published.counts()
    cells = tuple(
        _cell(CellKey(release.measure, *place), layout, published, counts)
        for place in _places(release, tuple(units), tuple(categories))
    )
    return ReleasedTable(release, units, categories, cells)


def _places(release: Release, units: Sequence[int], categories: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    quarters = (*QUARTERS, 0) if release.period is ReleasePeriod.QUARTER else (0,)
    for unit in (*units, 0):
        for quarter in quarters:
            for category in (*categories, ""):
                yield unit, quarter, category


def _cell(key: CellKey, layout: ReleaseLayout, published: Published, counts: Mapping[CellKey, int]) -> ReleasedCell:
    place = (key.unit_id, key.quarter, key.category)
    if key in layout.cells:
        if key in published.unseen:
            return ReleasedCell(*place, CellState.HIDDEN, None)
        return ReleasedCell(*place, CellState.SHOWN, counts[key])
    is_other = key.category.endswith(f"={OTHER}") and key._replace(category="") in layout.cells
    return ReleasedCell(*place, CellState.HIDDEN if is_other else CellState.NOT_REPORTED, None)

"""Cases that are counted into tables, and what has been published of them before: what suppression works on.

A cell has one key in every table it stands in, so tables that share a total are linked by naming it. A case is a row of
values, one for each aspect of it; which cells it counts in follows from them alone. Where cases come from and how a
table is laid out is for `releases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value = int | str
Case = tuple[Value, ...]
"""One thing that was counted: its value in each aspect of its `Layout`."""


class CellKey(NamedTuple):
    """One cell: *unit_id* 0 is everywhere, *quarter* 0 the whole year, an empty *category* all of them."""

    measure: str
    unit_id: int
    quarter: int
    category: str


class Cell(NamedTuple):
    """Below which count a cell is small, and how much is lost when it is hidden, whatever its count."""

    k: int
    weight: int


class Layout(Protocol):
    """The tables of one period. A cell everybody knows (of a unit that has not reported) is not among *cells*."""

    @property
    def cells(self) -> Mapping[CellKey, Cell]:
        """Return every cell of every table."""

    @property
    def aspects(self) -> Sequence[Sequence[Value]]:
        """Return the values a case may have in each of its aspects."""

    def keys_of(self, case: Case) -> tuple[CellKey, ...]:
        """Return the cells *case* counts in, each once."""

    def needs_of(self, key: CellKey) -> Mapping[int, frozenset[Value]]:
        """Return what a case needs to count in a cell: by aspect, the values it may have."""


@dataclass(frozen=True, slots=True)
class Published:
    """One release: its layout and cases, and which cells are hidden; all others are shown.

    *small* are the hidden cells below their k. A reader knows the layout, and the counts of what is shown.
    """

    layout: Layout
    cases: tuple[Case, ...]
    small: frozenset[CellKey]
    hidden: frozenset[CellKey]

    def counts(self) -> Mapping[CellKey, int]:
        """Return the exact count of every cell, hidden ones too."""
        return counts_of(self.layout, self.cases)

    @property
    def unseen(self) -> frozenset[CellKey]:
        """Return all that is hidden."""
        return self.small | self.hidden


def counts_of(layout: Layout, cases: Sequence[Case]) -> Mapping[CellKey, int]:
    """Return how many *cases* count in each cell of *layout*, 0 where none does."""
    found = dict.fromkeys(layout.cells, 0)
    for case in cases:
        for key in layout.keys_of(case):
            found[key] += 1
    return found

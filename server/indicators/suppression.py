"""Which cells of the tables of one period must not be shown, so that no small count can be worked out from the rest.

A count below k is small and hidden, zero too: were zeros shown, a hidden count would be known not to be one. Hiding the
small ones is not enough, since cells add up to totals and tables share them; so others are hidden with them, totals
included, until whoever knows every number shown, how the tables add up, that counts are whole and not negative, k, and
even which of the hidden cells are small, must think each of 0 … k-1 possible for each of these. Such a reader knows the
earlier releases of the period too, and that cases were only added since, or only dropped, where that is so.

Every possibility is proved by cases that show it. A cell is hidden because a proof is missing and never for its size,
so that the choice itself tells little. The same cases always give the same cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.errors import Conflict
from server.indicators.suppression_reader import Reader, reader_of
from server.indicators.suppression_tables import Published

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.indicators.suppression_tables import Case, Layout
    from server.indicators.suppression_walk import Move


def suppress(layout: Layout, cases: Sequence[Case], earlier: Sequence[Published] = ()) -> Published:
    """Return which cells of *layout*, filled with *cases*, are hidden from readers of the *earlier* releases.

    These are the releases of the same period, the oldest first; what one of them hid stays hidden. All cells of a
    layout have one k. Raises Conflict ``releases.too_little_change`` where the earlier numbers leave nothing to hide
    behind: then the new ones have to wait for more change.
    """
    ordered = sorted(cases, key=str)
    reader = reader_of(layout, ordered, earlier)
    proofs = _Proofs(reader)
    proofs.complete()
    small = frozenset(key for key, at in reader.newest.items() if reader.walker.counts[at] < layout.cells[key].k)
    unseen = frozenset(key for key, at in reader.newest.items() if not reader.walker.limits[at].price)
    return Published(layout, tuple(ordered), small, unseen - small)


class _Proofs:
    """What has been proved possible for *reader*; *lacking* is the rest, by guarded cell."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.walker = reader.walker
        self.lacking = {cell: set(values) for cell, values in reader.guards.items()}
        self._note(self.lacking)

    def complete(self) -> None:
        """Prove all there is to prove, hiding what stands in the way."""
        for cell in self.lacking:
            for by in (1, -1):
                self._walk(cell, by)
            if self.lacking[cell]:
                self._hide_all()

    def _walk(self, cell: int, by: int) -> None:
        """Walk from the true cases as far as *cell* has to go that way, and back."""
        moves: list[Move] = []
        while any((one - self.walker.counts[cell]) * by > 0 for one in self.lacking[cell]):
            move = self.walker.best_move(cell, by)
            if move is None:
                break
            self.walker.make(move)
            moves.append(move)
            self._hide(move.changes)
            self._note(move.changes)
        self.walker.take_back(moves)

    def _note(self, cells: Iterable[int]) -> None:
        for cell in cells:
            if cell in self.lacking:
                self.lacking[cell].discard(self.walker.counts[cell])

    def _hide(self, cells: Iterable[int]) -> None:
        limits = self.walker.limits
        for cell in cells:
            if limits[cell].price:
                limits[cell] = limits[cell]._replace(price=0)

    def _hide_all(self) -> None:
        """Hide everything: then k-1 cases or fewer, all alike, and no others are possible, wherever they count."""
        if self.reader.has_read_before:
            raise Conflict("releases.too_little_change")
        self._hide(self.reader.newest.values())
        self.lacking = {cell: set() for cell in self.lacking}

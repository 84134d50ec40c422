"""Walking from one set of cases to the next: a move changes or swaps a value of a case, adds a case or drops one.

Whatever the moves, the tables counted from the cases are tables that could be. A walk stays within what a reader knows:
hidden cells within their bounds, shown ones as they are shown. A cell that is shown may be moved at the price of hiding
it. The search for a move ends and is not complete: a move that is found is a proof, one that is not found proves
nothing. It depends on the cases alone, never on a clock or on chance.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from server.indicators.suppression_tables import Case, Value

_T = TypeVar("_T")
_BELOW_K: Final = 3
"""What it costs that a hidden cell which is not small comes below k: that it is k or more may be guessed."""
_MOST_TRIED: Final = 2000
_PARTNERS: Final = 40
_STRANGERS: Final = 200


class Limits(NamedTuple):
    """What a reader knows of one cell: its bounds, below what it is small, and what hiding it costs (0 if it is)."""

    least: int
    most: int
    k: int
    price: int


class Move(NamedTuple):
    """Cases that go and cases that come instead, by how much cells change, and what has to be paid for that."""

    gone: tuple[Case, ...]
    come: tuple[Case, ...]
    changes: Mapping[int, int]
    price: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What can be walked on: the values of each aspect of a case, the cells it counts in, and what each cell needs."""

    aspects: Sequence[Sequence[Value]]
    cells_of: Callable[[Case], tuple[int, ...]]
    needs: Sequence[Mapping[int, frozenset[Value]]]


class Walker:
    """Cases on the move, and the count of every cell."""

    def __init__(self, ground: Ground, cases: Iterable[Case], cells: int) -> None:
        self.ground = ground
        self.limits = [Limits(0, 0, 0, 0)] * cells
        self.counts = [0] * cells
        self._cells: dict[Case, tuple[int, ...]] = {}
        self._differences: dict[tuple[Case | None, Case | None], tuple[tuple[int, int], ...]] = {}
        self._cases: Counter[Case] = Counter()
        self._having: list[dict[Value, dict[Case, None]]] = [{} for _ in ground.aspects]
        self._turn = 0
        for case in cases:
            self._come(case)

    def best_move(self, cell: int, by: int) -> Move | None:
        """Return a move that changes *cell* by 1 or -1: the first that costs nothing, else the cheapest one tried."""
        best: Move | None = None
        self._turn += 1
        moves = self._raising(cell) if by > 0 else self._lowering(cell)
        for tried, (gone, come) in enumerate(moves):
            move = self._weighed(gone, come, None if best is None else best.price)
            if move is not None and move.changes.get(cell) == by:
                best = move
                if not move.price:
                    break
            if tried > _MOST_TRIED:
                break
        return best

    def make(self, move: Move) -> None:
        """Let the cases of *move* go and come."""
        for case in move.gone:
            self._go(case)
        for case in move.come:
            self._come(case)

    def take_back(self, moves: Sequence[Move]) -> None:
        """Undo *moves*, the last first."""
        for move in reversed(moves):
            self.make(Move(move.come, move.gone, {}, 0))

    def _weighed(self, gone: tuple[Case, ...], come: tuple[Case, ...], below: int | None) -> Move | None:
        """Return the move unless it is out of bounds or not cheaper than *below*."""
        changes: dict[int, int] = {}
        for old, new in zip_longest(gone, come):
            for cell, change in self._difference(old, new):
                changes[cell] = changes.get(cell, 0) + change
        price = 0
        for cell, change in changes.items():
            if change:
                least, most, k, cost = self.limits[cell]
                count = self.counts[cell] + change
                if not least <= count <= most:
                    return None
                price += cost + (_BELOW_K if change < 0 and count < k else 0)
                if below is not None and price >= below:
                    return None
        return Move(gone, come, {cell: change for cell, change in changes.items() if change}, price)

    def _raising(self, cell: int) -> Iterator[tuple[tuple[Case, ...], tuple[Case, ...]]]:
        """Yield what may bring one more case into *cell*."""
        needs = self.ground.needs[cell]
        new: list[Case] = []
        for aspect, wanted in needs.items():
            partners = [one for one in self._with(aspect, wanted) if not _meets(one, needs)]
            for case in self._meeting(needs, aspect):
                for value in self._turned(tuple(wanted))[:_PARTNERS]:
                    changed = _with_value(case, aspect, value)
                    new.append(changed)
                    yield (case,), (changed,)
                for partner in self._turned(partners)[:_PARTNERS]:
                    yield _swapped(case, partner, aspect)
        if len(needs) > 1:
            strangers = [case for case in self._cases if not _meets(case, needs)]
            for case in self._turned(strangers)[:_STRANGERS]:
                yield (case,), (_with_values(case, needs),)
        for case in (*new[:_PARTNERS], self._made_up(needs)):
            yield (), (case,)

    def _lowering(self, cell: int) -> Iterator[tuple[tuple[Case, ...], tuple[Case, ...]]]:
        """Yield what may take one case out of *cell*."""
        needs = self.ground.needs[cell]
        inside = self._turned([one for one in self._with(*next(iter(needs.items()))) if _meets(one, needs)])
        for aspect, wanted in needs.items():
            others = [one for one in self.ground.aspects[aspect] if one not in wanted]
            partners = [one for one in self._with(aspect, others) if not _meets_but(one, needs, aspect)]
            for case in inside:
                for value in self._turned(others)[:_PARTNERS]:
                    yield (case,), (_with_value(case, aspect, value),)
                for partner in self._turned(partners)[:_PARTNERS]:
                    yield _swapped(case, partner, aspect)
        for case in inside:
            yield (case,), ()

    def _meeting(self, needs: Mapping[int, frozenset[Value]], but: int) -> Sequence[Case]:
        """Return the cases that meet all *needs* except that of one aspect."""
        others = [(aspect, wanted) for aspect, wanted in needs.items() if aspect != but]
        found = self._with(*others[0]) if others else list(self._cases)
        return self._turned([one for one in found if one[but] not in needs[but] and _meets_but(one, needs, but)])

    def _with(self, aspect: int, values: Iterable[Value]) -> list[Case]:
        having = self._having[aspect]
        return [case for value in values for case in having.get(value, ())]

    def _turned(self, found: Sequence[_T]) -> Sequence[_T]:
        """Return *found* from another place on each time, so that not always the same cases have to move."""
        start = self._turn % len(found) if found else 0
        return [*found[start:], *found[:start]]

    def _made_up(self, needs: Mapping[int, frozenset[Value]]) -> Case:
        """Return a case that meets *needs* and is otherwise like any."""
        return tuple(
            min(needs[aspect], key=str) if aspect in needs else self._turned(values)[0]
            for aspect, values in enumerate(self.ground.aspects)
        )

    def _difference(self, old: Case | None, new: Case | None) -> tuple[tuple[int, int], ...]:
        """Return which cells change by how much when one case comes instead of another."""
        found = self._differences.get((old, new))
        if found is None:
            lost = set() if old is None else set(self._cells_of(old))
            won = set() if new is None else set(self._cells_of(new))
            found = (*((cell, 1) for cell in won - lost), *((cell, -1) for cell in lost - won))
            self._differences[old, new] = found
        return found

    def _cells_of(self, case: Case) -> tuple[int, ...]:
        found = self._cells.get(case)
        if found is None:
            found = self._cells[case] = self.ground.cells_of(case)
        return found

    def _come(self, case: Case) -> None:
        self._cases[case] += 1
        for cell in self._cells_of(case):
            self.counts[cell] += 1
        if self._cases[case] == 1:
            for having, value in zip(self._having, case, strict=True):
                having.setdefault(value, {})[case] = None

    def _go(self, case: Case) -> None:
        self._cases[case] -= 1
        for cell in self._cells_of(case):
            self.counts[cell] -= 1
        if not self._cases[case]:
            del self._cases[case]
            for having, value in zip(self._having, case, strict=True):
                del having[value][case]


def _meets(case: Case, needs: Mapping[int, frozenset[Value]]) -> bool:
    return all(case[aspect] in wanted for aspect, wanted in needs.items())


def _meets_but(case: Case, needs: Mapping[int, frozenset[Value]], but: int) -> bool:
    return all(aspect == but or case[aspect] in wanted for aspect, wanted in needs.items())


def _with_value(case: Case, aspect: int, value: Value) -> Case:
    return (*case[:aspect], value, *case[aspect + 1 :])


def _with_values(case: Case, needs: Mapping[int, frozenset[Value]]) -> Case:
    """Return *case* changed in as few aspects as it takes to meet *needs*."""
    return tuple(
        value if aspect not in needs or value in needs[aspect] else min(needs[aspect], key=str)
        for aspect, value in enumerate(case)
    )


def _swapped(one: Case, other: Case, aspect: int) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    return (one, other), (_with_value(one, aspect, other[aspect]), _with_value(other, aspect, one[aspect]))

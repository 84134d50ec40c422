"""What the reader of several releases of one period can reckon with: their cells side by side, and cases in both.

A cell of each release is a cell of its own. Where cases were only added from one release to the next, or only dropped,
or none was, a reader may know it, so a case carries in which releases it is counted, and only such cases are possible.
Where some were changed nothing is known of that step, and what was released before it says nothing about what came
after. Of a cell shown before that has changed by less than k, only that is known: a difference is a count too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from server.indicators.suppression_walk import Ground, Limits, Walker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.indicators.suppression_tables import Case, CellKey, Layout, Published

NO_END: Final = 2**62


class Step(StrEnum):
    """What became of the cases from one release to the next."""

    GREW = "grew"
    SHRANK = "shrank"
    SAME = "same"
    CHANGED = "changed"


@dataclass(slots=True)
class Reader:
    """A walker over all that can be, the values each guarded cell must be able to take, and the newest cells by key."""

    walker: Walker
    guards: dict[int, range]
    newest: Mapping[CellKey, int]
    has_read_before: bool

    def knows(self, place: int, limits: Limits) -> None:
        """Let that be known of a cell."""
        self.walker.limits[place] = limits

    def guard(self, place: int, values: range) -> None:
        """Let a cell lie within *values* and be able to take each of them."""
        self.guards[place] = values
        self.knows(place, Limits(values[0], values[-1], 0, 0))


def reader_of(layout: Layout, cases: Sequence[Case], earlier: Sequence[Published]) -> Reader:
    """Return the reader of *layout* filled with *cases*, who has read *earlier* releases, the oldest first."""
    steps = [step_between(one, other) for one, other in pairwise([*(one.cases for one in earlier), cases])]
    first = max((at + 1 for at, step in enumerate(steps) if step is Step.CHANGED), default=0)
    joined, steps = earlier[first:], steps[first:]
    layers = [*(one.layout for one in joined), layout]
    places: dict[_Place, int] = {}
    for at, layer in enumerate(layers):
        for key in sorted(layer.cells):
            places[at, key] = len(places)
    ground = _ground(layers, places, _patterns(steps))
    walker = Walker(ground, _side_by_side([*(one.cases for one in joined), cases], steps), len(places) + 1)
    newest = {key: place for (at, key), place in places.items() if at == len(joined)}
    reader = Reader(walker, {}, newest, bool(earlier))
    for (at, key), place in places.items():
        if at < len(joined):
            _tell_earlier(reader, place, key, joined[at])
    _tell_newest(reader, layout, earlier)
    reader.knows(len(places), Limits(0, 0, 0, 0))
    return reader


def step_between(before: Sequence[Case], after: Sequence[Case]) -> Step:
    """Return what became of the cases."""
    old, new = Counter(before), Counter(after)
    if old == new:
        return Step.SAME
    if old <= new:
        return Step.GREW
    return Step.SHRANK if new <= old else Step.CHANGED


_Place = tuple[int, "CellKey"]


def _tell_earlier(reader: Reader, place: int, key: CellKey, release: Published) -> None:
    if key in release.small:
        reader.guard(place, range(release.layout.cells[key].k))
    elif key in release.hidden:
        reader.knows(place, Limits(0, NO_END, release.layout.cells[key].k, 0))
    else:
        count = reader.walker.counts[place]
        reader.knows(place, Limits(count, count, 0, 0))


def _tell_newest(reader: Reader, layout: Layout, earlier: Sequence[Published]) -> None:
    """Guard what is small and what has changed by less than k; the rest is hidden if it ever was, else shown."""
    shown: dict[CellKey, list[int]] = defaultdict(list)
    once_hidden: set[CellKey] = set()
    for release in reversed(earlier):
        once_hidden |= release.unseen
        for key, count in release.counts().items():
            if key not in release.unseen:
                shown[key].append(count)
    for key, place in reader.newest.items():
        k, weight = layout.cells[key]
        count = reader.walker.counts[place]
        if count < k:
            reader.guard(place, range(k))
        elif (window := _window(count, k, shown[key])) is not None:
            reader.guard(place, window)
        else:
            reader.knows(place, Limits(0, NO_END, k, 0 if key in once_hidden else weight))


def _window(count: int, k: int, shown_before: Iterable[int]) -> range | None:
    """Return where a cell is known to lie whose count is less than *k* from what was shown, None if it is not so."""
    for before in shown_before:
        if count != before and abs(count - before) < k:
            return range(before, before + k) if count > before else range(max(0, before - k + 1), before + 1)
    return None


def _ground(layers: Sequence[Layout], places: Mapping[_Place, int], patterns: Sequence[int]) -> Ground:
    """Return what can be walked on: cases with one aspect more, the releases they are in as the bits of a number.

    A cell that everybody knows is the last one, in which nothing is ever counted.
    """
    values = [
        tuple(dict.fromkeys(one for part in aspect for one in part))
        for aspect in zip(*(one.aspects for one in layers), strict=True)
    ]
    nowhere = len(places)

    def cells_of(case: Case) -> tuple[int, ...]:
        *known, pattern = case
        assert isinstance(pattern, int)
        return tuple(
            places.get((at, key), nowhere)
            for at, layer in enumerate(layers)
            if pattern >> at & 1
            for key in layer.keys_of(tuple(known))
        )

    seen_in = [frozenset(one for one in patterns if one >> at & 1) for at in range(len(layers))]
    needs = [{**layers[at].needs_of(key), len(values): seen_in[at]} for at, key in places]
    return Ground((*values, patterns), cells_of, (*needs, {}))


def _patterns(steps: Sequence[Step]) -> tuple[int, ...]:
    """Return in which releases a case may be counted, as the bits of a number."""
    return tuple(
        one
        for one in range(1, 2 ** (len(steps) + 1))
        if all(_may_follow(one >> at & 1, one >> at + 1 & 1, step) for at, step in enumerate(steps))
    )


def _may_follow(before: int, after: int, step: Step) -> bool:
    if step is Step.SAME:
        return before == after
    return before <= after if step is Step.GREW else after <= before


def _side_by_side(releases: Sequence[Sequence[Case]], steps: Sequence[Step]) -> list[Case]:
    """Return the cases of all releases, each with the releases it is in."""
    alive = {case: [1] * count for case, count in Counter(releases[0]).items()}
    ended: list[Case] = []
    for at, (release, _) in enumerate(zip(releases[1:], steps, strict=True), start=1):
        now = Counter(release)
        for case in alive.keys() | now.keys():
            patterns = alive.get(case, [])
            ended.extend((*case, one) for one in patterns[now[case] :])
            stay = [one | 1 << at for one in patterns[: now[case]]]
            alive[case] = stay + [1 << at] * (now[case] - len(stay))
    return sorted([*ended, *((*case, one) for case, patterns in alive.items() for one in patterns)], key=str)

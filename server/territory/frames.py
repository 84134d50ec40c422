"""Boundary frames and who lies in whom in each of them.

A frame is a stretch of time between two changes of commune boundaries (before 1 July 2025, from then on). In each
frame every unit that ever existed is placed: as it stood on the frame's last day; if it had ended by then, through
its successors; if it had not begun, through its predecessor. So an old ward's records can be added up by the new
communes, and a post on a new commune covers what came before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from server.territory.units import Level, Succession, UnitId, UnitPeriod
from server.territory.validity import ONE_DAY, first_day, is_within, last_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of time in which no commune boundary changes; *key* is stable text such as ``from-2025-07-01``."""

    key: str
    valid_from: date | None
    valid_to: date | None

    def is_valid_on(self, on: date) -> bool:
        """Return whether that day lies in the frame."""
        return is_within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class AncestorRow:
    """In *frame*, unit *unit_id* lies in *ancestor_id*, *depth* steps up; each unit lies in itself at depth 0.

    *partial*: the unit was split and only a part of it lies there. That is enough to see its records, not to add them
    up: a sum over an ancestor takes the rows that are not partial.
    """

    frame: str
    ancestor_id: UnitId
    unit_id: UnitId
    depth: int
    partial: bool


def frames_of(periods: Iterable[UnitPeriod]) -> tuple[Frame, ...]:
    """Return the frames, oldest first; they follow each other without a gap and both ends are open."""
    starts = sorted(_boundary_days(_by_unit(p for p in periods if p.level is Level.COMMUNE)))
    edges: list[date | None] = [None, *starts, None]
    return tuple(_frame(start, after) for start, after in pairwise(edges))


def ancestor_rows(periods: Iterable[UnitPeriod], successions: Iterable[Succession]) -> tuple[AncestorRow, ...]:
    """Return who lies in whom, for every frame, in the order frame, unit, depth."""
    every = tuple(periods)
    lives, handovers = _by_unit(every), tuple(successions)
    return tuple(row for frame in frames_of(every) for row in _rows_of(frame, lives, handovers))


def _frame(start: date | None, next_start: date | None) -> Frame:
    end = None if next_start is None else next_start - ONE_DAY
    if start is not None:
        return Frame(f"from-{start.isoformat()}", start, end)
    return Frame("always" if end is None else f"until-{end.isoformat()}", start, end)


def _by_unit(periods: Iterable[UnitPeriod]) -> dict[UnitId, tuple[UnitPeriod, ...]]:
    """Return each unit's periods in the order of time."""
    lives: dict[UnitId, list[UnitPeriod]] = {}
    for period in periods:
        lives.setdefault(period.unit_id, []).append(period)
    return {unit_id: tuple(sorted(life, key=lambda p: first_day(p.valid_from))) for unit_id, life in lives.items()}


def _boundary_days(communes: Mapping[UnitId, Sequence[UnitPeriod]]) -> set[date]:
    """Return the first days of new boundaries: a commune begins, ends or goes to another parent.

    A mere change of name is none.
    """
    days: set[date] = set()
    for life in communes.values():
        days |= {life[0].valid_from} if life[0].valid_from else set()
        days |= {life[-1].valid_to + ONE_DAY} if life[-1].valid_to else set()
        days |= {b.valid_from for a, b in pairwise(life) if b.valid_from and a.parent_id != b.parent_id}
    return days


def _rows_of(
    frame: Frame, lives: Mapping[UnitId, Sequence[UnitPeriod]], successions: Sequence[Succession]
) -> Iterable[AncestorRow]:
    placement = _Placement(last_day(frame.valid_to), lives, _successors(successions), _origins(lives, successions))
    for unit_id in sorted(lives):
        places = placement.places_of(unit_id)
        for ancestor_id in sorted(places, key=lambda found: (places[found].depth, found)):
            place = places[ancestor_id]
            yield AncestorRow(frame.key, ancestor_id, unit_id, place.depth, place.partial)


def _successors(successions: Iterable[Succession]) -> dict[UnitId, list[UnitId]]:
    followed_by: dict[UnitId, list[UnitId]] = {}
    for row in successions:
        followed_by.setdefault(row.unit_id, []).append(row.successor_id)
    return followed_by


def _origins(
    lives: Mapping[UnitId, Sequence[UnitPeriod]], successions: Iterable[Succession]
) -> dict[UnitId, list[UnitId]]:
    """Return the units each unit was made from; one that was absorbed later, in mid-life, is no origin."""
    made_from: dict[UnitId, list[UnitId]] = {}
    for row in successions:
        ended, began = lives[row.unit_id][-1].valid_to, lives[row.successor_id][0].valid_from
        if ended is not None and ended + ONE_DAY == began:
            made_from.setdefault(row.successor_id, []).append(row.unit_id)
    return made_from


@dataclass(frozen=True, slots=True)
class _Place:
    depth: int
    partial: bool


@dataclass(frozen=True, slots=True)
class _Placement:
    """The placing of units as of one day; places once found are remembered."""

    on: date
    lives: Mapping[UnitId, Sequence[UnitPeriod]]
    successors: Mapping[UnitId, Sequence[UnitId]]
    origins: Mapping[UnitId, Sequence[UnitId]]
    known: dict[UnitId, dict[UnitId, _Place]] = field(default_factory=dict)

    def places_of(self, unit_id: UnitId) -> dict[UnitId, _Place]:
        if unit_id not in self.known:
            self.known[unit_id] = {**_one_up(self._above(unit_id)), unit_id: _Place(0, partial=False)}
        return self.known[unit_id]

    def _above(self, unit_id: UnitId) -> dict[UnitId, _Place]:
        """Return the places of whatever the unit lies in: its parent, its successors or its origin."""
        begun = [period for period in self.lives[unit_id] if first_day(period.valid_from) <= self.on]
        if not begun:
            return self._through_origin(unit_id)
        if begun[-1].is_valid_on(self.on):
            return self._through_parent(begun[-1])
        return self._through_successors(unit_id, begun[-1])

    def _through_parent(self, period: UnitPeriod) -> dict[UnitId, _Place]:
        return {} if period.parent_id is None else self.places_of(period.parent_id)

    def _through_successors(self, unit_id: UnitId, last: UnitPeriod) -> dict[UnitId, _Place]:
        """A level that was abolished (districts) has no successor: what it held went where its parent went."""
        heirs = self.successors.get(unit_id, ())
        if not heirs:
            return self._through_parent(last)
        return _shared_out([self.places_of(heir) for heir in heirs])

    def _through_origin(self, unit_id: UnitId) -> dict[UnitId, _Place]:
        """A unit made from several has no place in the frame before: its records cannot be told apart there."""
        match self.origins.get(unit_id, ()):
            case []:
                return self._through_parent(self.lives[unit_id][0])
            case [only]:
                return self.places_of(only)
            case _:
                return {}


def _one_up(places: Mapping[UnitId, _Place]) -> dict[UnitId, _Place]:
    return {unit_id: _Place(place.depth + 1, place.partial) for unit_id, place in places.items()}


def _shared_out(heirs: Sequence[Mapping[UnitId, _Place]]) -> dict[UnitId, _Place]:
    """Return the places of a unit with these heirs: whole in what all of them lie in, partial in the rest."""
    found = {unit_id for places in heirs for unit_id in places}
    return {unit_id: _joined([places.get(unit_id) for places in heirs]) for unit_id in found}


def _joined(ways: Sequence[_Place | None]) -> _Place:
    held = [way for way in ways if way is not None]
    return _Place(min(way.depth for way in held), len(held) < len(ways) or any(way.partial for way in held))

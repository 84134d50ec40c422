"""The territory as every worker keeps it: one value per revision, read again only when units were loaded.

Reading the revision is one small statement; a caller that has it already (the phone's look-up carries it) passes it,
and whoever makes one page of several readings lets it stand still.
Which outlines there are is kept beside it; an outline itself is read when first asked for, by an id that never means
another.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from server.storage.unit_of_work import UnitOfWork
from server.storage.visible import Operator
from server.territory.boundaries import Boundaries
from server.territory.collection import Territory
from server.territory.scope import Scope
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Engine

    from server.territory.outlines import Outline

_OUTLINES_KEPT: Final = 128
"""In each worker: about those of a province; each is some thousand numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """The territory at one revision, with what lies under each unit in any frame."""

    revision: int
    territory: Territory
    below: Mapping[UnitId, frozenset[UnitId]]
    epochs: tuple[date, ...]
    """The days on which any unit began, was renamed or ended; between two of them nothing changes."""
    boundaries: Boundaries

    def epoch_of(self, on: date) -> date:
        """Return a day that stands for *on*: the units of both are the same."""
        place = bisect_right(self.epochs, on)
        return self.epochs[place - 1] if place else on

    def scope_of(self, post_units: Iterable[UnitId]) -> Scope:
        """Return what posts on *post_units* cover."""
        covered: set[UnitId] = set()
        for unit_id in post_units:
            covered |= self.below.get(unit_id, frozenset())
        return Scope(frozenset(covered))

    def communes_of(self, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
        """Return the communes of that day which the posts lie in or cover."""
        return _communes_of(self, post_units, self.epoch_of(on))

    def communes_served(self, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
        """Return those communes, and for a post on a unit that ended those its places lie in now."""
        return _communes_of(self, post_units, self.epoch_of(on)) | _heirs_of(self, post_units, self.epoch_of(on))


@dataclass(slots=True)
class _Still:
    """The territory that one reading goes by, once it has asked for it."""

    here: Map | None = None


class Atlas:
    """Keeps the newest `Map`; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._map: Map | None = None
        self._outlines: dict[int, Outline] = {}
        self._still: ContextVar[_Still | None] = ContextVar("still", default=None)

    @contextmanager
    def standing_still(self, revision: int | None) -> Iterator[None]:
        """Let `current` answer what it answered first, in this thread, while something is read from start to end.

        With the *revision* the territory stands at, if somebody read it already, nothing is asked for again.
        """
        token = self._still.set(_Still(None if revision is None else self.at(revision)))
        try:
            yield
        finally:
            self._still.reset(token)

    def current(self) -> Map:
        """Return the territory as it stands now."""
        still = self._still.get()
        if still is None:
            return self._newest()
        if still.here is None:
            still.here = self._newest()
        return still.here

    def _newest(self) -> Map:
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            revision = uow.units.revision()
        return self.at(revision)

    def at(self, revision: int) -> Map:
        """Return the territory, at least as new as *revision*."""
        held = self._map
        if held is not None and held.revision >= revision:
            return held
        with self._lock:
            if self._map is None or self._map.revision < revision:
                self._map = self._read()
            return self._map

    def outline(self, boundary_id: int) -> Outline:
        """Return the outline of a boundary; one statement, the first time it is asked for."""
        held = self._outlines.get(boundary_id)
        if held is not None:
            return held
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            read = uow.boundaries.outline(boundary_id)
        with self._lock:
            while len(self._outlines) >= _OUTLINES_KEPT:
                self._outlines.pop(next(iter(self._outlines)))
            self._outlines[boundary_id] = read
        return read

    def _read(self) -> Map:
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            revision, rows = uow.units.revision(), uow.units.rows()
            boundaries = Boundaries(uow.boundaries.standing())
        territory = Territory.from_rows(rows)
        below: dict[UnitId, set[UnitId]] = {}
        for row in territory.ancestors():
            below.setdefault(row.ancestor_id, set()).add(row.unit_id)
        starts = {period.valid_from for period in rows.periods if period.valid_from}
        ends = {period.valid_to + timedelta(days=1) for period in rows.periods if period.valid_to}
        below_each = {unit_id: frozenset(units) for unit_id, units in below.items()}
        return Map(revision, territory, below_each, tuple(sorted({date.min, *starts, *ends})), boundaries)


@lru_cache(maxsize=4096)
def _communes_of(here: Map, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
    found: set[UnitId] = set()
    for unit_id in post_units:
        period = here.territory.period(unit_id, on)
        if period.level is Level.VILLAGE and period.parent_id is not None:
            found.add(period.parent_id)
        found |= {one for one in here.below.get(unit_id, ()) if here.territory.period(one, on).level is Level.COMMUNE}
    return frozenset(one for one in found if here.territory.period(one, on).is_valid_on(on))


@lru_cache(maxsize=4096)
def _heirs_of(here: Map, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
    ended = {one for one in post_units if not here.territory.period(one, on).is_valid_on(on)}
    places = here.scope_of(ended).unit_ids
    if not places:
        return frozenset()
    communes = (period.unit_id for period in here.territory.units_of_level(Level.COMMUNE, on))
    return frozenset(one for one in communes if not places.isdisjoint(here.below.get(one, ())))

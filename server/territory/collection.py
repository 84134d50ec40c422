"""The territory: every unit there is or was, and the questions asked about them on a given day.

Made once from rows and then only read. It knows nothing of records or people; what a post covers is said by
`scope`, from the rows of `ancestors`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeVar

from server.errors import InvalidInput, NotFound
from server.language.ordering import sort_key
from server.territory.frames import AncestorRow, Frame, ancestor_rows, frames_of
from server.territory.reference import parse_reference
from server.territory.search import search_periods
from server.territory.units import Level, Succession, TerritoryRows, UnitAttribute, UnitId, UnitKind, UnitPeriod
from server.territory.validity import first_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_MOST_SUGGESTIONS: Final = 3
_Key = TypeVar("_Key")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Territory:
    """All units with their periods, attributes and successions; the rows are taken as checked (see `merging`)."""

    periods: tuple[UnitPeriod, ...]
    attributes: tuple[UnitAttribute, ...] = ()
    successions: tuple[Succession, ...] = ()
    _by_unit: dict[UnitId, tuple[UnitPeriod, ...]] = field(init=False, repr=False, compare=False)
    _by_code: dict[str, tuple[UnitPeriod, ...]] = field(init=False, repr=False, compare=False)
    _by_parent: dict[UnitId | None, tuple[UnitPeriod, ...]] = field(init=False, repr=False, compare=False)
    _by_level: dict[Level, tuple[UnitPeriod, ...]] = field(init=False, repr=False, compare=False)
    _by_holder: dict[UnitId, tuple[UnitAttribute, ...]] = field(init=False, repr=False, compare=False)
    _frames: tuple[Frame, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out the rows by what is asked for: a unit's life in the order of time, lists in Vietnamese order."""
        periods = sorted(self.periods, key=lambda period: (first_day(period.valid_from), period.unit_id))
        listed = _in_order(self.periods)
        attributes = sorted(self.attributes, key=lambda row: first_day(row.valid_from))
        object.__setattr__(self, "_by_unit", _grouped((period.unit_id, period) for period in periods))
        object.__setattr__(self, "_by_code", _grouped((period.code, period) for period in periods))
        object.__setattr__(self, "_by_parent", _grouped((period.parent_id, period) for period in listed))
        object.__setattr__(self, "_by_level", _grouped((period.level, period) for period in listed))
        object.__setattr__(self, "_by_holder", _grouped((row.unit_id, row) for row in attributes))
        object.__setattr__(self, "_frames", frames_of(periods))

    @classmethod
    def from_rows(cls, rows: TerritoryRows) -> Territory:
        """Return the territory made of these rows."""
        return cls(rows.periods, rows.attributes, rows.successions)

    def find(self, code: str, on: date) -> UnitPeriod:
        """Return the unit that carries *code* on that day.

        Raises InvalidInput ``territory.unknown_code`` with ``unit_code``, ``on`` and ``close``: what the code meant on
        other days and what became of that, then units of that day with a similar code.
        """
        for period in self._by_code.get(code, ()):
            if period.is_valid_on(on):
                return period
        raise InvalidInput("territory.unknown_code", unit_code=code, on=on, close=self._close_to(code, on))

    def find_on(self, code: str, days: Iterable[date]) -> UnitId | None:
        """Return the unit that carries *code* on the first of *days* on which any does, None if on none."""
        for on in days:
            for period in self._by_code.get(code, ()):
                if period.is_valid_on(on):
                    return period.unit_id
        return None

    def resolve(self, reference: str, today: date) -> UnitPeriod:
        """Return the unit named by ``23302`` (meant today) or ``23302@2025-06-30``.

        Raises InvalidInput ``territory.bad_reference`` or ``territory.unknown_code``.
        """
        named = parse_reference(reference)
        return self.find(named.code, named.on or today)

    def search(self, words: str, on: date) -> tuple[UnitPeriod, ...]:
        """Return the units of that day whose name or code matches *words* typed without accents, best first."""
        return search_periods(self._valid_on(on), words)

    def holds(self, unit_id: UnitId) -> bool:
        """Return whether there is or was such a unit."""
        return unit_id in self._by_unit

    def period(self, unit_id: UnitId, on: date) -> UnitPeriod:
        """Return what the unit was on that day; outside its life, the last thing it was before or the first after.

        Raises NotFound ``territory.unknown_unit``.
        """
        life = self._by_unit.get(unit_id)
        if life is None:
            raise NotFound("territory.unknown_unit", unit_id=unit_id)
        begun = [period for period in life if first_day(period.valid_from) <= on]
        return begun[-1] if begun else life[0]

    def periods_of(self, unit_id: UnitId) -> tuple[UnitPeriod, ...]:
        """Return what the unit was from day to day, the oldest first."""
        return self._by_unit.get(unit_id, ())

    def predecessors(self, unit_id: UnitId) -> tuple[UnitId, ...]:
        """Return the units that ended and that this one took over from, whole or in part."""
        return tuple(row.unit_id for row in self.successions if row.successor_id == unit_id)

    def name(self, unit_id: UnitId, on: date) -> str:
        """Return the unit's name with its kind (``Xã Đăk Hà``), as `period` finds it."""
        return self.period(unit_id, on).name

    def path(self, unit_id: UnitId, on: date) -> tuple[str, ...]:
        """Return the names from the unit up to its province."""
        names: list[str] = []
        upward: UnitId | None = unit_id
        while upward is not None:
            period = self.period(upward, on)
            names.append(period.name)
            upward = period.parent_id
        return tuple(names)

    def children(self, unit_id: UnitId, on: date) -> tuple[UnitPeriod, ...]:
        """Return the units directly below on that day, in Vietnamese order."""
        return tuple(period for period in self._by_parent.get(unit_id, ()) if period.is_valid_on(on))

    def units_of_kind(self, kind: UnitKind, on: date) -> tuple[UnitPeriod, ...]:
        """Return all units of that kind on that day, in Vietnamese order."""
        return _in_order(period for period in self._valid_on(on) if period.kind is kind)

    def units_of_level(self, level: Level, on: date) -> tuple[UnitPeriod, ...]:
        """Return all units of that level on that day, in Vietnamese order."""
        return tuple(period for period in self._by_level.get(level, ()) if period.is_valid_on(on))

    def level_code(self, level: Level, on: date) -> str:
        """Return the message code for the level on that day: *xã/phường*, with *thị trấn* while there are any."""
        if level is Level.COMMUNE and self.units_of_kind(UnitKind.THI_TRAN, on):
            return "territory.level.commune_with_towns"
        return f"territory.level.{level.value}"

    def attributes_of(self, unit_id: UnitId, on: date) -> dict[str, str]:
        """Return the unit's own attributes on that day by name, such as ``{"area_class": "III"}``."""
        held = self._by_holder.get(unit_id, ())
        return {row.name: row.value for row in held if row.is_valid_on(on)}

    def frames(self) -> tuple[Frame, ...]:
        """Return the boundary frames, oldest first."""
        return self._frames

    def frame_on(self, on: date) -> Frame:
        """Return the boundary frame of that day."""
        return next(frame for frame in self._frames if frame.is_valid_on(on))

    def ancestors(self) -> tuple[AncestorRow, ...]:
        """Return who lies in whom in each frame, each unit in itself at depth 0."""
        return ancestor_rows(self.periods, self.successions)

    def _valid_on(self, on: date) -> Iterable[UnitPeriod]:
        return (period for period in self.periods if period.is_valid_on(on))

    def _close_to(self, code: str, on: date) -> tuple[str, ...]:
        other_days = self._by_code.get(code, ())
        bearers = {period.unit_id for period in other_days}
        heirs = [self.period(row.successor_id, on) for row in self.successions if row.unit_id in bearers]
        there_is = {period.code: period for period in self._valid_on(on)}
        similar = [there_is[one] for one in get_close_matches(code, there_is, n=_MOST_SUGGESTIONS)]
        today = [f"{period.code} {period.name}" for period in [*heirs, *similar] if period.is_valid_on(on)]
        return tuple(dict.fromkeys([*map(_dated, other_days), *today]))[:_MOST_SUGGESTIONS]


def _grouped(pairs: Iterable[tuple[_Key, _Row]]) -> dict[_Key, tuple[_Row, ...]]:
    groups: dict[_Key, list[_Row]] = {}
    for key, row in pairs:
        groups.setdefault(key, []).append(row)
    return {key: tuple(group) for key, group in groups.items()}


def _in_order(periods: Iterable[UnitPeriod]) -> tuple[UnitPeriod, ...]:
    return tuple(sorted(periods, key=lambda period: (sort_key(period.name), period.code)))


def _dated(period: UnitPeriod) -> str:
    """Return the unit as one would name it on the command line: a day of its life after the code."""
    day = period.valid_to or period.valid_from
    return f"{period.code}@{day.isoformat()} {period.name}" if day else f"{period.code} {period.name}"

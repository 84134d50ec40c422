"""Units as lists name them: by a code, alone or as of a day, or by the name they are known by where they lie.

Names are compared without accents and kind, then loosely spelt; a name that several units bear is no answer, and the
fault names them. What may be named at all is said by whoever asks: a set of units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.territory.reference import parse_reference
from server.territory.search import name_keys
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.registers.row_cells import RowCells
    from server.territory.collection import Territory
    from server.territory.units import UnitPeriod

_CODE: Final = re.compile(r"\d{5}(?:-[0-9A-Za-z]+)?(?:@.+)?")
_SHORT_CODE: Final = re.compile(r"\d{2,3}(?:@.+)?")
_MOST_NAMED: Final = 4


@dataclass(slots=True)
class Places:
    """The territory as a list read on a given day means it; *reach* is what the asker may touch, None for all."""

    territory: Territory
    as_of: date
    today: date
    reach: frozenset[UnitId] | None
    _by_name: dict[Level, tuple[dict[str, list[UnitPeriod]], ...]] = field(default_factory=dict)

    def village(self, cells: RowCells, columns: tuple[str, ...], commune_column: str) -> UnitId | None:
        """Return the village a row names in the first filled one of *columns*; None with the fault noted."""
        column = next((one for one in columns if cells.text(one)), None)
        if column is None:
            cells.refuse("register.row.no_village", columns[0])
            return None
        faults = len(cells.faults)
        commune = self.unit(cells, commune_column, {Level.COMMUNE}) if cells.text(commune_column) else None
        if len(cells.faults) > faults:
            return None
        return self.unit(cells, column, {Level.VILLAGE}, within=commune)

    def unit(self, cells: RowCells, column: str, levels: set[Level], *, within: UnitId | None = None) -> UnitId | None:
        """Return the unit of one of *levels* that the cell names; None, with the fault noted, where it names none."""
        text = cells.text(column)
        try:
            period = self._by_code(text) if _is_code(text, levels) else self._named(text, levels, within)
        except InvalidInput as refusal:
            cells.take(refusal, column)
            return None
        if period.level not in levels:
            cells.refuse("register.row.wrong_level", column, given=text, name=period.name)
            return None
        if self.reach is not None and period.unit_id not in self.reach:
            cells.refuse("register.row.elsewhere", column, given=text)
            return None
        return period.unit_id

    def code_of(self, unit_id: UnitId) -> str:
        """Return the unit's code of today."""
        return self.territory.period(unit_id, self.today).code

    def _by_code(self, text: str) -> UnitPeriod:
        """Return the unit with that code on the day of the list, else today."""
        named = parse_reference(text)
        if named.on is None and self.territory.find_on(named.code, (self.as_of,)) is None:
            return self.territory.find(named.code, self.today)
        return self.territory.find(named.code, named.on or self.as_of)

    def _named(self, text: str, levels: set[Level], within: UnitId | None) -> UnitPeriod:
        """Return the unit of that name: as it is written if any is, else without its kind, else loosely spelt."""
        elsewhere: list[UnitPeriod] = []
        for place, key in enumerate(name_keys(text)):
            borne = [one for level in levels for one in self._names(level)[place].get(key, ())]
            found = [one for one in borne if self._lies_in(one, within)]
            reached = [one for one in found if self.reach is None or one.unit_id in self.reach]
            if reached:
                return self._only(text, reached)
            elsewhere = elsewhere or found
        if not elsewhere:
            raise InvalidInput("register.row.unknown_name", given=text)
        return self._only(text, elsewhere)

    def _only(self, text: str, found: list[UnitPeriod]) -> UnitPeriod:
        if len(found) == 1:
            return found[0]
        candidates = [self._told(one) for one in found[:_MOST_NAMED]]
        raise InvalidInput("register.row.several_units", given=text, candidates=candidates)

    def _names(self, level: Level) -> tuple[dict[str, list[UnitPeriod]], ...]:
        if level not in self._by_name:
            self._by_name[level] = _indexed(
                [*self.territory.units_of_level(level, self.as_of), *self.territory.units_of_level(level, self.today)]
            )
        return self._by_name[level]

    def _lies_in(self, period: UnitPeriod, commune: UnitId | None) -> bool:
        """Tell whether a village lies in the commune, on the day of the list or today."""
        if commune is None:
            return True
        days = (self.as_of, self.today)
        return commune in {self.territory.period(period.unit_id, on).parent_id for on in days}

    def _told(self, period: UnitPeriod) -> str:
        above = self.territory.path(period.unit_id, self.today)[1:2]
        return f"{period.code} {period.name}{f' ({above[0]})' if above else ''}"


def _is_code(text: str, levels: set[Level]) -> bool:
    """Tell whether the text is a code; a short number is one only where provinces and districts may be named."""
    return bool(_CODE.fullmatch(text) or (Level.PROVINCE in levels and _SHORT_CODE.fullmatch(text)))


def _indexed(periods: Iterable[UnitPeriod]) -> tuple[dict[str, list[UnitPeriod]], ...]:
    named: tuple[dict[str, list[UnitPeriod]], ...] = ({}, {}, {})
    seen: set[tuple[UnitId, str]] = set()
    for period in periods:
        if (period.unit_id, period.name) in seen:
            continue
        seen.add((period.unit_id, period.name))
        for key, index in zip(name_keys(period.name), named, strict=True):
            bearers = index.setdefault(key, [])
            if all(one.unit_id != period.unit_id for one in bearers):
                bearers.append(period)
    return named

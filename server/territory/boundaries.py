"""Which outline a unit has on which day: an outline holds from its day until the next one of the same unit begins.

Outlines themselves are long and are read one by one; here is only which there are, small enough to be kept beside the
territory. A unit without one, or before its first, has none, and nobody may say anything about its places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.territory.validity import first_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.territory.outlines import Box
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Boundary:
    """That a unit has an outline from a day on (None: ever since), kept under this id."""

    boundary_id: int
    unit_id: UnitId
    valid_from: date | None
    box: Box
    tolerance_m: int
    """Within how many metres the kept outline is that of the file."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """All standing boundaries; made once and then only read."""

    rows: tuple[Boundary, ...] = ()
    _by_unit: dict[UnitId, tuple[Boundary, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the rows out by unit, the latest first."""
        by_unit: dict[UnitId, list[Boundary]] = {}
        for row in sorted(self.rows, key=lambda one: first_day(one.valid_from), reverse=True):
            by_unit.setdefault(row.unit_id, []).append(row)
        object.__setattr__(self, "_by_unit", {unit_id: tuple(rows) for unit_id, rows in by_unit.items()})

    def of(self, unit_id: UnitId, on: date) -> Boundary | None:
        """Return the boundary the unit has on that day, None if none is known."""
        held = self._by_unit.get(unit_id, ())
        return next((one for one in held if first_day(one.valid_from) <= on), None)

    def among(self, unit_ids: Iterable[UnitId], on: date) -> tuple[Boundary, ...]:
        """Return the boundaries these units have on that day; units without one are passed over."""
        found = (self.of(unit_id, on) for unit_id in unit_ids)
        return tuple(one for one in found if one is not None)

    def is_empty(self) -> bool:
        """Return whether there is not a single one."""
        return not self.rows

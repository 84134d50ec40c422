"""Boundaries of units: added by the load, never changed, read by what stands.

The territory's revision rises with them, so that every worker reads anew which there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from server.storage.models.boundaries import BoundaryLoadRow, UnitBoundaryRow
from server.territory.boundaries import Boundary
from server.territory.outlines import Box, Outline, read_outline
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy import Connection

_ROWS_A_STATEMENT = 100


@dataclass(frozen=True, slots=True)
class KeptOutline:
    """An outline as it is kept: to ask, and to draw."""

    unit_id: UnitId
    outline: Outline
    tolerance_m: int
    outline_text: str
    sketch_text: str


@dataclass(frozen=True, slots=True)
class BoundaryLoad:
    """One file that was loaded."""

    load_id: int
    file_name: str
    valid_from: date | None
    loaded_at: datetime
    undone_at: datetime | None
    boundaries: int


class UnitBoundaries:
    """All boundaries there are; they are nobody's secret."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self) -> tuple[Boundary, ...]:
        """Return which boundaries stand: of each unit and first day that of the latest load not taken back."""
        rows, loads = UnitBoundaryRow, BoundaryLoadRow
        found = self._connection.execute(
            select(
                rows.id,
                rows.unit_id,
                rows.valid_from,
                rows.west,
                rows.south,
                rows.east,
                rows.north,
                rows.tolerance_m,
            )
            .join(loads, loads.id == rows.load_id)
            .where(loads.undone_at.is_(None))
            .order_by(rows.load_id)
        )
        latest = {(row.unit_id, row.valid_from): row for row in found}
        return tuple(
            Boundary(
                row.id,
                UnitId(row.unit_id),
                row.valid_from,
                Box(row.west, row.south, row.east, row.north),
                row.tolerance_m,
            )
            for row in latest.values()
        )

    def outline(self, boundary_id: int) -> Outline:
        """Return the outline of a boundary that stands or stood."""
        found = select(UnitBoundaryRow.outline).where(UnitBoundaryRow.id == boundary_id)
        return read_outline(self._connection.execute(found).scalar_one())

    def sketches(self, boundary_ids: Iterable[int]) -> dict[int, Outline]:
        """Return the outlines with few corners, by boundary."""
        found = select(UnitBoundaryRow.id, UnitBoundaryRow.sketch).where(UnitBoundaryRow.id.in_(sorted(boundary_ids)))
        return {row.id: read_outline(row.sketch) for row in self._connection.execute(found)}

    def loads(self) -> list[BoundaryLoad]:
        """Return every load, the latest first."""
        loads = BoundaryLoadRow
        found = self._connection.execute(
            select(
                loads.id,
                loads.file_name,
                loads.valid_from,
                loads.loaded_at,
                loads.undone_at,
                func.count(UnitBoundaryRow.id),
            )
            .join(UnitBoundaryRow, UnitBoundaryRow.load_id == loads.id)
            .group_by(loads.id)
            .order_by(loads.id.desc())
        )
        return [BoundaryLoad(*row) for row in found]

    def add(
        self, outlines: Iterable[KeptOutline], *, file: tuple[str, str], valid_from: date | None, at: datetime
    ) -> int:
        """Keep the outlines of a *file* (name, SHA-256) and return the number of the load."""
        facts = {"file_name": file[0][:255], "file_sha256": file[1], "valid_from": valid_from, "loaded_at": at}
        added = self._connection.execute(insert(BoundaryLoadRow).returning(BoundaryLoadRow.id), facts)
        load_id = int(added.scalar_one())
        rows = [_row(one, load_id, valid_from) for one in outlines]
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            self._connection.execute(insert(UnitBoundaryRow), rows[start : start + _ROWS_A_STATEMENT])
        return load_id

    def take_back(self, load_id: int, at: datetime) -> bool:
        """Let the load hold no longer; return whether it did."""
        loads = BoundaryLoadRow
        taken = self._connection.execute(
            update(loads).where(loads.id == load_id, loads.undone_at.is_(None)).values(undone_at=at)
        )
        return taken.rowcount == 1


def _row(kept: KeptOutline, load_id: int, valid_from: date | None) -> dict[str, object]:
    box = kept.outline.box
    return {
        "load_id": load_id,
        "unit_id": kept.unit_id,
        "valid_from": valid_from,
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
        "tolerance_m": kept.tolerance_m,
        "outline": kept.outline_text,
        "sketch": kept.sketch_text,
    }

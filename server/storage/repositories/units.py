"""The administrative units: read whole, written whole.

A territory is a few thousand rows that change a few times a year, so it is replaced in one transaction and read into
one value that every worker keeps until the revision rises. Unit ids never change; everything else refers to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from server.language.folding import fold
from server.storage.models.territory import (
    TerritoryRevisionRow,
    UnitAncestorRow,
    UnitAttributeRow,
    UnitPeriodRow,
    UnitRow,
    UnitSuccessorRow,
)
from server.territory.units import Succession, TerritoryRows, UnitAttribute, UnitId, UnitKind, UnitPeriod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from server.territory.frames import AncestorRow

_ROWS_A_STATEMENT = 1000


class Units:
    """All units there are or were."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def revision(self) -> int:
        """Return the number that rises whenever units change; 0 before the first load."""
        return self._connection.execute(select(TerritoryRevisionRow.revision)).scalar() or 0

    def rows(self) -> TerritoryRows:
        """Return every period, attribute and succession."""
        return TerritoryRows(
            tuple(
                UnitPeriod(
                    UnitId(row.unit_id),
                    row.code,
                    row.name,
                    UnitKind(row.kind),
                    UnitId(row.parent_id) if row.parent_id is not None else None,
                    row.valid_from,
                    row.valid_to,
                )
                for row in self._connection.execute(select(UnitPeriodRow).order_by(UnitPeriodRow.id))
            ),
            tuple(
                UnitAttribute(UnitId(row.unit_id), row.name, row.value, row.valid_from, row.valid_to)
                for row in self._connection.execute(select(UnitAttributeRow).order_by(UnitAttributeRow.id))
            ),
            tuple(
                Succession(UnitId(row.unit_id), UnitId(row.successor_id))
                for row in self._connection.execute(select(UnitSuccessorRow))
            ),
        )

    def replace(self, rows: TerritoryRows, ancestors: Iterable[AncestorRow]) -> None:
        """Keep *rows* and *ancestors* instead of what there is; new unit ids are added, none is removed."""
        known = set(self._connection.execute(select(UnitRow.id)).scalars())
        fresh = sorted({period.unit_id for period in rows.periods} - known)
        for model in (UnitAncestorRow, UnitAttributeRow, UnitSuccessorRow, UnitPeriodRow):
            self._connection.execute(delete(model))
        self._insert(UnitRow, [{"id": unit_id} for unit_id in fresh])
        self._insert(UnitPeriodRow, [_period(one) for one in rows.periods])
        self._insert(UnitAttributeRow, [_attribute(one) for one in rows.attributes])
        self._insert(
            UnitSuccessorRow, [{"unit_id": one.unit_id, "successor_id": one.successor_id} for one in rows.successions]
        )
        self._insert(UnitAncestorRow, [_ancestor(one) for one in ancestors])
        self.raise_revision()

    def _insert(self, model: type, rows: list[dict[str, object]]) -> None:
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            self._connection.execute(insert(model), rows[start : start + _ROWS_A_STATEMENT])

    def raise_revision(self) -> None:
        """Have every worker read the territory anew."""
        rows = TerritoryRevisionRow
        raised = self._connection.execute(update(rows).values(revision=rows.revision + 1))
        if raised.rowcount == 0:
            self._connection.execute(insert(rows).values(id=1, revision=1))


def _period(period: UnitPeriod) -> dict[str, object]:
    return {
        "unit_id": period.unit_id,
        "code": period.code,
        "name": period.name,
        "name_folded": fold(period.name),
        "kind": period.kind.value,
        "parent_id": period.parent_id,
        "valid_from": period.valid_from,
        "valid_to": period.valid_to,
    }


def _attribute(attribute: UnitAttribute) -> dict[str, object]:
    return {
        "unit_id": attribute.unit_id,
        "name": attribute.name,
        "value": attribute.value,
        "valid_from": attribute.valid_from,
        "valid_to": attribute.valid_to,
    }


def _ancestor(row: AncestorRow) -> dict[str, object]:
    return {
        "frame": row.frame,
        "ancestor_id": row.ancestor_id,
        "unit_id": row.unit_id,
        "depth": row.depth,
        "is_partial": row.partial,
    }

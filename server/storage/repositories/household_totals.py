"""Household totals as files give them: one current version per project, year and unit, older ones beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, tuple_, update

from server.storage.models.imports import HouseholdTotalRow
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class HouseholdTotal:
    """The figures of a unit and year."""

    total_id: int
    year: int
    unit_id: UnitId
    version: int
    counts: Mapping[str, int | None]
    given: frozenset[str]
    source: str
    is_current: bool
    is_undone: bool
    import_id: int


class HouseholdTotals:
    """Totals loaded from files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, project_id: int, asked: Iterable[tuple[int, UnitId]]) -> dict[tuple[int, UnitId], HouseholdTotal]:
        """Return the current totals of these years and units."""
        rows = HouseholdTotalRow
        found = self._connection.execute(
            select(rows).where(
                rows.project_id == project_id, rows.is_current, tuple_(rows.year, rows.unit_id).in_(sorted(set(asked)))
            )
        )
        return {(row.year, UnitId(row.unit_id)): _total(row) for row in found}

    def of_years(self, project_id: int, years: Collection[int]) -> dict[int, dict[UnitId, HouseholdTotal]]:
        """Return the current totals of *years*, each by unit."""
        rows = HouseholdTotalRow
        found = self._connection.execute(
            select(rows).where(rows.project_id == project_id, rows.is_current, rows.year.in_(sorted(years)))
        )
        totals: dict[int, dict[UnitId, HouseholdTotal]] = {year: {} for year in years}
        for one in map(_total, found):
            totals[one.year][one.unit_id] = one
        return totals

    def newest_versions(self, project_id: int, asked: Iterable[tuple[int, UnitId]]) -> dict[tuple[int, UnitId], int]:
        """Return the number of the newest version of these years and units, current or undone."""
        rows = HouseholdTotalRow
        found = self._connection.execute(
            select(rows.year, rows.unit_id, func.max(rows.version))
            .where(rows.project_id == project_id, tuple_(rows.year, rows.unit_id).in_(sorted(set(asked))))
            .group_by(rows.year, rows.unit_id)
        )
        return {(year, UnitId(unit_id)): version for year, unit_id, version in found}

    def replace(self, ended: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
        """Let *rows* be current instead of the totals of these ids."""
        self.set_current(ended, is_current=False)
        if rows:
            self._connection.execute(insert(HouseholdTotalRow), [dict(row) for row in rows])

    def set_current(self, total_ids: Sequence[int], *, is_current: bool) -> None:
        """Let totals be current, or no longer."""
        if total_ids:
            rows = HouseholdTotalRow
            self._connection.execute(update(rows).where(rows.id.in_(total_ids)).values(is_current=is_current))

    def of_import(self, import_id: int) -> list[HouseholdTotal]:
        """Return what a file brought."""
        rows = HouseholdTotalRow
        found = self._connection.execute(select(rows).where(rows.import_id == import_id).order_by(rows.id))
        return [_total(row) for row in found]

    def standing(self, project_id: int, asked: Iterable[tuple[int, UnitId]]) -> list[HouseholdTotal]:
        """Return every version of these years and units that was not undone, by year, unit and version."""
        rows = HouseholdTotalRow
        found = self._connection.execute(
            select(rows)
            .where(
                rows.project_id == project_id,
                rows.is_undone.is_(False),
                tuple_(rows.year, rows.unit_id).in_(sorted(set(asked))),
            )
            .order_by(rows.year, rows.unit_id, rows.version)
        )
        return [_total(row) for row in found]

    def carry(self, total_id: int, counts: Mapping[str, int | None]) -> None:
        """Let a version hold these counts: its own, and those of the versions before it that still stand."""
        rows = HouseholdTotalRow
        self._connection.execute(update(rows).where(rows.id == total_id).values(**counts))

    def mark_undone(self, total_ids: Sequence[int]) -> None:
        """Let totals be no longer current, and never again."""
        if total_ids:
            rows = HouseholdTotalRow
            self._connection.execute(
                update(rows).where(rows.id.in_(total_ids)).values(is_current=False, is_undone=True)
            )


def _total(row: Row[Any]) -> HouseholdTotal:
    counts = {name: getattr(row, name) for name in ("total", "minority", "poor", "near_poor")}
    return HouseholdTotal(
        row.id,
        row.year,
        UnitId(row.unit_id),
        row.version,
        counts,
        frozenset(row.given),
        row.source,
        row.is_current,
        row.is_undone,
        row.import_id,
    )

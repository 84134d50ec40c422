"""What came and what there is to come, by the lowest unit: numbers of records of one form, of households, of visits.

Numbers are the province's to read, as figures are; nothing here names a record or a household. Sensitive forms and
registers do not exist here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from server.registers.standing import Standing
from server.registers.tallies import WHOLE
from server.storage.models.forms import FormRow
from server.storage.models.registers import EntityListRow, EntityRow, RegisterTallyRow
from server.storage.repositories.record_tallies import tallied
from server.storage.visible import visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from server.storage.visible import Sight


class Completeness:
    """Numbers by the lowest unit."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def records(self, project_id: int, form_key: int, year: int) -> Mapping[UnitId, tuple[int, int]]:
        """Return how many records of a form bear on a year, and of how many a version counts; 0 is for no unit.

        Those of the practice twin, which has the same forms, are not the project's.
        """
        rows = tallied()
        approved = func.sum(case((rows.c.is_counted, rows.c.records), else_=0))
        found = self._connection.execute(
            select(rows.c.unit_id, func.sum(rows.c.records), approved)
            .join(FormRow, FormRow.id == rows.c.form_key)
            .where(
                rows.c.project_id == project_id,
                rows.c.form_key == form_key,
                rows.c.year == year,
                FormRow.is_sensitive.is_(False),
            )
            .group_by(rows.c.unit_id)
        )
        return {UnitId(unit_id): (int(received), int(counted)) for unit_id, received, counted in found if received}

    def listed(self, project_id: int, list_name: str, year: int) -> Mapping[UnitId, int]:
        """Return how many a register held at the end of the year."""
        rows, lists = RegisterTallyRow, EntityListRow
        found = self._connection.execute(
            select(rows.unit_id, func.sum(rows.live))
            .join(lists, lists.id == rows.list_id)
            .where(
                lists.project_id == project_id,
                lists.name == list_name,
                lists.is_sensitive.is_(False),
                rows.category == WHOLE,
                rows.year <= year,
            )
            .group_by(rows.unit_id)
        )
        return {UnitId(unit_id): int(live) for unit_id, live in found if live}

    def surveyed(self, project_id: int, list_name: str, year: int) -> Mapping[UnitId, int]:
        """Return how many of those looked after today were last surveyed in the year."""
        found = self._connection.execute(
            visible_entities(self.sight)
            .where(
                EntityListRow.project_id == project_id,
                EntityListRow.name == list_name,
                EntityListRow.is_sensitive.is_(False),
                EntityRow.standing == Standing.ACTIVE.value,
                EntityRow.surveyed_year == year,
                EntityRow.unit_id.is_not(None),
            )
            .with_only_columns(EntityRow.unit_id, func.count())
            .group_by(EntityRow.unit_id)
        )
        return {UnitId(unit_id): int(count) for unit_id, count in found if unit_id is not None}

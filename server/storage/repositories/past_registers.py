"""Registers as they stood at the end of a year: the very entities that a number of theirs is made of.

An entity is what its last version of the year or before says: listed or not, where, and with which answers. That is how
`register_tally` counts, so as many are found as it says, if all are in sight. Every statement starts at
`visible_entities()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, or_, select, true

from server.registers.tallies import SEVERAL
from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.visible import visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection

    from server.indicators.sources import Source
    from server.storage.repositories.figure_tables import Extent
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class PastEntity:
    """An entity as it was called and where it lay then."""

    key: int
    label: str
    unit_id: UnitId


class PastRegisters:
    """Entities of years that are over, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def entities(self, extent: Extent, source: Source, *, after: int | None, at_most: int) -> list[PastEntity]:
        """Return entities in sight that make the number of *source* at the end of the year, those after *after*.

        Without units in *extent*, of the whole project. Registers of dangerous places do not exist here.
        """
        then, later = EntityVersionRow, EntityVersionRow.__table__.alias()
        is_last = ~exists(
            select(later.c.version).where(
                later.c.entity_key == then.entity_key,
                later.c.version > then.version,
                later.c.effective_year <= extent.period,
            )
        )
        found = (
            visible_entities(self.sight)
            .join(then, then.entity_key == EntityRow.id)
            .where(
                EntityListRow.project_id == extent.project_id,
                EntityListRow.name == source.measure,
                EntityListRow.is_sensitive.is_(False),
                then.effective_year <= extent.period,
                then.is_live,
                then.unit_id.is_not(None),
                is_last,
                _has_answer(source),
                _lies_in(extent),
            )
            .order_by(then.entity_key)
            .limit(at_most)
            .with_only_columns(then.entity_key, then.label, then.unit_id)
        )
        if after is not None:
            found = found.where(then.entity_key > after)
        rows: Iterable[Any] = self._connection.execute(found)
        return [PastEntity(row.entity_key, row.label, UnitId(row.unit_id)) for row in rows]


def _has_answer(source: Source) -> ColumnElement[bool]:
    """Return what makes a version one of those counted in any category of *source*; the whole asks for nothing."""
    parts = [one.partition("=") for one in source.categories if one]
    several = SEVERAL.get(source.measure, frozenset())
    answers = [_says(name, value, is_one_of_several=name in several) for name, _, value in parts]
    return or_(*answers) if answers else true()


def _says(name: str, value: str, *, is_one_of_several: bool) -> ColumnElement[bool]:
    said = func.coalesce(EntityVersionRow.properties[name].as_string(), "")
    if not is_one_of_several or not value:
        return said == value
    return (literal(" ") + said + literal(" ")).contains(f" {value} ", autoescape=True)


def _lies_in(extent: Extent) -> ColumnElement[bool]:
    if not extent.units:
        return true()
    above = UnitAncestorRow
    below = select(above.unit_id).where(
        and_(above.frame == extent.frame, above.is_partial.is_(False), above.ancestor_id.in_(extent.units))
    )
    return EntityVersionRow.unit_id.in_(below)

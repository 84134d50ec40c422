"""Registers as they stood at the end of a year: the very entities that a number of theirs is made of.

An entity is what its last version of the year or before says: listed or not, where, and with which answers. That is how
`register_tally` counts, so as many are found as it says, if all are in sight. Every statement starts at
`visible_entities()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, func, literal, literal_column, or_, select, true, tuple_

from server.registers.reach import Reach
from server.registers.tallies import SEVERAL
from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow, RegisterTallyRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.figure_tables import lies_in
from server.storage.visible import Operator, Reading, units_in_sight, visible_entities
from server.storage.written_out import among
from server.territory.units import UnitId

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression

    from server.indicators.sources import Source
    from server.storage.repositories.figure_tables import Extent
    from server.storage.visible import Sight

_NOTHING: Final[ColumnElement[int]] = literal_column("0")
_PAGES_WALKED: Final = 2
"""How many pages of entities, of whoever they are, are gone through for one page in sight."""


@dataclass(frozen=True, slots=True)
class PastEntity:
    """An entity as it was called and where it lay then."""

    key: int
    label: str
    unit_id: UnitId


@dataclass(frozen=True, slots=True)
class _Place:
    """Which list, whom it is for, and the units that had some of its entities."""

    list_id: int
    reach: str
    units: frozenset[UnitId]


class PastRegisters:
    """Entities of years that are over, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def entities(self, extent: Extent, source: Source, *, after: int | None, at_most: int) -> list[PastEntity]:
        """Return entities in sight that make the number of *source* at the end of the year, unit by unit.

        They begin after entity *after*. Without units in *extent*, they are of the whole project. Registers of
        dangerous places do not exist here. Some are gone through in the order of an index, whoever may see them; where
        a reader has so few among them that this fills no page, her own are. So a page never costs more than either.
        """
        place = self._place(extent, source)
        if place is None:
            return []
        held = _held(Operator(), extent, source, place=place)
        # Written out: only then does PostgreSQL know how many entities there are of them.
        there = held.where(among(EntityVersionRow.unit_id, place.units))
        walked = _following(there, extent.period, after, EntityVersionRow.unit_id).limit(_PAGES_WALKED * at_most)
        then = walked.subquery("walked")
        seen = visible_entities(self.sight).where(EntityRow.id == then.c.entity_key).with_only_columns(EntityRow.id)
        # Asked with EXISTS, PostgreSQL would find all there are in sight, for a hundred of them.
        columns = (then, seen.correlate(then).scalar_subquery().label("seen"))
        candidates = self._connection.execute(select(*columns).order_by(then.c.unit_id, then.c.entity_key)).all()
        found = [_entity(row) for row in candidates if row.seen is not None]
        if len(found) >= at_most or len(candidates) < _PAGES_WALKED * at_most:
            return found[:at_most]
        return self._own(extent, source, place, after=after, at_most=at_most)

    def _own(
        self, extent: Extent, source: Source, place: _Place, *, after: int | None, at_most: int
    ) -> list[PastEntity]:
        """Return what `entities` does by going through what lies in sight today and nothing else."""
        held = _held(self.sight, extent, source, place=place)
        if isinstance(self.sight, Reading):
            is_staff = place.reach == Reach.OFFICERS.value
            # Written out: of units it has to look for first PostgreSQL expects so many that it reads every entity.
            hers = () if is_staff else self._connection.execute(units_in_sight(self.sight)).scalars()
            held = held.where(among(EntityRow.unit_id, self.sight.staff_units if is_staff else set(hers)))
        if extent.units:
            # Asked of each: units written out PostgreSQL would rather hold against every version there is.
            held = held.where(EntityVersionRow.unit_id.in_(select(UnitAncestorRow.unit_id).where(lies_in(extent))))
        # The sum hides the index in whose order everybody's would be gone through.
        mine = _following(held, extent.period, after, EntityVersionRow.unit_id + _NOTHING)
        return [_entity(row) for row in self._connection.execute(mine.limit(at_most))]

    def _place(self, extent: Extent, source: Source) -> _Place | None:
        """Return where such entities lay, of which the tallies know; None where there were none."""
        lists, held = EntityListRow, RegisterTallyRow
        asked = (
            select(lists.id, lists.reach, held.unit_id)
            .join(held, held.list_id == lists.id)
            .where(
                lists.project_id == extent.project_id,
                lists.name == source.measure,
                lists.is_sensitive.is_(False),
                held.category.in_(source.categories),
                held.year <= extent.period,
                held.unit_id.in_(select(UnitAncestorRow.unit_id).where(lies_in(extent))) if extent.units else true(),
            )
            .group_by(lists.id, lists.reach, held.unit_id)
            .having(func.sum(held.live) > 0)
        )
        rows = self._connection.execute(asked).all()
        return _Place(rows[0].id, rows[0].reach, frozenset(UnitId(row.unit_id) for row in rows)) if rows else None


def _held(sight: Sight, extent: Extent, source: Source, *, place: _Place) -> Select[int, str, int]:
    """Return the select of what the list held at the end of the year, wherever it lay, in *sight*."""
    then = EntityVersionRow
    found = visible_entities(sight).join(then, then.entity_key == EntityRow.id)
    found = found.where(
        among(EntityRow.list_id, [place.list_id]),
        _is_last(extent.period),
        then.is_live,
        then.unit_id.is_not(None),
        _has_answer(source),
    )
    return found.with_only_columns(then.entity_key, then.label, then.unit_id)


def _following(
    held: Select[int, str, int], year: int, after: int | None, lay: SQLColumnExpression[int | None]
) -> Select[int, str, int]:
    """Return the select of those of *held* that follow entity *after*, unit by unit; *lay* is where they lay."""
    then = EntityVersionRow
    if after is not None:
        before = EntityVersionRow.__table__.alias("before")
        unit = select(before.c.unit_id).where(before.c.entity_key == after, _is_last(year, before))
        at = func.coalesce(unit.scalar_subquery(), _NOTHING)
        # Said twice: of a pair alone PostgreSQL does not see that the units before it have none, and reads them all.
        held = held.where(lay >= at, tuple_(lay, then.entity_key) > tuple_(at, after))
    return held.order_by(lay, then.entity_key)


def _is_last(year: int, versions: Any = EntityVersionRow.__table__) -> ColumnElement[bool]:  # noqa: ANN401 or an alias
    """Return what makes a version the last one of *year* or before."""
    later = EntityVersionRow.__table__.alias("later")
    of_same = (later.c.entity_key == versions.c.entity_key, later.c.version > versions.c.version)
    return and_(
        versions.c.effective_year <= year,
        ~exists(select(later.c.version).where(*of_same, later.c.effective_year <= year)),
    )


def _entity(row: Any) -> PastEntity:  # noqa: ANN401 a row of either statement
    return PastEntity(row.entity_key, row.label, UnitId(row.unit_id))


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

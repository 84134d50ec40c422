"""What pages read of registers: which entities there are, narrowed and searched, and one of them with its kin.

Every statement starts at `visible_entities()`. Lists are read in two steps: first no more than a bound of keys, found
unit by unit through indexes, then the lines of one page, so that nobody's page reads a province.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Select, and_, exists, func, literal, literal_column, or_, select, text

from server.registers.standing import Standing
from server.registers.versions import Conflict
from server.storage.models.people import CollaboratorRow
from server.storage.models.projects import ProjectRow
from server.storage.models.registers import EntityListRow, EntityRow, EntityWordRow
from server.storage.visible import Sight, visible_entities, visible_entities_among, visible_words
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, TextClause

MOST_HITS: Final = 2000
"""So many entities are gathered by their words; what more of them match is looked through unit by unit instead."""

_COUNTED: Final = 20_000
"""How far it is counted how many have a word, to begin with the rarest."""


# Written as the indexes of these few rows are: a parameter in its place would hide from SQLite that they serve.
_LEAVING: Final = text("entity.is_leaving")
_IN_CONFLICT: Final = text("entity.conflict <> 'none'")
_SPLIT: Final = text("entity.split_from <> ''")


# The sum hides from SQLite, which counts nothing, an index in which one list is most of the table.
_OF_LIST: Final = EntityRow.list_id + literal_column("0")


class Place(NamedTuple):
    """Where an entity stands in a list."""

    key: int
    unit_id: UnitId
    label_folded: str


@dataclass(frozen=True, slots=True)
class EntityFilters:
    """What a list is narrowed to; an empty filter narrows nothing."""

    list_ids: tuple[int, ...]
    standing: Standing | None = None
    unsurveyed_in: int | None = None
    """Only those not surveyed in this year."""
    is_leaving: bool = False
    is_in_conflict: bool = False
    words: tuple[str, ...] = ()
    """As `server.registers.words` makes them; each must begin a word of the entity."""
    keys: tuple[int, ...] | None = None
    """Only of these, where words were looked up before: no more than `MOST_HITS`."""
    first_keys: tuple[int, ...] = ()
    """Some of those that have the words, where they are too many to be gathered."""
    units: tuple[UnitId, ...] | None = None


@dataclass(frozen=True, slots=True)
class EntityLine:
    """One entity as lists and pages show it."""

    key: int
    entity_id: str
    list_id: int
    list_name: str
    project_id: int
    project_name: str
    forms_project_id: int
    """The project whose forms this one serves."""
    is_practice: bool
    is_sensitive: bool
    unit_id: UnitId | None
    version: int
    label: str
    properties: Mapping[str, str]
    standing: Standing
    surveyed_year: int
    is_leaving: bool
    conflict: Conflict
    merged_into_id: int | None
    holder_name: str
    """Who made it known; empty for imported ones."""
    updated_at: datetime


class Register:
    """Entities in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def list_ids(self, name: str, *, is_practice: bool) -> tuple[int, ...]:
        """Return the lists of that name, of practice twins or of all other projects."""
        rows = EntityListRow
        kind = ProjectRow.kind == "practice" if is_practice else ProjectRow.kind != "practice"
        found = select(rows.id).join(ProjectRow, ProjectRow.id == rows.project_id).where(rows.name == name, kind)
        return tuple(self._connection.execute(found.order_by(rows.id)).scalars())

    def looked_up(self, filters: EntityFilters) -> EntityFilters:
        """Return the filters with the keys of the entities that have the words, or of some of them where not few do."""
        if not filters.words:
            return filters
        words = self._rarest_first(filters)
        found = self._keys_by_words(filters, words)
        keys = tuple(sorted(set(found)))
        if len(found) == MOST_HITS:
            return replace(filters, words=words, first_keys=keys)
        return replace(filters, words=(), keys=keys)

    def places(self, filters: EntityFilters, *, at_most: int | None) -> list[Place]:
        """Return where the entities stand that there are, in no order, no more than *at_most*."""
        return self._places(self._narrowed(filters).limit(at_most))

    def place(self, key: int) -> Place | None:
        """Return where the entity stands, None if there is none in sight."""
        return next(iter(self._places(visible_entities(self.sight).where(EntityRow.id == key))), None)

    def counts(self, several: Sequence[EntityFilters], *, at_most: int) -> tuple[int, ...]:
        """Return how many entities each filter lets through, counting no further than *at_most*."""
        counted = [
            select(func.count())
            .select_from(self._narrowed(one).with_only_columns(EntityRow.id).limit(at_most).subquery())
            .scalar_subquery()
            for one in several
        ]
        return tuple(self._connection.execute(select(*counted)).one())

    def lines(self, keys: Iterable[int]) -> dict[int, EntityLine]:
        """Return the entities of these row ids that are in sight."""
        return {one.key: one for one in self._lines(EntityRow.id.in_(sorted(keys)))}

    def one(self, key: int) -> EntityLine | None:
        """Return the entity, None if there is none in sight."""
        return next(iter(self._lines(EntityRow.id == key)), None)

    def by_id(self, list_id: int, entity_ids: Iterable[str]) -> dict[str, EntityLine]:
        """Return the entities of a list with these ids that are in sight."""
        wanted = sorted(set(entity_ids))
        found = self._lines(EntityRow.list_id == list_id, EntityRow.entity_id.in_(wanted)) if wanted else []
        return {one.entity_id: one for one in found}

    def offspring(self, line: EntityLine, *, at_most: int) -> tuple[list[EntityLine], list[EntityLine]]:
        """Return the entities in sight that were split from this one, and those that were merged into it."""
        split_off = and_(EntityRow.list_id == line.list_id, EntityRow.split_from == line.entity_id, _SPLIT)
        found = self._lines(or_(split_off, EntityRow.merged_into_id == line.key), most=at_most)
        merged = [one for one in found if one.merged_into_id == line.key]
        return [one for one in found if one.merged_into_id != line.key], merged

    def _places(self, chosen: Select[Any]) -> list[Place]:
        columns = (EntityRow.id, EntityRow.unit_id, EntityRow.label_folded)
        found = self._connection.execute(chosen.with_only_columns(*columns))
        return [Place(key, UnitId(unit_id), label) for key, unit_id, label in found if unit_id is not None]

    def _lines(self, *where: ColumnElement[bool], most: int | None = None) -> list[EntityLine]:
        found = (
            visible_entities(self.sight)
            .join(ProjectRow, ProjectRow.id == EntityListRow.project_id)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == EntityRow.holder_id)
            .where(*where)
            .add_columns(
                EntityListRow.name.label("list_name"),
                EntityListRow.project_id,
                ProjectRow.name.label("project_name"),
                ProjectRow.kind.label("project_kind"),
                func.coalesce(ProjectRow.practice_of_id, ProjectRow.id).label("forms_project_id"),
                func.coalesce(CollaboratorRow.name, "").label("holder_name"),
            )
            .order_by(EntityRow.id)
            .limit(most)
        )
        return [_line(row) for row in self._connection.execute(found)]

    def _narrowed(self, filters: EntityFilters) -> Select[Any]:
        rows = EntityRow
        of_list = _OF_LIST if filters.keys is not None else rows.list_id
        where: list[ColumnElement[bool] | TextClause] = [
            of_list.in_(filters.list_ids),
            *(_has_word(rows.id, word) for word in filters.words),
        ]
        if filters.standing is not None:
            where.append(rows.standing == filters.standing.value)
        if filters.unsurveyed_in is not None:
            where.append(rows.surveyed_year < filters.unsurveyed_in)
        if filters.is_leaving:
            where.append(_LEAVING)
        if filters.is_in_conflict:
            where.append(_IN_CONFLICT)
        if filters.units is not None:
            where.append(rows.unit_id.in_(filters.units))
        if filters.keys is not None:
            return visible_entities_among(self.sight, filters.keys).where(*where)
        return visible_entities(self.sight).where(*where)

    def _keys_by_words(self, filters: EntityFilters, words: tuple[str, ...]) -> list[int]:
        """Return the keys of entities that have every word, looked up by the first of them."""
        rows = EntityWordRow
        has_others = (_has_word(rows.entity_key, word) for word in words[1:])
        keys = self._having(filters, words[0]).where(*has_others).limit(MOST_HITS)
        return list(self._connection.execute(keys).scalars())

    def _rarest_first(self, filters: EntityFilters) -> tuple[str, ...]:
        """Return the words, those first that the fewest entities have; of common ones, the longest.

        What has every word is looked for among those that have the first one, so that a common one there costs most.
        """
        if len(filters.words) == 1:
            return filters.words
        bounded = (self._having(filters, one).limit(_COUNTED).subquery() for one in filters.words)
        counted = [select(func.count()).select_from(one).scalar_subquery() for one in bounded]
        counts = dict(zip(filters.words, self._connection.execute(select(*counted)).one(), strict=True))
        return tuple(sorted(filters.words, key=lambda one: (counts[one], -len(one))))

    def _having(self, filters: EntityFilters, word: str) -> Select[Any]:
        rows = EntityWordRow
        known = visible_words(self.sight).where(rows.list_id.in_(filters.list_ids), *_begins(rows.word, word))
        return known.with_only_columns(rows.entity_key)


def _has_word(key: Any, word: str) -> ColumnElement[bool]:  # noqa: ANN401 a column of a table or of its alias
    other = EntityWordRow.__table__.alias()
    return exists(select(literal(1)).where(other.c.entity_key == key, *_begins(other.c.word, word)))


def _begins(column: Any, word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:  # noqa: ANN401 a column
    """Return that a word begins so, as a range of an index in the order of bytes."""
    return column >= word, column < word[:-1] + chr(ord(word[-1]) + 1)


def _line(row: Row[*tuple[Any, ...]]) -> EntityLine:
    return EntityLine(
        key=row.id,
        entity_id=row.entity_id,
        list_id=row.list_id,
        list_name=row.list_name,
        project_id=row.project_id,
        project_name=row.project_name,
        forms_project_id=row.forms_project_id,
        is_practice=row.project_kind == "practice",
        is_sensitive=row.is_sensitive,
        unit_id=None if row.unit_id is None else UnitId(row.unit_id),
        version=row.version,
        label=row.label,
        properties=row.properties,
        standing=Standing(row.standing),
        surveyed_year=row.surveyed_year,
        is_leaving=row.is_leaving,
        conflict=Conflict(row.conflict),
        merged_into_id=row.merged_into_id,
        holder_name=row.holder_name,
        updated_at=row.updated_at,
    )

"""Pairs that are probably one: the keys that find them, what was found, and what people decided.

What people read starts at `visible_entities()`, with both entities of a pair; finding is background work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from server.registers.mergers import Said
from server.registers.versions import LABEL
from server.storage.models.people import AccountRow
from server.storage.models.projects import ProjectRow
from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow, RegisterBatchRow
from server.storage.models.suspects import LikenessKeyRow, SuspectRow
from server.storage.visible import visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from server.storage.visible import Sight

_KEYS_AT_ONCE = 500
_PAGES_WALKED = 4
"""How many pages of pairs, of whoever they are, are gone through for one page in sight."""


@dataclass(frozen=True, slots=True)
class LikeEntity:
    """An entity as it is compared and shown beside another."""

    key: int
    entity_id: str
    list_id: int
    list_name: str
    unit_id: UnitId | None
    version: int
    label: str
    properties: Mapping[str, str]
    is_live: bool
    merged_into_id: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Suspect:
    """A pair that was found, by row ids."""

    suspect_id: int
    list_id: int
    keys: tuple[int, int]
    score: int
    state: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str
    """Whose decision it was; empty for an open pair."""
    reason: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class MergeBatch:
    """A merge of two entities by row id, with the version it made of the survivor."""

    batch_id: int
    survivor_key: int
    other_key: int
    survivor_version: int
    is_undone: bool


@dataclass(frozen=True, slots=True)
class SuspectCursor:
    """The last pair of a page, where the next one begins."""

    score: int
    suspect_id: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which pairs are meant; *are_few* says that so few lie in sight that looking for those alone costs least."""

    state: str
    is_practice: bool
    are_few: bool


class Suspects:
    """Suspected pairs in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def entities(self, keys: Iterable[int]) -> dict[int, LikeEntity]:
        """Return the entities of these row ids that are in sight."""
        ordered = sorted(set(keys))
        return {
            one.key: one
            for start in range(0, len(ordered), _KEYS_AT_ONCE)
            for one in self._entities(EntityRow.id.in_(ordered[start : start + _KEYS_AT_ONCE]))
        }

    def entities_after(self, list_id: int, after_key: int, most: int) -> list[LikeEntity]:
        """Return the next entities of a list by row id."""
        return self._entities(EntityRow.list_id == list_id, EntityRow.id > after_key, most=most)

    def list_ids(self, name: str) -> list[int]:
        """Return the lists of that name in all projects."""
        found = select(EntityListRow.id).where(EntityListRow.name == name).order_by(EntityListRow.id)
        return list(self._connection.execute(found).scalars())

    def replace_keys(self, keys: Mapping[int, Iterable[int]]) -> None:
        """Let these entities be found under these keys and no others."""
        entity_keys = sorted(keys)
        for start in range(0, len(entity_keys), _KEYS_AT_ONCE):
            some = entity_keys[start : start + _KEYS_AT_ONCE]
            self._connection.execute(delete(LikenessKeyRow).where(LikenessKeyRow.entity_key.in_(some)))
        rows = [{"entity_key": one, "key": key} for one in entity_keys for key in sorted(set(keys[one]))]
        if rows:
            self._connection.execute(insert(LikenessKeyRow), rows)

    def sharing_a_key(self, keys: Sequence[int]) -> set[tuple[int, int]]:
        """Return the pairs, lower row id first, of which one is among *keys* and which share a key."""
        mine, theirs = aliased(LikenessKeyRow), aliased(LikenessKeyRow)
        found = (
            select(mine.entity_key, theirs.entity_key)
            .join(theirs, and_(theirs.key == mine.key, theirs.entity_key != mine.entity_key))
            .where(mine.entity_key.in_(sorted(keys)))
            .distinct()
        )
        return {(min(one, other), max(one, other)) for one, other in self._connection.execute(found)}

    def known_pairs(self, keys: Iterable[int]) -> set[tuple[int, int]]:
        """Return the open pairs of which one is among *keys*."""
        wanted = sorted(keys)
        rows = SuspectRow
        found = select(rows.first_key, rows.second_key).where(
            rows.state == "open", or_(rows.first_key.in_(wanted), rows.second_key.in_(wanted))
        )
        return {(first, second) for first, second in self._connection.execute(found)}

    def put(self, list_id: int, scores: Mapping[tuple[int, int], int], at: datetime) -> int:
        """Keep these pairs with their scores; a pair people decided on stays as they left it. Return how many are new.

        Two workers may find one pair at once: the constraint keeps it single.
        """
        before = {pair for pair in self.known_pairs({key for pair in scores for key in pair}) if pair in scores}
        rows = [
            {"list_id": list_id, "first_key": pair[0], "second_key": pair[1], "score": score}
            | {"state": "open", "found_at": at}
            for pair, score in sorted(scores.items())
        ]
        if not rows:
            return 0
        statement = self._insert(SuspectRow)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["first_key", "second_key"], set_={"score": statement.excluded.score}
            ),
            rows,
        )
        return len(rows) - len(before)

    def forget(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Forget open pairs that are no longer alike."""
        rows = SuspectRow
        for first, second in sorted(pairs):
            self._connection.execute(
                delete(rows).where(rows.first_key == first, rows.second_key == second, rows.state == "open")
            )

    def page(self, wanted: Pairs, *, after: SuspectCursor | None, most: int) -> list[Suspect]:
        """Return the pairs in sight in that state, the likeliest first.

        The likeliest are gone through, whoever may see them; where a reader has so few among them that this fills no
        page, all of her own are looked for.
        """
        rows = SuspectRow
        asked = _among(wanted)
        if after is not None:
            is_later = and_(rows.score == after.score, rows.id > after.suspect_id)
            asked = and_(asked, or_(rows.score < after.score, is_later))
        in_order, walked = (rows.score.desc(), rows.id), _PAGES_WALKED * most
        if not wanted.are_few:
            likeliest = self._connection.execute(self._looked_at(asked).order_by(*in_order).limit(walked)).all()
            found = [one for one in likeliest if one.is_seen]
            if len(found) >= most or len(likeliest) < walked:
                return [_suspect(row) for row in found[:most]]
        own = self._connection.execute(self._within(asked).order_by(*in_order).limit(most))
        return [_suspect(row) for row in own]

    def count(self, wanted: Pairs, *, at_most: int) -> int:
        """Return how many pairs are in sight in that state, no further than *at_most*."""
        asked = _among(wanted)
        if not wanted.are_few:
            some = self._looked_at(asked).limit(at_most).subquery()
            looked_at, seen = self._connection.execute(
                select(func.count(), func.coalesce(func.sum(case((some.c.is_seen, 1), else_=0)), 0)).select_from(some)
            ).one()
            if looked_at < at_most or seen == at_most:
                return int(seen)
        found = self._within(asked).with_only_columns(SuspectRow.id).limit(at_most)
        return self._connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()

    def one(self, suspect_id: int) -> Suspect | None:
        """Return the pair if both of it are in sight."""
        return next(iter(self._pairs(SuspectRow.id == suspect_id)), None)

    def of_pair(self, keys: tuple[int, int]) -> Suspect | None:
        """Return what is known of two entities, in whatever order, if both are in sight."""
        first, second = sorted(keys)
        return next(iter(self._pairs(SuspectRow.first_key == first, SuspectRow.second_key == second)), None)

    def of_entity(self, key: int) -> list[Suspect]:
        """Return the open pairs of an entity of which both are in sight, the likeliest first."""
        mine = or_(SuspectRow.first_key == key, SuspectRow.second_key == key)
        found = self._pairs(mine, SuspectRow.state == "open")
        return sorted(found, key=lambda one: (-one.score, one.suspect_id))

    def locked(self, suspect_id: int) -> Suspect | None:
        """Lock the pair and return it if both of it are in sight."""
        self._connection.execute(select(SuspectRow.id).where(SuspectRow.id == suspect_id).with_for_update())
        return self.one(suspect_id)

    def decide_pair(self, keys: tuple[int, int], facts: Mapping[str, Any]) -> None:
        """Write what was decided of two entities, if they were suspected."""
        first, second = sorted(keys)
        rows = SuspectRow
        self._connection.execute(update(rows).where(rows.first_key == first, rows.second_key == second).values(**facts))

    def reopen_merged(self, batch_id: int) -> None:
        """Propose the pair of a merge that was undone again, if it was proposed before."""
        facts = {"state": "open", "decided_at": None, "decided_by_id": None, "batch_id": None}
        self._connection.execute(update(SuspectRow).where(SuspectRow.batch_id == batch_id).values(**facts))

    def merge_batch(self, batch_id: int) -> MergeBatch | None:
        """Return a merge, None if there is none of that id."""
        rows = RegisterBatchRow
        row = self._connection.execute(select(rows).where(rows.id == batch_id, rows.kind == "merge")).first()
        if row is None:
            return None
        two = row.counts
        keys = (two["survivor_key"], two["other_key"])
        return MergeBatch(row.id, *keys, two["survivor_version"], row.undone_by_id is not None)

    def merge_of(self, key: int) -> int | None:
        """Return the id of the merge by which an entity became another, None if it is itself."""
        batches, versions = RegisterBatchRow, EntityVersionRow
        found = (
            select(batches.id)
            .join(versions, versions.batch_id == batches.id)
            .where(versions.entity_key == key, batches.kind == "merge", batches.undone_by_id.is_(None))
            .order_by(versions.version.desc())
        )
        ids = self._connection.execute(found).scalars()
        return next((one for one in ids if (batch := self.merge_batch(one)) and batch.other_key == key), None)

    def merged_into(self, key: int) -> tuple[str, ...]:
        """Return the ids of the entities that became this one, however many merges away."""
        above = select(EntityRow.id, EntityRow.entity_id).where(EntityRow.merged_into_id == key).cte(recursive=True)
        below = select(EntityRow.id, EntityRow.entity_id).join(above, EntityRow.merged_into_id == above.c.id)
        tree = above.union_all(below)
        return tuple(self._connection.execute(select(tree.c.entity_id).order_by(tree.c.entity_id)).scalars())

    def said_since(self, key: int, version: int, *, carried_from: int) -> tuple[Said, ...]:
        """Return what an entity's versions from *version* on said, and which were carried over from that one."""
        rows = EntityVersionRow
        found = self._connection.execute(
            select(rows.version, rows.changed, rows.label, rows.properties, rows.carried_from_id)
            .where(rows.entity_key == key, rows.version >= version)
            .order_by(rows.version)
        )
        return tuple(
            Said(number, frozenset(changed), {**properties, LABEL: label}, is_carried=source == carried_from)
            for number, changed, label, properties, source in found
        )

    def unit_at(self, key: int, version: int) -> UnitId | None:
        """Return where an entity lay with one of its versions."""
        rows = EntityVersionRow
        found = select(rows.unit_id).where(rows.entity_key == key, rows.version == version)
        unit_id = self._connection.execute(found).scalar()
        return None if unit_id is None else UnitId(unit_id)

    def decide(self, suspect_id: int, facts: Mapping[str, Any]) -> None:
        """Write what was decided of a pair."""
        self._connection.execute(update(SuspectRow).where(SuspectRow.id == suspect_id).values(**facts))

    def _within(self, *where: Any) -> Select[Any]:  # noqa: ANN401 column expressions
        """Return the select of pairs of which both are in sight."""
        seen = visible_entities(self.sight).with_only_columns(EntityRow.id)
        both = (seen.where(EntityRow.id == key).exists() for key in (SuspectRow.first_key, SuspectRow.second_key))
        return _told(*where).where(*both)

    def _looked_at(self, *where: Any) -> Select[Any]:  # noqa: ANN401 column expressions
        """Return the select of pairs, each with whether both are in sight, asked of each one."""
        # Asked with EXISTS, PostgreSQL would find all entities in sight, for thirty pairs.
        seen = visible_entities(self.sight).with_only_columns(EntityRow.id).correlate(SuspectRow)
        first, second = (
            seen.where(EntityRow.id == key).scalar_subquery() for key in (SuspectRow.first_key, SuspectRow.second_key)
        )
        return _told(*where).add_columns(and_(first.is_not(None), second.is_not(None)).label("is_seen"))

    def _pairs(self, *where: Any) -> Iterator[Suspect]:  # noqa: ANN401 column expressions
        return (_suspect(row) for row in self._connection.execute(self._within(*where)))

    def _entities(self, *where: Any, most: int | None = None) -> list[LikeEntity]:  # noqa: ANN401 column expressions
        rows = EntityRow
        columns = (
            rows.id, rows.entity_id, rows.list_id, EntityListRow.name, rows.unit_id, rows.version, rows.label,
            rows.properties, rows.is_live, rows.merged_into_id, rows.updated_at,
        )  # fmt: skip
        found = visible_entities(self.sight).where(*where).with_only_columns(*columns).order_by(rows.id).limit(most)
        return [_entity(row) for row in self._connection.execute(found)]

    def _insert(self, model: Any) -> Any:  # noqa: ANN401 the two dialects' statements share no public type
        return sqlite_insert(model) if self._connection.dialect.name == "sqlite" else postgresql_insert(model)


def _among(wanted: Pairs) -> ColumnElement[bool]:
    kind = ProjectRow.kind == "practice" if wanted.is_practice else ProjectRow.kind != "practice"
    lists = select(EntityListRow.id).join(ProjectRow, ProjectRow.id == EntityListRow.project_id).where(kind)
    return and_(SuspectRow.state == wanted.state, SuspectRow.list_id.in_(lists))


def _told(*where: Any) -> Select[Any]:  # noqa: ANN401 column expressions
    """Return the select of pairs, whoever may see them, each with who decided on it."""
    found = select(SuspectRow).outerjoin(AccountRow, AccountRow.id == SuspectRow.decided_by_id)
    return found.where(*where).add_columns(AccountRow.name.label("decided_by"))


def _entity(row: Row[Any]) -> LikeEntity:
    return LikeEntity(
        key=row.id,
        entity_id=row.entity_id,
        list_id=row.list_id,
        list_name=row.name,
        unit_id=None if row.unit_id is None else UnitId(row.unit_id),
        version=row.version,
        label=row.label,
        properties=dict(row.properties),
        is_live=row.is_live,
        merged_into_id=row.merged_into_id,
        updated_at=row.updated_at,
    )


def _suspect(row: Row[Any]) -> Suspect:
    return Suspect(
        suspect_id=row.id,
        list_id=row.list_id,
        keys=(row.first_key, row.second_key),
        score=row.score,
        state=row.state,
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by or "",
        reason=row.reason,
        batch_id=row.batch_id,
    )

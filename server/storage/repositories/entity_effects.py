"""What became of the entity blocks of records: applied, waiting, or overtaken by an edit.

They tie a record to the entities it made or changed, and keep the queue of changes that wait for earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from server.storage.models.people import CollaboratorRow
from server.storage.models.registers import EntityEffectRow, EntityRow
from server.storage.models.submissions import SubmissionVersionRow
from server.storage.ready import Ready
from server.storage.repositories.entities import RAISE_COUNTERS, WRITE, Entities, written

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from server.storage.visible import Sight
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of one block of one version of a record."""

    submission_version_id: int
    path: str
    entity_key: int | None
    outcome: str
    entity_version: int | None
    branch_id: str
    """Of one that waits, or did; empty where it is not known what it stands on."""
    base_version: int | None
    trunk_version: int | None


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A record that said something of an entity."""

    submission_version_id: int
    submission_id: int
    sender_name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """What the everyday record does to one entity: a version, what its row then says, and what became of the block."""

    entity_key: int
    version: Mapping[str, Any]
    facts: Mapping[str, Any]
    effect: Mapping[str, Any]


_EFFECT = (
    EntityEffectRow.submission_version_id,
    EntityEffectRow.path,
    EntityEffectRow.entity_key,
    EntityEffectRow.outcome,
    EntityEffectRow.entity_version,
    EntityEffectRow.branch_id,
    EntityEffectRow.base_version,
    EntityEffectRow.trunk_version,
)
_INSERT_EFFECT = insert(EntityEffectRow)
_WRITE_WHOLE = Ready(
    WRITE.add_cte(
        _INSERT_EFFECT.values(
            {one.key: bindparam(f"effect_{one.key}", type_=one.type) for one in EntityEffectRow.__table__.c}
        ).cte("noted"),
        RAISE_COUNTERS["postgresql"]
        .values({one: bindparam(f"raised_{one}") for one in ("list_id", "unit_id", "revision")})
        .cte("raised"),
    )
)
_WAITING_OF = (
    select(*_EFFECT)
    .where(EntityEffectRow.entity_key == bindparam("entity_key"), EntityEffectRow.held_at.is_not(None))
    .order_by(EntityEffectRow.submission_version_id, EntityEffectRow.path)
)
_STANDING = ("applied", "unchanged", "held")


class EntityEffects:
    """Effects of records on entities."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert what became of the blocks of one version."""
        if rows:
            given: Any = dict(rows[0]) if len(rows) == 1 else [dict(row) for row in rows]
            self._connection.execute(_INSERT_EFFECT, given)
        for key in sorted({row["entity_key"] for row in rows if row["held_at"] is not None}):
            self._let_wait(key, has_waiting=True)

    def write_whole(self, one: Update, parts: Collection[tuple[int, UnitId]]) -> None:
        """Write all that an everyday record does to registers; PostgreSQL takes that in one statement.

        *parts* (list, unit) is where something changed. There is more than one where an entity moved, and each is
        raised in its turn.
        """
        if self._connection.dialect.name == "postgresql" and len(parts) == 1:
            ((list_id, unit_id),) = parts
            effect = {f"effect_{name}": value for name, value in one.effect.items()}
            raised = {"raised_list_id": list_id, "raised_unit_id": unit_id, "raised_revision": 1}
            _WRITE_WHOLE.run(self._connection, written(one.entity_key, one.version, one.facts) | effect | raised)
            return
        entities = Entities(self._connection, self._sight)
        entities.write(one.entity_key, one.version, one.facts)
        self.add([one.effect])
        entities.raise_counters(parts)

    def has_any(self, submission_version_id: int) -> bool:
        """Tell whether this version of a record was gone through already."""
        rows = EntityEffectRow
        found = select(rows.path).where(rows.submission_version_id == submission_version_id).limit(1)
        return self._connection.execute(found).first() is not None

    def of_any(self, submission_version_ids: Sequence[int]) -> frozenset[int]:
        """Return those of these versions of records that were gone through already."""
        rows = EntityEffectRow
        found = select(rows.submission_version_id).where(rows.submission_version_id.in_(submission_version_ids))
        return frozenset(self._connection.execute(found.distinct()).scalars())

    def standing(self, submission_ids: Sequence[int]) -> list[Effect]:
        """Return the effects of records that stand: applied, without need of change, or waiting."""
        return self._effects(
            SubmissionVersionRow.submission_id.in_(submission_ids), EntityEffectRow.outcome.in_(_STANDING)
        )

    def withdrawn(self, submission_ids: Sequence[int]) -> list[Effect]:
        """Return the effects of the current versions of records that were withdrawn with their record."""
        return self._effects(
            SubmissionVersionRow.submission_id.in_(submission_ids),
            SubmissionVersionRow.is_current,
            EntityEffectRow.outcome == "withdrawn",
        )

    def withdrawn_keys(self, submission_ids: Sequence[int]) -> frozenset[int]:
        """Return the entities from which something these records did was withdrawn; what only waited did nothing."""
        rows = EntityEffectRow
        if not submission_ids:
            return frozenset()
        found = self._connection.execute(
            select(rows.entity_key)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == rows.submission_version_id)
            .where(
                SubmissionVersionRow.submission_id.in_(submission_ids),
                rows.outcome == "withdrawn",
                rows.entity_version.is_not(None),
            )
        )
        return frozenset(one for one in found.scalars() if one is not None)

    def waiting_of(self, entity_key: int) -> list[Effect]:
        """Return the changes of one entity that wait, or were withdrawn and left a gap, the earliest record first."""
        return [Effect(*row) for row in self._connection.execute(_WAITING_OF, {"entity_key": entity_key})]

    def leave_gap(self, effect: Effect, at: datetime) -> None:
        """Remember that a withdrawn change still has to be counted once its entity is there."""
        rows = EntityEffectRow
        self._connection.execute(
            update(rows)
            .where(rows.submission_version_id == effect.submission_version_id, rows.path == effect.path)
            .values(held_at=at)
        )
        self._let_wait(effect.entity_key, has_waiting=True)

    def end_waiting(self, entity_key: int) -> None:
        """Say that nothing waits for an entity that the caller holds locked."""
        self._let_wait(entity_key, has_waiting=False)

    def held_since(self, before: datetime, most: int) -> list[Effect]:
        """Return changes that have waited since before then."""
        return self._effects(EntityEffectRow.outcome == "held", EntityEffectRow.held_at < before, most=most)

    def set_outcome(self, effect: Effect, outcome: str, entity_version: int | None) -> None:
        """Write what became of a block in the end."""
        rows = EntityEffectRow
        self._connection.execute(
            update(rows)
            .where(rows.submission_version_id == effect.submission_version_id, rows.path == effect.path)
            .values(outcome=outcome, entity_version=entity_version, held_at=None)
        )

    def withdraw(self, effect: Effect) -> None:
        """Withdraw all that stands of what a record did to the entity of *effect*, with all its versions."""
        rows, versions = EntityEffectRow, SubmissionVersionRow
        record = select(versions.submission_id).where(versions.id == effect.submission_version_id).scalar_subquery()
        self._connection.execute(
            update(rows)
            .where(
                rows.submission_version_id.in_(select(versions.id).where(versions.submission_id == record)),
                rows.entity_key.is_(None) if effect.entity_key is None else rows.entity_key == effect.entity_key,
                rows.outcome.in_(_STANDING),
            )
            .values(outcome="withdrawn", held_at=None)
        )

    def done_to(self, entity_key: int) -> dict[int, int | None]:
        """Return each record that was about an entity with its newest version that did something there and stands."""
        rows, versions = EntityEffectRow, SubmissionVersionRow
        found = self._connection.execute(
            select(versions.submission_id, versions.id, rows.outcome)
            .join(versions, versions.id == rows.submission_version_id)
            .where(rows.entity_key == entity_key)
            .order_by(versions.id)
        )
        newest: dict[int, int | None] = {}
        for submission_id, version_id, outcome in found:
            stands = outcome in {"applied", "unchanged"}
            newest[submission_id] = version_id if stands else newest.get(submission_id)
        return newest

    def hold_again(self, effect: Effect, at: datetime) -> None:
        """Let a change that was withdrawn wait, from now on."""
        rows = EntityEffectRow
        self._connection.execute(
            update(rows)
            .where(rows.submission_version_id == effect.submission_version_id, rows.path == effect.path)
            .values(outcome="held", entity_version=None, held_at=at)
        )
        self._let_wait(effect.entity_key, has_waiting=True)

    def of_others(self, entity_key: int, submission_id: int) -> list[Effect]:
        """Return what other records' newest versions did or still wait to do to an entity, the last received first.

        What named one that was merged into it counts as named it.
        """
        rows, versions, entities = EntityEffectRow, SubmissionVersionRow, EntityRow
        family = select(entities.id).where(entities.id == entity_key).cte(recursive=True)
        family = family.union(select(entities.id).where(entities.merged_into_id == family.c.id))
        found = self._connection.execute(
            select(*_EFFECT, versions.submission_id)
            .join(versions, versions.id == rows.submission_version_id)
            .where(
                rows.entity_key.in_(select(family.c.id)),
                rows.outcome.in_(_STANDING),
                versions.submission_id != submission_id,
            )
            .order_by(versions.id.desc(), rows.path)
        )
        newest: dict[int, list[Effect]] = {}
        for row in found:
            one = Effect(*row[:-1])
            known = newest.setdefault(row.submission_id, [])
            if not known or known[0].submission_version_id == one.submission_version_id:
                known.append(one)
        return [one for effects in newest.values() for one in effects]

    def sender_of(self, submission_version_id: int) -> EarlierRecord:
        """Return who sent a version of a record that is kept, and when."""
        rows = SubmissionVersionRow
        row = self._connection.execute(
            select(rows.id, rows.submission_id, CollaboratorRow.name, rows.received_at)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == rows.collaborator_id)
            .where(rows.id == submission_version_id)
        ).one()
        return EarlierRecord(row.id, row.submission_id, row.name or "", row.received_at)

    def _let_wait(self, entity_key: int | None, *, has_waiting: bool) -> None:
        self._connection.execute(update(EntityRow).where(EntityRow.id == entity_key).values(has_waiting=has_waiting))

    def _effects(self, *where: Any, most: int | None = None) -> list[Effect]:  # noqa: ANN401 column expressions
        rows = self._connection.execute(
            select(*_EFFECT)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == EntityEffectRow.submission_version_id)
            .where(*where)
            .order_by(EntityEffectRow.submission_version_id, EntityEffectRow.path)
            .limit(most)
        )
        return [Effect(*row) for row in rows]

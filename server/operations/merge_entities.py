"""Merge two households that are one, and part them again.

One survives, with what people chose of either, field by field; the other leaves every list, and what still arrives for
it is carried over to the survivor (`write_entity`). In figures, what names it counts for the survivor, by the latest of
all that name either. Both keep their histories, each act is a version of both that names the batch and through it the
account. Who merges must look after both households.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import Conflict as Clash
from server.errors import InvalidInput, NotFound
from server.operations.write_entity import Source, Touched, with_merge, write_version
from server.registers.lists import COMMUNE, VILLAGE
from server.registers.mergers import joined, parted
from server.registers.reach import HOUSEHOLDS
from server.registers.versions import Action, Conflict, unchanged
from server.storage.visible import Reading

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.services import Services
    from server.registers.versions import NewVersion
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.suspects import MergeBatch
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

LONGEST_COMMENT: Final = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """Two entities by row id, the versions of them that were looked at, and what is taken from the one given up."""

    survivor_key: int
    other_key: int
    survivor_version: int
    other_version: int
    from_other: frozenset[str] = frozenset()
    """Names of properties, and `LABEL`; all others stay as the survivor has them."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done: the batch, by which it can be undone, and the two by row id."""

    batch_id: int
    survivor_key: int
    other_key: int


def managing_sight(services: Services, account: Account) -> Reading:
    """Return the entities the account may change."""
    return Reading(units_for(account, Permission.MANAGE_REGISTER, services.today()))


def merge(services: Services, account: Account, order: MergeOrder) -> Merged:
    """Make the two one.

    Raises NotFound ``access.not_found`` unless both are in the account's territory, InvalidInput
    ``register.merge_itself``, ``register.merge_other_list`` or ``register.merge_comment``, Conflict
    ``register.merge_gone`` (one is merged or deleted already) or ``register.merge_changed`` (since it was looked at).
    """
    if order.survivor_key == order.other_key:
        raise InvalidInput("register.merge_itself")
    if len(order.comment) > LONGEST_COMMENT:
        raise InvalidInput("register.merge_comment", most=LONGEST_COMMENT)
    with services.unit_of_work(managing_sight(services, account)) as uow:
        uow.figures.exclude_reviews()
        survivor, other = _both(uow, (order.survivor_key, order.other_key))
        _check(order, survivor, other)
        new = joined(survivor.state, other.state, order.from_other)
        facts = _merge_facts(services, account, order, survivor.list_id)
        batch_id = uow.entities.add_batch(facts, is_sensitive=survivor.is_sensitive)
        touched, source = Touched(), _source(services, batch_id)
        write_version(uow, survivor, new, replace(source, place=other.unit_id), touched=touched)
        _write_unchanged(uow, with_merge(other, survivor.key), Action.MERGE, source, touched=touched)
        _count_as(uow, other, survivor)
        _also_compare(services, touched, survivor)
        touched.tell(uow)
        uow.suspects.decide_pair(
            (survivor.key, other.key), _decided(services, account, "merged") | {"batch_id": batch_id}
        )
    log.info("entities.merged", extra={"batch": batch_id})
    return Merged(batch_id, survivor.key, other.key)


def undo_merge(services: Services, account: Account, batch_id: int, *, comment: str = "") -> Merged:
    """Part two that were merged: what arrived for either since stays with the one it named.

    Raises NotFound ``access.not_found`` where there is no such merge in the account's territory, Conflict
    ``register.undo_done`` (parted already) or ``register.undo_later_first`` (the survivor was merged itself since).
    """
    with services.unit_of_work(managing_sight(services, account)) as uow:
        uow.figures.exclude_reviews()
        batch = uow.suspects.merge_batch(batch_id)
        if batch is None:
            raise NotFound("access.not_found")
        # The one given up is locked first, as by a record that names it, so that neither waits for the other.
        (other,) = _both(uow, (batch.other_key,))
        (survivor,) = _both(uow, (batch.survivor_key,))
        _check_undo(uow, batch, survivor, other)
        facts = _undo_facts(services, account, survivor.list_id, comment=comment)
        undone_by = uow.entities.add_batch(facts, is_sensitive=survivor.is_sensitive)
        touched, source = Touched(), _source(services, undone_by)
        new, place = _survivor_alone(uow, batch, survivor)
        write_version(uow, survivor, new, replace(source, place=place), touched=touched)
        _write_unchanged(uow, with_merge(other, None), Action.UNDO, source, touched=touched)
        _count_as(uow, other, other)
        _also_compare(services, touched, survivor)
        touched.tell(uow)
        uow.entities.set_batch(batch_id, {"undone_by_id": undone_by})
        uow.suspects.reopen_merged(batch_id)
    log.info("entities.parted", extra={"batch": undone_by})
    return Merged(undone_by, survivor.key, other.key)


def _both(uow: UnitOfWork, keys: tuple[int, ...]) -> tuple[StoredEntity, ...]:
    """Lock the entities and return them in the order asked for; out of sight is not there."""
    locked = uow.entities.lock_keys(keys)
    seen = uow.suspects.entities(keys)
    if not seen.keys() >= set(keys):
        raise NotFound("access.not_found")
    return tuple(locked[key] for key in keys)


def _check(order: MergeOrder, survivor: StoredEntity, other: StoredEntity) -> None:
    if survivor.list_id != other.list_id or survivor.list_name != HOUSEHOLDS:
        raise InvalidInput("register.merge_other_list")
    if any(one.merged_into_id is not None or one.state.is_deleted for one in (survivor, other)):
        raise Clash("register.merge_gone")
    if (survivor.state.version, other.state.version) != (order.survivor_version, order.other_version):
        raise Clash("register.merge_changed")


def _check_undo(uow: UnitOfWork, batch: MergeBatch, survivor: StoredEntity, other: StoredEntity) -> None:
    # Read again now that both are locked: somebody may have parted them a moment ago.
    latest = uow.suspects.merge_batch(batch.batch_id)
    if latest is None or latest.is_undone or other.merged_into_id != survivor.key:
        raise Clash("register.undo_done")
    if survivor.merged_into_id is not None:
        raise Clash("register.undo_later_first")


def _survivor_alone(uow: UnitOfWork, batch: MergeBatch, survivor: StoredEntity) -> tuple[NewVersion, UnitId | None]:
    """Return what the survivor says without the other, and where it then lies."""
    alone = batch.survivor_version - 1
    before, *since = uow.suspects.said_since(survivor.key, alone, carried_from=batch.other_key)
    moves = [one.version for one in since[1:] if not one.is_carried and one.changed & {VILLAGE, COMMUNE}]
    place = uow.suspects.unit_at(survivor.key, moves[-1] if moves else alone)
    return parted(survivor.state, before.values, since), place


def _count_as(uow: UnitOfWork, other: StoredEntity, whom: StoredEntity) -> None:
    """Let what names the one given up, or those merged into it before, count for *whom* in figures."""
    project_id = uow.entities.list_by_id(other.list_id).project_id
    names = (other.entity_id, *uow.suspects.merged_into(other.key))
    uow.figures.count_as(project_id, dict.fromkeys(names, whom.entity_id))


def _write_unchanged(
    uow: UnitOfWork, stored: StoredEntity, action: Action, source: Source, *, touched: Touched
) -> None:
    new = unchanged(stored.state, action=action, conflict=Conflict.NONE)
    write_version(uow, stored, new, source, touched=touched)


def _also_compare(services: Services, touched: Touched, survivor: StoredEntity) -> None:
    """Let the survivor be compared anew: whoever was like the other may be like it now."""
    touched.to_compare[survivor.key] = services.now()


def _source(services: Services, batch_id: int) -> Source:
    return Source(services.now(), services.atlas.current(), (services.today(),), batch_id=batch_id)


def _merge_facts(services: Services, account: Account, order: MergeOrder, list_id: int) -> dict[str, Any]:
    return {
        **_batch_facts(services, account, list_id, "merge"),
        "comment": order.comment.strip(),
        "counts": {
            "survivor_key": order.survivor_key,
            "other_key": order.other_key,
            "survivor_version": order.survivor_version + 1,
            "from_other": sorted(order.from_other),
        },
    }


def _undo_facts(services: Services, account: Account, list_id: int, *, comment: str) -> dict[str, Any]:
    return {
        **_batch_facts(services, account, list_id, "undo"),
        "comment": comment.strip()[:LONGEST_COMMENT],
        "counts": {},
    }


def _batch_facts(services: Services, account: Account, list_id: int, kind: str) -> dict[str, Any]:
    now = services.now()
    return {"list_id": list_id, "kind": kind, "account_id": account.account_id, "started_at": now, "ended_at": now}


def _decided(services: Services, account: Account, state: str) -> dict[str, Any]:
    return {"state": state, "decided_at": services.now(), "decided_by_id": account.account_id}

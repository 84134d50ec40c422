"""Settle a conflict: choose for each property which version is right, or keep the entity as it is.

The choice is a further version; the conflict stays on record with who settled it, and can be settled again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.errors import Conflict as Refused
from server.errors import InvalidInput, NotFound
from server.operations.entity_hand import LONGEST_REASON, EntityTarget, Hand, hand_on
from server.operations.list_meanings import meanings_of
from server.operations.read_entity import HistoryStep, may_manage, seen_steps
from server.operations.sights import managing_sight_of
from server.registers.settling import Contested, contested, value_of
from server.registers.versions import LABEL, Action, Conflict, amended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.storage.repositories.register import EntityLine


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict as its page shows it: what is to choose, and the versions that say so, by number."""

    line: EntityLine
    contested: tuple[Contested, ...]
    steps: Mapping[int, HistoryStep]
    meanings: Mapping[str, PropertyMeaning]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What somebody chose: by property the version that is right; those not named stay as they are."""

    target: EntityTarget
    choices: Mapping[str, int]
    comment: str = ""


def read_conflict(services: Services, account: Account, entity_key: int) -> ConflictView:
    """Return what is to choose of an entity; nothing where it never was in conflict.

    Raises NotFound ``access.not_found`` where the account may not change it.
    """
    with services.reading(managing_sight_of(account, services.today())) as uow:
        line = uow.register.one(entity_key)
        if line is None or not may_manage(services, account, line, services.atlas.current()):
            raise NotFound("access.not_found")
        versions = uow.entity_history.versions(entity_key)
        means = meanings_of(services, uow, line)
    steps = {one.version.version: one for one in seen_steps(services, account, versions)}
    return ConflictView(line, contested(versions), steps, means)


def settle_conflict(services: Services, account: Account, settlement: Settlement) -> bool:
    """Settle the entity's conflicts; tell whether that changed the entity.

    Raises what `hand_on` raises, InvalidInput ``register.no_such_choice``, Conflict ``register.nothing_to_settle``.
    """
    with hand_on(services, account, settlement.target) as hand:
        versions = hand.uow.entity_history.versions(hand.stored.key)
        disputed = contested(versions)
        if not any(one.conflict is not Conflict.NONE for one in versions):
            raise Refused("register.nothing_to_settle")
        by_number = {one.version: one for one in versions}
        allowed = {one.name: {candidate.version for candidate in one.candidates} for one in disputed}
        chosen: dict[str, str] = {}
        for name, version in settlement.choices.items():
            if version not in allowed.get(name, set()):
                raise InvalidInput("register.no_such_choice")
            chosen[name] = value_of(by_number[version], name)
        return _settle(hand, chosen, settlement.comment.strip()[:LONGEST_REASON])


def _settle(hand: Hand, chosen: dict[str, str], comment: str) -> bool:
    label = chosen.pop(LABEL, None)
    new = amended(hand.stored.state, chosen, label=label, action=Action.SETTLE)
    batch_id = hand.add_batch("settle", comment)
    settled = replace(hand.stored, conflict=Conflict.NONE)
    if new is None:
        hand.uow.entities.set_facts(settled.key, {"conflict": Conflict.NONE.value})
    else:
        hand.write(new, batch_id, settled)
    hand.uow.entity_history.settle(settled.key, batch_id, hand.services.now())
    return new is not None

"""Changes of entities that wait: let go when what they stand on has arrived, forced when it has not for five days.

Phones send a chain of offline updates in any order; a link that never comes must not keep the others for ever.
Source: ODK Central holds such submissions five days, https://docs.getodk.org/central-entities/.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.operations.asked_changes import asked_by
from server.operations.write_entity import Source, Touched, write_version
from server.registers.versions import Action, Arrived, Conflict, Wait, decide, unchanged

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.registers.changes import EntityChange
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.entity_effects import Effect
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

WAITS_AT_MOST: Final = timedelta(days=5)
FORCED_AT_ONCE: Final = 200


def release_waiting_for(services: Services, uow: UnitOfWork, stored: StoredEntity, touched: Touched) -> StoredEntity:
    """Apply whatever waited for what the entity has become, and count what was withdrawn before it was there.

    Return the entity as it stands then.
    """
    if not stored.state.exists or not stored.has_waiting:
        return stored
    effects = uow.entity_effects.waiting_of(stored.key)
    if not effects:
        return _without_waiting(uow, stored)
    # Its whole past decides now, which was not read where nothing was thought to wait.
    stored = uow.entities.lock_keys([stored.key])[stored.key]
    for gap in (one for one in effects if one.outcome == "withdrawn"):
        nothing = unchanged(stored.state, action=Action.WITHDRAW, conflict=Conflict.NONE)
        stored = write_version(uow, stored, nothing, _source_of(services, uow, gap), touched=touched)
        uow.entity_effects.set_outcome(gap, "withdrawn", None)
    held = sorted((one for one in effects if one.outcome == "held"), key=_by_base)
    arrived, progress = Arrived(stored.state), True
    while progress:
        progress = False
        for effect in tuple(held):
            made = decide(_change_of(services, uow, effect), stored.state) if arrived.lets_go(effect) else None
            if made is None or isinstance(made, Wait):
                continue
            stored = write_version(uow, stored, made, _source_of(services, uow, effect), touched=touched)
            uow.entity_effects.set_outcome(effect, "applied", made.version)
            arrived.add(made)
            held.remove(effect)
            progress = True
    return stored if held else _without_waiting(uow, stored)


def _by_base(effect: Effect) -> int:
    return effect.base_version or 0


def _without_waiting(uow: UnitOfWork, stored: StoredEntity) -> StoredEntity:
    uow.entity_effects.end_waiting(stored.key)
    return replace(stored, has_waiting=False)


def force_waiting(services: Services) -> int:
    """Apply what has waited too long, in the order of its branch; return how many changes that were."""
    with services.reading(services.operator()) as uow:
        late = uow.entity_effects.held_since(services.now() - WAITS_AT_MOST, FORCED_AT_ONCE)
    keys = dict.fromkeys(one.entity_key for one in late if one.entity_key is not None)
    done = sum(_force(services, key) for key in keys)
    if done:
        log.info("entities.forced", extra={"changes": done})
    return done


def _force(services: Services, entity_key: int) -> int:
    """Apply the oldest late change of one entity, and what waited for it, until none is late."""
    forced = 0
    with services.unit_of_work(services.operator()) as uow:
        stored = uow.entities.lock_keys([entity_key])[entity_key]
        touched = Touched()
        late = {
            (one.submission_version_id, one.path)
            for one in uow.entity_effects.held_since(services.now() - WAITS_AT_MOST, FORCED_AT_ONCE)
            if one.entity_key == entity_key
        }
        while waiting := [
            effect
            for effect in uow.entity_effects.waiting_of(entity_key)
            if effect.outcome == "held" and (effect.submission_version_id, effect.path) in late
        ]:
            effect = min(waiting, key=_by_base)
            made = decide(_change_of(services, uow, effect), stored.state, forced=True)
            assert not isinstance(made, Wait), "a forced change does not wait"
            stored = write_version(uow, stored, made, _source_of(services, uow, effect), touched=touched)
            uow.entity_effects.set_outcome(effect, "applied", made.version)
            stored = release_waiting_for(services, uow, stored, touched)
            forced += 1
        touched.tell(uow)
    return forced


def _change_of(services: Services, uow: UnitOfWork, effect: Effect) -> EntityChange:
    asked = asked_by(services, uow, effect.submission_version_id)
    return next(one for one in asked if one.path[:500] == effect.path)


def _source_of(services: Services, uow: UnitOfWork, effect: Effect) -> Source:
    """Return what a waiting change comes from; it is written now, and its codes mean what they meant at receipt."""
    raw = uow.versions.one(effect.submission_version_id)
    assert raw is not None, "an effect names a version that is kept"
    record = uow.versions.place_of(raw.submission_id)
    zone = services.settings.timezone
    days = (raw.received_at.astimezone(zone).date(), *((record[1],) if record[1] else ()))
    return Source(
        at=services.now(),
        here=services.atlas.current(),
        code_days=days,
        submission_version_id=effect.submission_version_id,
        holder_id=raw.collaborator_id,
        unit_id=record[0],
        effective_on=record[1],
    )

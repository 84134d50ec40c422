"""What an edit of a record does to the entities its earlier versions made or changed.

The two versions are compared: only what the edit says otherwise is written, as a correction that stands on the version
the earlier one made, so that what others changed meanwhile shows as a conflict. What the edit no longer asks for is
taken back where nobody changed it since. No other server of this field does this: there, a correction on the phone
leaves the register as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.operations.asked_changes import asked_by
from server.operations.standing_words import last_words, names_in
from server.operations.write_entity import Source, Touched, with_deletion, write_version
from server.registers.versions import Action, Conflict, NewVersion, Wait, amended, decide, unchanged

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.registers.changes import EntityChange
    from server.registers.versions import EntityState
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.entity_effects import Effect
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier version of the record asked for at one place, and what became of it."""

    effect: Effect
    change: EntityChange


def earlier_of(services: Services, uow: UnitOfWork, submission_id: int, version_id: int) -> dict[str, Earlier]:
    """Return what the record did before this version, by place; the newest version that did anything there."""
    standing = [one for one in uow.entity_effects.standing([submission_id]) if one.submission_version_id != version_id]
    asked = {
        one: {change.path: change for change in asked_by(services, uow, one)}
        for one in {effect.submission_version_id for effect in standing}
    }
    return {
        one.path: Earlier(one, change)
        for one in standing
        if one.entity_key is not None and (change := asked[one.submission_version_id].get(one.path)) is not None
    }


def correct(before: Earlier, change: EntityChange, state: EntityState) -> NewVersion | None:
    """Return the version that makes the entity what the edit says; None where the edit says nothing else of it."""
    then = before.change
    news = {name: text for name, text in change.values.items() if then.values.get(name, "") != text}
    gone = {name: "" for name in then.values if name not in change.values}
    label = change.label if change.label != then.label else None
    return amended(state, {**news, **gone}, label=label, action=Action.CORRECT, since=before.effect.entity_version)


def withdraw(services: Services, uow: UnitOfWork, effect: Effect, source: Source, *, touched: Touched) -> None:
    """Take back what a record did to an entity: of all it said, the last word of those that stand counts again.

    An entity it made leaves its list, unless others worked on it: then it stays and the conflict is told. A change that
    waited makes a version that says nothing, now or once the entity is there: the phone counted it, and keeps its own
    values until ours has as many.
    """
    uow.entity_effects.withdraw(effect)
    if effect.entity_key is None:
        return
    stored = uow.entities.lock_keys([effect.entity_key])[effect.entity_key]
    versions = uow.entities.made_by_record_of(stored.key, effect.submission_version_id)
    if versions[:1] == (1,):
        is_untouched = all(one.version in versions for one in stored.state.past)
        conflict = Conflict.NONE if is_untouched else Conflict.HARD
        end = unchanged(stored.state, action=Action.WITHDRAW, conflict=conflict)
        write_version(uow, with_deletion(stored, is_deleted=is_untouched), end, source, touched=touched)
        return
    if effect.outcome == "held" and not stored.state.exists:
        uow.entity_effects.leave_gap(effect, source.at)
        return
    if effect.outcome == "held":
        new: NewVersion | None = unchanged(stored.state, action=Action.WITHDRAW, conflict=Conflict.NONE)
    else:
        new = _words_again(services, uow, effect, stored=stored, action=Action.WITHDRAW)
    if new is not None:
        write_version(uow, stored, new, source, touched=touched)


def do_again(
    services: Services, uow: UnitOfWork, effect: Effect, source: Source, *, touched: Touched
) -> StoredEntity | None:
    """Do once more what was withdrawn with its record: an entity it made is back, what it said counts where it did.

    What had waited is decided about anew and may wait on. Return the entity as it stands then, None if there is none.
    """
    if effect.entity_key is None:
        return None
    stored = uow.entities.lock_keys([effect.entity_key])[effect.entity_key]
    if effect.entity_version is None:
        change = next(one for one in asked_by(services, uow, effect.submission_version_id) if one.path == effect.path)
        return _decide_again(uow, effect, change, stored=stored, source=source, touched=touched)
    is_back = stored.state.is_deleted and 1 in uow.entities.made_by_record_of(stored.key, effect.submission_version_id)
    uow.entity_effects.set_outcome(effect, "applied", effect.entity_version)
    new = _words_again(services, uow, effect, stored=stored, action=Action.UNDO)
    if new is None and is_back:
        new = unchanged(stored.state, action=Action.UNDO, conflict=Conflict.NONE)
    if new is None:
        return stored
    back = with_deletion(stored, is_deleted=not is_back and stored.state.is_deleted)
    return write_version(uow, back, new, source, touched=touched)


def _words_again(
    services: Services, uow: UnitOfWork, effect: Effect, *, stored: StoredEntity, action: Action
) -> NewVersion | None:
    """Return the version that lets the last standing word count on all the record ever said of the entity."""
    versions = uow.entities.made_by_record_of(stored.key, effect.submission_version_id)
    names = frozenset().union(*(one.changed for one in stored.state.past if one.version in versions))
    for change in asked_by(services, uow, effect.submission_version_id):
        if change.path == effect.path:
            names |= names_in(change)
    words = last_words(services, uow, stored, names)
    return amended(stored.state, words.values, label=words.label, action=action)


def _decide_again(  # noqa: PLR0913 the facts of one change, each of its own kind
    uow: UnitOfWork, effect: Effect, change: EntityChange, *, stored: StoredEntity, source: Source, touched: Touched
) -> StoredEntity:
    made = decide(change, stored.state)
    if isinstance(made, Wait):
        uow.entity_effects.hold_again(effect, source.at)
        return stored
    uow.entity_effects.set_outcome(effect, "applied", made.version)
    return write_version(uow, stored, made, source, touched=touched)

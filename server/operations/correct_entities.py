"""What an edit of a record does to the entities its earlier versions made or changed.

The two versions are compared: only what the edit says otherwise is written, as a correction that stands on the version
the earlier one made, so that what others changed meanwhile shows as a conflict. What the edit no longer asks for is
taken back where nobody changed it since. No other server of this field does this: there, a correction on the phone
leaves the register as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.logic import bind_tree
from server.operations.write_entity import Source, Touched, with_deletion, write_version
from server.registers.changes import EntityChange, changes_in
from server.registers.versions import Action, Conflict, NewVersion, Wait, amended, decide, taken_back, unchanged
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from server.operations.services import Services
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


def asked_by(services: Services, uow: UnitOfWork, version_id: int) -> tuple[EntityChange, ...]:
    """Return what a kept version of a record asks of registers, read again from its bytes."""
    raw = uow.versions.one(version_id)
    assert raw is not None, "an effect names a version that is kept"
    form = services.shelf.version_by_id(raw.form_version_id)
    return changes_in(bind_tree(form.compiled.shape, read_instance(raw.xml).root), form.entity_blocks)


def correct(before: Earlier, change: EntityChange, state: EntityState) -> NewVersion | None:
    """Return the version that makes the entity what the edit says; None where the edit says nothing else of it."""
    then = before.change
    news = {name: text for name, text in change.values.items() if then.values.get(name, "") != text}
    gone = {name: "" for name in then.values if name not in change.values}
    label = change.label if change.label != then.label else None
    return amended(state, {**news, **gone}, label=label, action=Action.CORRECT, since=before.effect.entity_version)


def withdraw(uow: UnitOfWork, effect: Effect, source: Source, *, touched: Touched) -> None:
    """Take back what a record did to an entity, as far as nobody changed it since.

    An entity it made leaves its list, unless others worked on it: then it stays and the conflict is told. A change that
    waited makes a version that says nothing: the phone counted it, and keeps its own values until ours has as many.
    """
    uow.entity_effects.set_outcome(effect, "withdrawn", effect.entity_version)
    if effect.entity_key is None:
        return
    stored = uow.entities.lock_keys([effect.entity_key])[effect.entity_key]
    versions = uow.entities.made_by_record_of(stored.key, effect.submission_version_id)
    if not versions:
        if effect.outcome == "held" and stored.state.exists:
            nothing = unchanged(stored.state, action=Action.WITHDRAW, conflict=Conflict.NONE)
            write_version(uow, stored, nothing, source, touched=touched)
        return
    if versions[0] > 1:
        before = uow.entities.properties_at(stored.key, versions[0] - 1)
        _, made = uow.entities.properties_at(stored.key, versions[-1])
        new = taken_back(stored.state, versions, earlier=before, made_values=made)
        if new is not None:
            write_version(uow, stored, new, source, touched=touched)
        return
    is_untouched = all(one.version in versions for one in stored.state.past)
    conflict = Conflict.NONE if is_untouched else Conflict.HARD
    new = unchanged(stored.state, action=Action.WITHDRAW, conflict=conflict)
    write_version(uow, with_deletion(stored, is_deleted=is_untouched), new, source, touched=touched)


def do_again(
    services: Services, uow: UnitOfWork, effect: Effect, source: Source, *, touched: Touched
) -> StoredEntity | None:
    """Do once more what was withdrawn with its record: an entity it made is back, what it set is set.

    What had waited is decided about anew and may wait on. Return the entity as it stands then, None if there is none.
    """
    if effect.entity_key is None:
        return None
    stored = uow.entities.lock_keys([effect.entity_key])[effect.entity_key]
    change = next(one for one in asked_by(services, uow, effect.submission_version_id) if one.path == effect.path)
    if effect.entity_version is None:
        return _decide_again(uow, effect, change, stored=stored, source=source, touched=touched)
    is_back = stored.state.is_deleted and 1 in uow.entities.made_by_record_of(stored.key, effect.submission_version_id)
    state = stored.state
    new = amended(state, change.values, label=change.label, action=Action.UPDATE)
    if new is None and is_back:
        new = unchanged(state, action=Action.UPDATE, conflict=Conflict.NONE)
    uow.entity_effects.set_outcome(effect, "applied", new.version if new else state.version)
    if new is None:
        return stored
    back = with_deletion(stored, is_deleted=not is_back and state.is_deleted)
    return write_version(uow, back, new, source, touched=touched)


def _decide_again(  # noqa: PLR0913 the facts of one change, each of its own kind
    uow: UnitOfWork, effect: Effect, change: EntityChange, *, stored: StoredEntity, source: Source, touched: Touched
) -> StoredEntity:
    made = decide(change, stored.state)
    if isinstance(made, Wait):
        uow.entity_effects.hold_again(effect, source.at)
        return stored
    uow.entity_effects.set_outcome(effect, "applied", made.version)
    return write_version(uow, stored, made, source, touched=touched)

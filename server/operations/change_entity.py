"""Change an entity at the office: correct its properties, take it off the register and put it back, or answer a visit
that found it gone. Each is a further version that names who did it and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.entity_hand import EntityTarget, Hand, checked_reason, hand_on
from server.operations.list_meanings import meanings_of
from server.operations.places import communes_in_order
from server.operations.read_entity import may_manage
from server.operations.sights import managing_sight_of
from server.operations.write_entity import with_deletion
from server.registers.households import (
    LAST_SURVEY_YEAR,
    MERGED_INTO,
    NAMED,
    PARENT,
    POINT,
    STATUS,
    STATUS_DATE,
    VISIT_RESULT,
)
from server.registers.lists import COMMUNE, VILLAGE
from server.registers.properties import PropertyKind, PropertyMeaning
from server.registers.reach import HOUSEHOLDS
from server.registers.versions import Action, amended, unchanged
from server.registers.versions import Conflict as VersionConflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.register import EntityLine
    from server.territory.units import UnitPeriod

NOT_TYPED: Final = frozenset({NAMED, PARENT, MERGED_INTO, POINT, LAST_SURVEY_YEAR, VISIT_RESULT, COMMUNE})
"""Properties nobody types: they come from forms, or follow from the village."""
STATUSES: Final = ("active", "moved_out", "gone")
_STATUS_OF: Final = {"moved": "moved_out", "gone": "gone"}
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class EntityForm:
    """What somebody may correct of an entity: its properties as they stand, what they mean, and where it may lie."""

    line: EntityLine
    meanings: Mapping[str, PropertyMeaning]
    names: tuple[str, ...]
    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]


@dataclass(frozen=True, slots=True)
class EntityEdit:
    """What somebody typed."""

    target: EntityTarget
    label: str
    values: Mapping[str, str]
    reason: str


def read_entity_form(services: Services, account: Account, entity_key: int) -> EntityForm:
    """Return what can be corrected; raises NotFound ``access.not_found`` where the account may not change it."""
    here, today = services.atlas.current(), services.today()
    with services.reading(managing_sight_of(account, today)) as uow:
        line = uow.register.one(entity_key)
        if line is None or not may_manage(services, account, line, here):
            raise NotFound("access.not_found")
        means = meanings_of(services, uow, line)
    communes = communes_in_order(here, units_for(account, Permission.MANAGE_REGISTER, today), today)
    villages = tuple(one for commune in communes for one in here.territory.children(commune.unit_id, today))
    mine = here.scope_of(units_for(account, Permission.MANAGE_REGISTER, today))
    reachable = tuple(one for one in villages if mine.covers(one.unit_id))
    return EntityForm(line, means, editable(line, means), communes, reachable)


def editable(line: EntityLine, means: Mapping[str, PropertyMeaning]) -> tuple[str, ...]:
    """Return the properties that may be typed: those the forms know and those the entity has, the label not counted."""
    return tuple(name for name in dict.fromkeys((*means, *line.properties)) if name not in NOT_TYPED)


def edit_entity(services: Services, account: Account, edit: EntityEdit) -> bool:
    """Write what was typed; tell whether that changed anything.

    Raises what `hand_on` raises, InvalidInput ``register.reason_needed``, ``register.label_needed``,
    ``register.bad_value`` (name), Conflict ``register.is_merged``.
    """
    with hand_on(services, account, edit.target) as hand:
        _check_not_merged(hand)
        reason, label = checked_reason(edit.reason), " ".join(edit.label.split())[:_LONGEST]
        if not label:
            raise InvalidInput("register.label_needed")
        means = meanings_of(services, hand.uow, hand.line)
        allowed = frozenset(editable(hand.line, means))
        typed = {name: text.strip() for name, text in edit.values.items() if name in allowed}
        for name, text in typed.items():
            _check(hand, name, text, means.get(name))
        new = amended(hand.stored.state, typed, label=label, action=Action.UPDATE)
        if new is not None:
            hand.write(new, hand.add_batch("change", reason))
        return new is not None


def remove_entity(services: Services, account: Account, target: EntityTarget, reason: str) -> None:
    """Take an entity off the register; phones drop it, its history stays. Raises as `edit_entity` does."""
    _set_deletion(services, account, target, reason=reason, is_deleted=True)


def restore_entity(services: Services, account: Account, target: EntityTarget, reason: str) -> None:
    """Put a removed entity back. Raises as `edit_entity` does."""
    _set_deletion(services, account, target, reason=reason, is_deleted=False)


def answer_proposal(services: Services, account: Account, target: EntityTarget, *, leaves: bool, reason: str) -> None:
    """Say whether a household has really left, as a visit found; raises Conflict ``register.nothing_proposed``."""
    with hand_on(services, account, target) as hand:
        if not hand.line.is_leaving:
            raise Conflict("register.nothing_proposed")
        found = hand.stored.state.values.get(VISIT_RESULT, "")
        left = {STATUS: _STATUS_OF[found], STATUS_DATE: services.today().isoformat()}
        new = amended(hand.stored.state, left if leaves else {VISIT_RESULT: ""}, label=None, action=Action.UPDATE)
        assert new is not None, "a proposal is open only while it would change something"
        hand.write(new, hand.add_batch("change", checked_reason(reason)))


def _set_deletion(services: Services, account: Account, target: EntityTarget, *, reason: str, is_deleted: bool) -> None:
    with hand_on(services, account, target) as hand:
        _check_not_merged(hand)
        if hand.stored.state.is_deleted is is_deleted:
            raise Conflict("register.changed_meanwhile")
        action = Action.WITHDRAW if is_deleted else Action.UNDO
        new = unchanged(hand.stored.state, action=action, conflict=VersionConflict.NONE)
        hand.write(
            new, hand.add_batch("change", checked_reason(reason)), with_deletion(hand.stored, is_deleted=is_deleted)
        )


def _check_not_merged(hand: Hand) -> None:
    if hand.stored.merged_into_id is not None:
        raise Conflict("register.is_merged")


def _check(hand: Hand, name: str, text: str, meaning: PropertyMeaning | None) -> None:
    """Raise InvalidInput ``register.bad_value`` for what no form could have sent; what stands already may stay."""
    if text == hand.stored.state.values.get(name, ""):
        return
    if len(text) > _LONGEST or not _is_sound(hand, name, text, meaning):
        raise InvalidInput("register.bad_value", name=name)


def _is_sound(hand: Hand, name: str, text: str, meaning: PropertyMeaning | None) -> bool:
    if name == VILLAGE:
        return _may_lie_at(hand, text) if text else hand.line.list_name != HOUSEHOLDS
    if name == STATUS and not (meaning and meaning.choices):
        return text in ("", *STATUSES)
    return not text or meaning is None or _fits(text, meaning)


def _fits(text: str, meaning: PropertyMeaning) -> bool:
    match meaning.kind:
        case PropertyKind.ONE | PropertyKind.SEVERAL:
            return set(text.split()) <= {one.value for one in meaning.choices}
        case PropertyKind.NUMBER:
            return text.isascii() and text.isdigit()
        case PropertyKind.DATE:
            return _is_day(text)
        case PropertyKind.TEXT:
            return True


def _may_lie_at(hand: Hand, code: str) -> bool:
    """Tell whether a village is one of today in the territory of who writes."""
    here: Map = hand.services.atlas.current()
    today = hand.services.today()
    unit_id = here.territory.find_on(code, (today,))
    units = units_for(hand.account, Permission.MANAGE_REGISTER, today)
    return unit_id is not None and here.scope_of(units).covers(unit_id)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""What a change does to an entity: a further version, with its conflict if it has one, or a wait for what comes before.

Versions are never replaced; every update is applied to the newest, and what it may have overwritten is said by the
conflict it carries. A phone numbers its offline updates along a branch; a link that is missing makes the later ones
wait. Source: ODK Entities specification, Offline Entities, https://getodk.github.io/xforms-spec/entities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.registers.changes import EntityChange

LABEL: Final = "label"
"""The name under which a version's list of changed properties holds the label."""


class Conflict(StrEnum):
    """Whether others changed the entity since the device saw it.

    HARD: it set a property to something else than they did. SOFT: they changed other properties, or came in between.
    """

    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


class Action(StrEnum):
    """What made a version."""

    CREATE = "create"
    UPDATE = "update"
    CORRECT = "correct"
    """An edit of the record that made an earlier version."""
    WITHDRAW = "withdraw"
    """The record no longer asks for it."""
    IMPORT = "import"
    MERGE = "merge"
    UNDO = "undo"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version as later ones are decided by it."""

    version: int
    changed: frozenset[str]
    """The properties it changed, and `LABEL`."""
    branch_id: str = ""
    branch_base_version: int | None = None
    """The version the device had when it made this one, by its own numbers."""


@dataclass(frozen=True, slots=True)
class EntityState:
    """An entity as it stands, with its past; version 0 is one that is only awaited."""

    version: int = 0
    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    past: tuple[PastVersion, ...] = ()
    is_deleted: bool = False

    @property
    def exists(self) -> bool:
        """Tell whether it was ever created."""
        return self.version > 0

    def changed_since(self, version: int) -> frozenset[str]:
        """Return what was changed after that version."""
        return frozenset().union(*(one.changed for one in self.past if one.version > version))


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The version a change makes."""

    version: int
    label: str
    values: Mapping[str, str]
    changed: frozenset[str]
    action: Action
    conflict: Conflict
    base_version: int | None = None
    trunk_version: int | None = None
    branch_id: str = ""
    branch_base_version: int | None = None
    remarks: tuple[str, ...] = ()
    """Codes of what is odd about it, for the record's findings."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The change must wait for the link of its branch before it, or for the entity itself."""

    remark: str


class StandsOn(Protocol):
    """What says which version it was made on: a change, or what is remembered of one that waits."""

    @property
    def base_version(self) -> int | None: ...
    @property
    def trunk_version(self) -> int | None: ...
    @property
    def branch_id(self) -> str: ...


class Arrived:
    """What has come of an entity: which changes it lets go, without a look at each of those that wait on."""

    def __init__(self, state: EntityState) -> None:
        self._version = state.version
        self._links = {(one.branch_id, one.branch_base_version) for one in state.past}

    def add(self, made: NewVersion) -> None:
        """Take note of a version that was made since."""
        self._version = made.version
        self._links.add((made.branch_id, made.branch_base_version))

    def lets_go(self, waiting: StandsOn) -> bool:
        """Tell whether a waiting update may have what it stands on; one that names no branch has to be tried."""
        wanted = waiting.base_version
        if not waiting.branch_id or wanted is None:
            return not waiting.branch_id
        return wanted <= self._version if _is_of_ours(waiting) else (waiting.branch_id, wanted - 1) in self._links


EXISTS: Final = "entity.exists"
BLANK_LABEL: Final = "entity.blank_label"
UNKNOWN: Final = "entity.unknown"
EARLIER_MISSING: Final = "entity.earlier_missing"
BASE_UNKNOWN: Final = "entity.base_unknown"
DELETED: Final = "entity.deleted"
REDIRECTED: Final = "entity.redirected"
SURVEYED_TWICE: Final = "entity.surveyed_twice"
SURVEYED_ELSEWHERE: Final = "entity.surveyed_elsewhere"
"""What is told of the same where the other record is out of sight: never kept."""
OUT_OF_TERRITORY: Final = "entity.out_of_territory"
REGISTER_REMARKS: Final = (
    EXISTS,
    BLANK_LABEL,
    UNKNOWN,
    EARLIER_MISSING,
    BASE_UNKNOWN,
    DELETED,
    REDIRECTED,
    SURVEYED_TWICE,
    OUT_OF_TERRITORY,
)
"""Codes of findings that registers add to a record; they depend on what else arrived, not on the record alone."""


def is_as_fetched(change: EntityChange) -> bool:
    """Tell whether the device updates the very version it fetched, or the one its own create made."""
    base, trunk = change.base_version, change.trunk_version
    return change.updates and base is not None and (base == trunk or (base == 1 and trunk is None))


def decide(change: EntityChange, state: EntityState, *, forced: bool = False) -> NewVersion | Wait:
    """Return what *change* makes of the entity; a *forced* one no longer waits.

    An update wins over a create where a block asks for both and the entity is there.
    """
    if not state.exists:
        if change.creates:
            return _created(change, ())
        return _created(change, (UNKNOWN,)) if forced else Wait(UNKNOWN)
    base = _base(change, state)
    if base is None and not forced and change.updates and change.branch_id:
        return Wait(EARLIER_MISSING)
    return _updated(change, state, base)


def amended(
    state: EntityState, values: Mapping[str, str], *, label: str | None, action: Action, since: int | None = None
) -> NewVersion | None:
    """Return the version that sets *values* outside any branch; None where that changes nothing.

    *since* is the version these values were right for: what others changed after it makes a conflict.
    """
    changed = _differing(state, values, label)
    if not changed:
        return None
    conflict = Conflict.NONE if since is None else _conflict(state, since, changed, changed)
    return NewVersion(
        version=state.version + 1,
        label=label or state.label,
        values={**state.values, **values},
        changed=changed,
        action=action,
        conflict=conflict,
        base_version=state.version if since is None else since,
    )


def unchanged(state: EntityState, *, action: Action, conflict: Conflict) -> NewVersion:
    """Return a version that says the same of the entity; for what changes about it rather than in it."""
    return NewVersion(
        version=state.version + 1,
        label=state.label,
        values=state.values,
        changed=frozenset(),
        action=action,
        conflict=conflict,
        base_version=state.version,
    )


def _created(change: EntityChange, remarks: tuple[str, ...]) -> NewVersion:
    blank = () if change.label else (BLANK_LABEL,)
    return NewVersion(
        version=1,
        label=change.label or change.entity_id[:8],
        values={name: text for name, text in change.values.items() if text},
        changed=frozenset(change.values) | {LABEL},
        action=Action.CREATE,
        conflict=Conflict.NONE,
        branch_id=change.branch_id if remarks else "",
        branch_base_version=change.base_version if remarks else None,
        remarks=(*remarks, *blank),
    )


def _base(change: StandsOn, state: EntityState) -> int | None:
    """Return our version the device's own update stands on; None where that has not arrived."""
    wanted = change.base_version
    if wanted is None or _is_of_ours(change):
        return wanted if wanted is not None and wanted <= state.version else None
    before = (one for one in state.past if one.branch_id == change.branch_id)
    return next((one.version for one in before if one.branch_base_version == wanted - 1), None)


def _is_of_ours(change: StandsOn) -> bool:
    """Tell whether its base is counted as ours are, and not by the device within its own branch."""
    trunk = 1 if change.trunk_version is None else change.trunk_version
    return not change.branch_id or change.base_version == trunk


def _updated(change: EntityChange, state: EntityState, base: int | None) -> NewVersion:
    changed = _differing(state, change.values, change.label)
    received = frozenset(change.values) | ({LABEL} if change.label else frozenset())
    conflict = _conflict(state, 0 if base is None else base, changed, received)
    if base is not None and conflict is Conflict.NONE and _is_interrupted(change, state):
        conflict = Conflict.SOFT
    return NewVersion(
        version=state.version + 1,
        label=change.label or state.label,
        values={**state.values, **change.values},
        changed=changed,
        action=Action.UPDATE,
        conflict=conflict,
        base_version=base,
        trunk_version=change.trunk_version,
        branch_id=change.branch_id,
        branch_base_version=change.base_version,
        remarks=_remarks(change, state, base),
    )


def _remarks(change: EntityChange, state: EntityState, base: int | None) -> tuple[str, ...]:
    found = [EXISTS] if not change.updates else [BASE_UNKNOWN] if base is None else []
    return (*found, *((DELETED,) if state.is_deleted else ()))


def _conflict(state: EntityState, base: int, changed: frozenset[str], received: frozenset[str]) -> Conflict:
    if base == state.version:
        return Conflict.NONE
    theirs = state.changed_since(base)
    if changed & theirs:
        return Conflict.HARD
    return Conflict.SOFT if theirs or received else Conflict.NONE


def _is_interrupted(change: EntityChange, state: EntityState) -> bool:
    """Tell whether others came in between the updates of this branch."""
    trunk = change.trunk_version or 1
    return bool(change.branch_id) and any(
        one.version > trunk and one.branch_id != change.branch_id for one in state.past
    )


def _differing(state: EntityState, values: Mapping[str, str], label: str | None) -> frozenset[str]:
    names: Iterable[str] = (name for name, text in values.items() if state.values.get(name, "") != text)
    return frozenset(names) | ({LABEL} if label and label != state.label else frozenset())

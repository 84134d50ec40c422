"""What there is to choose between when an entity is in conflict: property by property, what each version says.

Nothing was lost when the conflict arose: every update stands as a version. To settle is to say, for each property that
more than one of them wrote, which of their values is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from server.registers.versions import LABEL, Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Written(Protocol):
    """A version as far as it matters here."""

    @property
    def version(self) -> int:
        """Return its number."""

    @property
    def label(self) -> str:
        """Return the entity's label as of it."""

    @property
    def properties(self) -> Mapping[str, str]:
        """Return the entity's properties as of it."""

    @property
    def changed(self) -> Sequence[str]:
        """Return what it changed."""

    @property
    def base_version(self) -> int | None:
        """Return the version its device had."""

    @property
    def conflict(self) -> Conflict:
        """Return the conflict it made."""

    @property
    def is_open_conflict(self) -> bool:
        """Tell whether nobody settled that."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value of a property, with the latest version that says so."""

    value: str
    version: int
    is_now: bool


@dataclass(frozen=True, slots=True)
class Contested:
    """A property about which versions differ, the present value first."""

    name: str
    candidates: tuple[Candidate, ...]


def contested(versions: Sequence[Written]) -> tuple[Contested, ...]:
    """Return what is to choose of an entity with these versions, the newest first; the label before all else.

    The open conflicts count, or, where all are settled, every conflict there was: it can be settled once more.
    """
    disputes = [one for one in versions if one.is_open_conflict]
    disputes = disputes or [one for one in versions if one.conflict is not Conflict.NONE]
    if not disputes:
        return ()
    since = min(one.version - 1 if one.base_version is None else one.base_version for one in disputes)
    involved = [one for one in versions if one.version >= since]
    names = {name for one in involved if one.version > since for name in one.changed}
    found = (_contested(name, involved) for name in sorted(names, key=lambda name: (name != LABEL, name)))
    return tuple(one for one in found if len(one.candidates) > 1)


def value_of(one: Written, name: str) -> str:
    """Return what a version says of a property, or of the label."""
    return one.label if name == LABEL else one.properties.get(name, "")


def _contested(name: str, involved: Sequence[Written]) -> Contested:
    latest: dict[str, int] = {}
    for one in involved:
        latest.setdefault(value_of(one, name), one.version)
    now = value_of(involved[0], name)
    return Contested(name, tuple(Candidate(value, version, value == now) for value, version in latest.items()))

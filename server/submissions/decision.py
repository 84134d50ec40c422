"""What an arriving instance is to the record it belongs to.

The hard question of every survey server, as one pure function: new, an edit, the same again, or other content under a
known id. Versions form a tree by deprecatedID; they may arrive in any order, so a decision never depends on the parent
being here. Source: openrosa metadata, https://docs.getodk.org/openrosa-metadata/ (deprecatedID).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version we hold, in order of arrival."""

    version_id: int
    instance_id: str
    deprecated_id: str | None
    sha256: str
    is_correction: bool = False
    """Made at the office: no edit that a phone sends beside it takes its place by itself."""


@dataclass(frozen=True, slots=True)
class History:
    """The record an instance belongs to, locked, with the versions it already has."""

    submission_id: int
    review_state: str
    current_version_id: int | None
    versions: tuple[KnownVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """The first we see of this record."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A further version. *becomes_current*: it is what the record now says, else it slots in behind."""

    becomes_current: bool
    is_branch: bool
    """Another edit of the same parent came before: both are kept, the first stays current."""


@dataclass(frozen=True, slots=True)
class Resend:
    """Byte for byte what we have: perhaps it brings files."""

    version_id: int


@dataclass(frozen=True, slots=True)
class OtherContent:
    """The same instanceID with other bytes: goes to the tray, overwrites nothing."""

    version_id: int


Decision = New | Edit | Resend | OtherContent


def decide(instance_id: str, deprecated_id: str | None, sha256: str, history: History) -> Decision:
    """Return what an instance with these ids and bytes is to *history*."""
    for known in history.versions:
        if known.instance_id == instance_id:
            return Resend(known.version_id) if known.sha256 == sha256 else OtherContent(known.version_id)
    if not history.versions:
        return New()
    arriving = KnownVersion(0, instance_id, deprecated_id, sha256)
    is_branch = deprecated_id is not None and any(one.deprecated_id == deprecated_id for one in history.versions)
    return Edit(becomes_current=current_of((*history.versions, arriving)) is arriving, is_branch=is_branch)


def current_of(versions: tuple[KnownVersion, ...]) -> KnownVersion:
    """Return the version a record says: the end of the longest chain, the earliest arrived where two are as long.

    *versions* are in order of arrival and not empty. Parents not yet here count as one link, so that the answer for a
    chain is the same in whatever order it arrives. What was corrected at the office stays in the chain: the newest
    correction, or what replaces it.
    """
    parents = {one.instance_id: one.deprecated_id for one in versions}
    depths = _depths(parents)
    corrections = [one.instance_id for one in versions if one.is_correction]
    standing = _standing_on(corrections[-1], parents) if corrections else parents.keys()
    return max((one for one in versions if one.instance_id in standing), key=lambda one: depths[one.instance_id])


def _standing_on(root: str, parents: Mapping[str, str | None]) -> set[str]:
    """Return the id *root* and those of all that replace it, however many edits away."""
    replacing: dict[str, list[str]] = {}
    for instance_id, parent in parents.items():
        if parent is not None:
            replacing.setdefault(parent, []).append(instance_id)
    found, waiting = {root}, [root]
    while waiting:
        further = [one for one in replacing.get(waiting.pop(), ()) if one not in found]
        found.update(further)
        waiting.extend(further)
    return found


def _depths(parents: Mapping[str, str | None]) -> dict[str, int]:
    """Return how many versions each chain has up to each of them; every link is walked once, rings included."""
    depths: dict[str, int] = {}
    for start in parents:
        trail: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in depths and here not in trail:
            trail[here] = None
            here = parents.get(here)
        depths |= _depths_along(list(trail), here, depths)
    return depths


def _depths_along(trail: list[str], end: str | None, depths: Mapping[str, int]) -> dict[str, int]:
    """Return the depths along *trail*, child first, which ends before *end*: known, nothing, or a ring into itself."""
    ring_at = trail.index(end) if end in trail else len(trail)
    ring, before = trail[ring_at:], trail[:ring_at]
    below = len(ring) or depths.get(end or "", 0)
    found = dict.fromkeys(ring, len(ring))
    return found | {one: below + place for place, one in enumerate(reversed(before), start=1)}

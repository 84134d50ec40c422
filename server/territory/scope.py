"""Scope: the set of units whose records an actor may see.

A post on a unit covers the unit, all that lies in it and all that came before it, in every boundary frame
(old units are placed under their successors, see `frames`). Who holds which post is for `server.access`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.territory.frames import AncestorRow
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of unit ids; the empty one covers nothing."""

    unit_ids: frozenset[UnitId]

    def covers(self, unit_id: UnitId) -> bool:
        """Return whether records of that unit lie in this scope."""
        return unit_id in self.unit_ids

    def is_empty(self) -> bool:
        """Return whether nothing is covered."""
        return not self.unit_ids


def scope_of(post_units: Iterable[UnitId], ancestors: Iterable[AncestorRow]) -> Scope:
    """Return what posts on *post_units* cover: themselves, their descendants and predecessors in every frame."""
    posts = frozenset(post_units)
    return Scope(posts | {row.unit_id for row in ancestors if row.ancestor_id in posts})

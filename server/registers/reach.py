"""Which entities of a list travel to a phone: a rule per list, answered with units and a holder.

The rules of the lists this server ships are data here; a list nobody named reaches as little as possible. What a unit
covers is said by `server.territory`; nothing here reads rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.territory.units import UnitId

HOUSEHOLDS: Final = "households"
CLUBS: Final = "clubs"
MODELS: Final = "models"
TRUSTED_ADDRESSES: Final = "trusted_addresses"
STAFF: Final = "staff"


class Reach(StrEnum):
    """Whose phones an entity travels to."""

    POSTS = "posts"
    """Of those whose post covers its unit."""
    COMMUNES = "communes"
    """Of those who work anywhere in its commune."""
    HOLDER = "holder"
    """Of the one who made it known, while her post covers its commune."""
    OFFICERS = "officers"
    """Of those whose post is a commune or more: a list of staff is not for villages."""


REACH_OF: Final[Mapping[str, Reach]] = MappingProxyType(
    {
        HOUSEHOLDS: Reach.POSTS,
        CLUBS: Reach.COMMUNES,
        MODELS: Reach.COMMUNES,
        TRUSTED_ADDRESSES: Reach.HOLDER,
        STAFF: Reach.OFFICERS,
    }
)
"""The lists this server knows; any other reaches by `Reach.POSTS`."""

SENSITIVE_LISTS: Final = frozenset({TRUSTED_ADDRESSES})
"""Lists whose very places are a danger: shown to incident officers and their holders alone, never on a map."""

ENDED: Final = frozenset({"moved_out", "merged", "gone"})
"""What a property ``status`` says of a household that is no longer looked after here."""


def reach_of(name: str) -> Reach:
    """Return the rule of the list of that name."""
    return REACH_OF.get(name, Reach.POSTS)


def is_live(values: Mapping[str, str]) -> bool:
    """Tell whether an entity with these properties is still to be listed."""
    return values.get("status", "") not in ENDED


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a collaborator works, in the three widths the rules ask for."""

    collaborator_id: int
    covered: frozenset[UnitId]
    """What lies below her posts, in any frame."""
    communes: frozenset[UnitId]
    """What lies below the communes her posts lie in or cover."""
    officer: frozenset[UnitId]
    """What lies below those of her posts that are a commune or more, and the provinces they lie in."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of a list travels: entities in *units*, and of those only the holder's where *holder_id* is given."""

    units: frozenset[UnitId]
    holder_id: int | None = None


def share_of(reach: Reach, posting: Posting) -> Share:
    """Return what of a list with that rule travels to somebody posted there."""
    match reach:
        case Reach.POSTS:
            return Share(posting.covered)
        case Reach.COMMUNES:
            return Share(posting.communes)
        case Reach.HOLDER:
            return Share(posting.communes, posting.collaborator_id)
        case Reach.OFFICERS:
            return Share(posting.officer)

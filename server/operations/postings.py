"""Where a collaborator works, in the widths that the rules of lists ask for; worked out once per post and day."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.registers.reach import Posting
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.operations.atlas import Map
    from server.territory.units import UnitId

_OFFICER_LEVELS: Final = frozenset({Level.PROVINCE, Level.DISTRICT, Level.COMMUNE})


def posting_of(here: Map, collaborator_id: int, post_units: frozenset[UnitId], today: date) -> Posting:
    """Return the widths of *post_units* on that day."""
    covered, communes, officer = _widths(here, post_units, here.epoch_of(today))
    return Posting(collaborator_id, covered, communes, officer)


def staff_units_of(here: Map, post_units: frozenset[UnitId], today: date) -> frozenset[UnitId]:
    """Return where people of the staff list are seen from these posts; nowhere from that of a village."""
    return _widths(here, post_units, here.epoch_of(today))[2]


@lru_cache(maxsize=4096)
def _widths(
    here: Map, post_units: frozenset[UnitId], on: date
) -> tuple[frozenset[UnitId], frozenset[UnitId], frozenset[UnitId]]:
    posts = frozenset(one for one in post_units if here.territory.period(one, on).level in _OFFICER_LEVELS)
    offices = posts | here.communes_served(posts, on)
    above = {here.territory.period(one, on).parent_id for one in offices}
    return (
        here.scope_of(post_units).unit_ids,
        here.scope_of(post_units | here.communes_served(post_units, on)).unit_ids,
        here.scope_of(offices).unit_ids | {one for one in above if one is not None},
    )

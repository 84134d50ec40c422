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
    """Return where people of the staff list are read at the console from these posts; nowhere from that of a village.

    Narrower than what travels to a phone: who works where the places of a unit that ended lie now is read there alone.
    """
    return _offices(here, post_units, here.epoch_of(today))


@lru_cache(maxsize=4096)
def _offices(here: Map, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
    offices = _posted_above_villages(here, post_units, on)
    return here.scope_of(offices).unit_ids | _above(here, offices, on)


@lru_cache(maxsize=4096)
def _widths(
    here: Map, post_units: frozenset[UnitId], on: date
) -> tuple[frozenset[UnitId], frozenset[UnitId], frozenset[UnitId]]:
    offices = _posted_above_villages(here, post_units, on)
    served = here.communes_served(offices, on)
    return (
        here.scope_of(post_units).unit_ids,
        here.scope_of(post_units | here.communes_served(post_units, on)).unit_ids,
        here.scope_of(offices | served).unit_ids | _above(here, offices, on),
    )


def _posted_above_villages(here: Map, post_units: frozenset[UnitId], on: date) -> frozenset[UnitId]:
    return frozenset(one for one in post_units if here.territory.period(one, on).level in _OFFICER_LEVELS)


def _above(here: Map, offices: frozenset[UnitId], on: date) -> frozenset[UnitId]:
    """Return what these and the communes they serve lie in: the province, whose staff all may ask."""
    above = (here.territory.period(one, on).parent_id for one in offices | here.communes_served(offices, on))
    return frozenset(one for one in above if one is not None)

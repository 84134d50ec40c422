"""Who signs for a unit: its own officer, and for a unit that has ended whoever came after it.

A province does not sign for a commune that has officers to give a post to, nor a village for its commune. What was
before a change of boundaries is signed for from any post that covers it now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.errors import Forbidden

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Actor
    from server.operations.atlas import Map
    from server.territory.units import UnitId


def authorise_signing(here: Map, actor: Actor, unit_id: UnitId, today: date) -> None:
    """Let the actor sign for the unit.

    Raises what `authorise` raises for LOCK_PERIODS there, Forbidden ``locks.other_level`` (unit) for a post above it.
    """
    authorise(actor, Permission.LOCK_PERIODS, unit_id, scope_of=here.scope_of, on=today)
    if not may_sign(here, actor, unit_id, today):
        raise Forbidden("locks.other_level", unit=here.territory.name(unit_id, today))


def may_sign(here: Map, actor: Actor, unit_id: UnitId, today: date) -> bool:
    """Return whether the actor signs for the unit today."""
    posts = units_for(actor, Permission.LOCK_PERIODS, today)
    covering = [one for one in posts if here.scope_of([one]).covers(unit_id)]
    unit = here.territory.period(unit_id, today)
    if not unit.is_valid_on(today):
        return bool(covering)
    return any(here.territory.period(one, today).level is unit.level for one in covering)

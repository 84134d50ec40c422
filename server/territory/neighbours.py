"""Who a unit is compared with: those of its parent, and for communes those of the same district, old or not.

Districts ended on 30 June 2025, when 102 communes became 40 under the province; those made from communes of one old
district still are neighbours. A village's neighbours are those of its commune, a district's those of its province.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from datetime import date

    from server.territory.collection import Territory
    from server.territory.units import UnitPeriod


def neighbours_of(territory: Territory, unit_id: UnitId, on: date) -> tuple[UnitPeriod, ...]:
    """Return the units of that day to compare a unit with, itself too, in Vietnamese order; none for a province.

    Raises NotFound ``territory.unknown_unit``.
    """
    own = territory.period(unit_id, on)
    if own.parent_id is None:
        return ()
    siblings = territory.children(own.parent_id, on)
    if own.level is not Level.COMMUNE or territory.period(own.parent_id, on).level is Level.DISTRICT:
        return siblings
    districts = old_districts_of(territory, unit_id)
    near = [one for one in siblings if districts & old_districts_of(territory, one.unit_id)]
    return tuple(near) or siblings


def old_districts_of(territory: Territory, unit_id: UnitId) -> frozenset[UnitId]:
    """Return the districts in which a unit, or what it was made from, ever lay."""
    origins = _origins(territory, unit_id)
    parents = {one.parent_id for origin in origins for one in territory.periods_of(origin) if one.parent_id is not None}
    return frozenset(
        parent for parent in parents if any(one.level is Level.DISTRICT for one in territory.periods_of(parent))
    )


def _origins(territory: Territory, unit_id: UnitId) -> set[UnitId]:
    """Return the unit and all it was made from, however long ago."""
    found, waiting = set[UnitId](), [unit_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += territory.predecessors(one)
    return found

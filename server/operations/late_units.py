"""What came late to a number of communes: which of them came or went, and the records that moved each.

Such a figure counts communes in which there is something, so records do not add up to its difference: three more in a
commune that had one already change nothing, and the last one taken back takes the commune.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.operations.figure_sums import members_of
from server.operations.unit_parts import units_in, wholly_below
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.storage.repositories.locks import LateExtent
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class LateUnits:
    """*changes* by unit: 1 for one that counts now and did not, -1 the other way, 0 for one that only moved.

    *holding* says in which of these units others lie.
    """

    changes: Mapping[UnitId, int]
    holding: Mapping[UnitId, UnitId]


def late_units(uow: UnitOfWork, here: Map, extent: LateExtent, indicator: Indicator) -> LateUnits:
    """Return the units of *indicator*'s level that moved since the lock, on its boundaries."""
    assert indicator.denominator is not None, "it counts units of all there are"
    members = members_of(here, extent.frame, Level(indicator.denominator.measure))
    members &= units_in(here, extent.frame, extent.unit_id)
    below = wholly_below(here, extent.frame)
    holding = {unit_id: member for member in members for unit_id in below.get(member, frozenset())}
    moved: dict[UnitId, int] = defaultdict(int)
    for unit_id, thousandths in uow.locks.late_by_unit(extent, indicator.numerator).items():
        if unit_id in holding:
            moved[holding[unit_id]] += thousandths
    now = uow.figure_tables.sums(
        Extent(extent.lock.project_id, extent.year, extent.frame, frozenset(moved)), [indicator.numerator], ()
    )
    changes: dict[UnitId, int] = {}
    for member, thousandths in moved.items():
        added = now.get((member, indicator.numerator))
        amount = 0 if added is None else added.thousandths
        changes[member] = (amount > 0) - (amount - thousandths > 0)
    return LateUnits(changes, holding)

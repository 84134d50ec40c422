"""The households of one village for a walk from house to house: how many are left this year, and a list to print.

A collaborator without a charged phone walks with paper; what she writes there is typed in later. The list holds names,
so it opens only in the sight of a register, and says nothing that was answered in a visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.indicators.deadlines import due_day
from server.indicators.periods import Period
from server.operations.browse_register import Show, shown_as
from server.operations.places import place_names
from server.operations.plan_deadlines import deadlines_in_force
from server.operations.sights import Desk, register_sight_of
from server.registers.reach import HOUSEHOLDS
from server.storage.repositories.register import EntityFilters
from server.storage.visible import Reading
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.register import EntityLine

MOST_HOUSEHOLDS: Final = 600
"""More than any village of the province has; what is beyond is said to be missing."""


@dataclass(frozen=True, slots=True)
class VillageSheet:
    """The households of a village, by house number; *place* names it and its commune."""

    unit_id: UnitId
    place: tuple[str, ...]
    year: int
    households: tuple[EntityLine, ...]
    is_cut: bool
    only_unsurveyed: bool


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """How many households of some villages have no survey this year, by village, and until when it is time."""

    year: int
    households: tuple[tuple[UnitId, str, int], ...]
    """Village, its name, and how many are left; counting stops at `MOST_HOUSEHOLDS`."""
    due_on: date | None

    @property
    def count(self) -> int:
        """Return how many are left in all of them."""
        return sum(count for _, _, count in self.households)


def read_village_sheet(
    services: Services, account: Account, unit_id: UnitId, *, only_unsurveyed: bool = False
) -> VillageSheet:
    """Return the households of a village in the account's sight; raises NotFound ``access.not_found``."""
    today, here = services.today(), services.atlas.current()
    sight = register_sight_of(account, Desk.EVERYDAY, here, today=today)
    is_village = here.territory.holds(unit_id) and here.territory.period(unit_id, today).level is Level.VILLAGE
    if not (is_village and here.scope_of(sight.units).covers(unit_id)):
        raise NotFound("access.not_found")
    with services.reading(Reading(frozenset({unit_id}))) as uow:
        village = EntityFilters(uow.register.list_ids(HOUSEHOLDS, is_practice=False), units=(unit_id,))
        filters = shown_as(village, Show.UNSURVEYED if only_unsurveyed else Show.ACTIVE, today.year)
        places = uow.register.places(filters, at_most=MOST_HOUSEHOLDS + 1)
        lines = uow.register.lines([one.key for one in places])
    ordered = sorted(lines.values(), key=_by_number)
    return VillageSheet(
        unit_id=unit_id,
        place=place_names(here, unit_id, today),
        year=today.year,
        households=tuple(ordered[:MOST_HOUSEHOLDS]),
        is_cut=len(ordered) > MOST_HOUSEHOLDS,
        only_unsurveyed=only_unsurveyed,
    )


def read_work_left(services: Services, account: Account, units: Collection[UnitId], *, project_id: int) -> WorkLeft:
    """Return what is left of this year's surveys in those of the villages that are in the account's sight."""
    today, here = services.today(), services.atlas.current()
    scope = here.scope_of(register_sight_of(account, Desk.EVERYDAY, here, today=today).units)
    villages = [one for one in _villages(services, units) if scope.covers(one)]
    with services.reading(Reading(frozenset(villages))) as uow:
        list_ids = uow.register.list_ids(HOUSEHOLDS, is_practice=False)
        asked = [shown_as(EntityFilters(list_ids, units=(one,)), Show.UNSURVEYED, today.year) for one in villages]
        counts = uow.register.counts(asked, at_most=MOST_HOUSEHOLDS) if asked else ()
        due_on = due_day(deadlines_in_force(uow, project_id), Level.COMMUNE, Period(today.year))
    named = [(one, here.territory.name(one, today), count) for one, count in zip(villages, counts, strict=True)]
    return WorkLeft(today.year, tuple(named), due_on)


def _villages(services: Services, units: Collection[UnitId]) -> list[UnitId]:
    """Return the villages that these units are or hold today."""
    today, territory = services.today(), services.atlas.current().territory
    found: dict[UnitId, None] = {}
    for unit_id in units:
        own = territory.period(unit_id, today)
        parts = (own,) if own.level is Level.VILLAGE else territory.children(unit_id, today)
        found |= {one.unit_id: None for one in parts if one.level is Level.VILLAGE}
    return list(found)


def _by_number(one: EntityLine) -> tuple[int, str, str, int]:
    """House numbers in the order of the houses: 2 before 10, those without one last."""
    text = one.properties.get("house_no", "")
    leading = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(leading[:9]) if leading else 10**9, text, one.label, one.key

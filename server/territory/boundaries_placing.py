"""Finding the unit of each feature of a boundaries file, and from which day its outline holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import InvalidInput
from server.territory.boundaries_geojson import BoundaryFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from server.territory.boundaries_geojson import ReadFeature
    from server.territory.collection import Territory
    from server.territory.outlines import Outline
    from server.territory.units import UnitId, UnitPeriod


@dataclass(frozen=True, slots=True)
class PlacedOutline:
    """The outline a unit has from a day on; without a day, ever since there has been the unit."""

    unit_id: UnitId
    code: str
    valid_from: date | None
    outline: Outline


def place_features(
    features: Sequence[ReadFeature], territory: Territory, *, since: date | None, today: date
) -> tuple[tuple[PlacedOutline, ...], tuple[BoundaryFault, ...]]:
    """Return the outlines by unit, and a fault for every feature whose unit is unknown, ended or named before.

    A code is meant as of *since*, else of today; ``CODE@date`` as of that day.
    """
    placed: dict[UnitId, PlacedOutline] = {}
    first: dict[UnitId, int] = {}
    faults = []
    for feature in features:
        if not feature.reference:
            continue
        try:
            unit = _unit(feature.reference, territory, since=since, today=today)
        except InvalidInput as refused:
            faults.append(BoundaryFault(feature.number, refused.code, refused.params))
            continue
        above = first.setdefault(unit.unit_id, feature.number)
        if above != feature.number:
            params = {"unit_code": unit.code, "name": unit.name, "first": above}
            faults.append(BoundaryFault(feature.number, "territory.geo_twice", params))
        elif feature.outline is not None:
            placed[unit.unit_id] = PlacedOutline(unit.unit_id, unit.code, since, feature.outline)
    return tuple(placed.values()), tuple(faults)


def _unit(reference: str, territory: Territory, *, since: date | None, today: date) -> UnitPeriod:
    """Return the unit meant; raises InvalidInput, also for one that there is not on the day its outline begins."""
    unit = territory.resolve(reference, since or today)
    if since is not None and not any(one.is_valid_on(since) for one in territory.periods_of(unit.unit_id)):
        raise InvalidInput("territory.geo_not_then", unit_code=unit.code, name=unit.name, on=since)
    return unit

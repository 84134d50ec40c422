"""The outline of a unit on a day, for whoever draws it or asks whether a place lies in it; None where none is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.operations.atlas import Atlas, Map
    from server.territory.boundaries import Boundary
    from server.territory.outlines import Outline
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class CommuneOutline:
    """Where the commune of a unit lay on a day, and within how many metres that is right."""

    unit_id: UnitId
    name: str
    outline: Outline
    tolerance_m: int


def commune_outline(atlas: Atlas, here: Map, unit_id: UnitId | None, *, on: date) -> CommuneOutline | None:
    """Return the outline, on that day, of the commune that *unit_id* was or lay in; at most one statement, kept."""
    boundary = commune_boundary(here, unit_id, on=on)
    if boundary is None:
        return None
    name = here.territory.name(boundary.unit_id, on)
    return CommuneOutline(boundary.unit_id, name, atlas.outline(boundary.boundary_id), boundary.tolerance_m)


def commune_boundary(here: Map, unit_id: UnitId | None, *, on: date) -> Boundary | None:
    """Return which boundary that is, without reading it."""
    if unit_id is None or here.boundaries.is_empty() or not here.territory.holds(unit_id):
        return None
    period = here.territory.period(unit_id, on)
    if period.level is Level.VILLAGE and period.parent_id is not None:
        period = here.territory.period(period.parent_id, on)
    return here.boundaries.of(period.unit_id, on) if period.level is Level.COMMUNE else None

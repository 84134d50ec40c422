"""The outlines of one's own communes as GeoJSON for a map: as fine as fits an answer that a slow line carries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.operations.places import communes_in_order, opened_commune
from server.territory.simplification import thinned

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.browse_submissions import Question
    from server.operations.services import Services
    from server.territory.boundaries import Boundary
    from server.territory.outlines import Outline

MOST_POSITIONS: Final = 1_900
"""Of all outlines together: some 40 kB, which leaves room for the names of a large province's communes."""
_READ_WHOLE: Final = 2
"""So few outlines are drawn from what is kept to the metre; more of them from their sketches."""
_LEAST_POSITIONS: Final = 8
_DECIMALS: Final = 4
_FIRST_METRES: Final = 10.0


@dataclass(frozen=True, slots=True)
class DrawnOutlines:
    """GeoJSON, and what names this state of it for a browser that has it."""

    text: str
    tag: str


def map_outlines(services: Services, account: Account, question: Question) -> DrawnOutlines:
    """Return the outlines of today of the commune asked for, else of all communes in the account's territory."""
    today, here = services.today(), services.atlas.current()
    communes = communes_in_order(here, units_for(account, question.desk.read, today), today)
    opened = opened_commune(here, communes, question.unit_id, today)
    shown = communes if opened is None else (opened,)
    boundaries = here.boundaries.among((one.unit_id for one in shown), today)
    outlines = _outlines(services, boundaries)
    names = tuple(_named(here, one, today) for one in boundaries)
    tag = "-".join([str(here.revision), today.isoformat(), *(str(one.boundary_id) for one in boundaries)])
    return DrawnOutlines(_written(outlines, names), tag)


def _outlines(services: Services, boundaries: tuple[Boundary, ...]) -> tuple[Outline, ...]:
    ids = [one.boundary_id for one in boundaries]
    if len(ids) <= _READ_WHOLE:
        return tuple(services.atlas.outline(one) for one in ids)
    with services.reading(services.operator()) as uow:
        sketches = uow.boundaries.sketches(ids)
    return tuple(sketches[one] for one in ids)


def _named(here: Map, boundary: Boundary, today: date) -> tuple[str, str]:
    period = here.territory.period(boundary.unit_id, today)
    return period.code, period.name


@lru_cache(maxsize=32)
def _written(outlines: tuple[Outline, ...], names: tuple[tuple[str, str], ...]) -> str:
    most = max(_LEAST_POSITIONS, MOST_POSITIONS // max(1, len(outlines)))
    features = [_feature(outline, *name, most) for outline, name in zip(outlines, names, strict=True)]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


def _feature(outline: Outline, code: str, name: str, most: int) -> dict[str, object]:
    drawn, _ = thinned(outline, most=most, metres=_FIRST_METRES)
    coordinates = [
        [[[round(one, _DECIMALS) for one in position] for position in ring] for ring in polygon]
        for polygon in drawn.polygons
    ]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }

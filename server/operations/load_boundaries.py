"""Load outlines of units from a GeoJSON file, all or nothing, and take a load back.

A load replaces what each of its units had from the same day on; what it replaces is kept and holds again when the load
is taken back. Records are looked at when they arrive: those already there are looked at again by a rebuild.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput, NotFound
from server.storage.repositories.unit_boundaries import KeptOutline
from server.territory.boundaries_geojson import read_boundaries
from server.territory.boundaries_placing import place_features
from server.territory.outlines import written
from server.territory.simplification import thinned

if TYPE_CHECKING:
    from datetime import date

    from server.operations.services import Services
    from server.storage.repositories.unit_boundaries import BoundaryLoad
    from server.territory.boundaries_placing import PlacedOutline

log = logging.getLogger(__name__)

KEPT_POSITIONS: Final = 2_000
KEPT_METRES: Final = 3.0
"""A third of what a phone is off under the open sky."""
SKETCH_POSITIONS: Final = 120
SKETCH_METRES: Final = 30.0


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A file of boundaries and how it is meant: the property that holds the code, the day from which they hold."""

    name: str
    content: bytes
    code_property: str
    since: date | None


@dataclass(frozen=True, slots=True)
class BoundariesLoaded:
    """What a load did, or would do: how many outlines, how many of them instead of others; its number once kept."""

    boundaries: int
    replaced: int
    load_id: int | None


def load_boundaries(services: Services, file: BoundaryFile, *, is_rehearsal: bool) -> BoundariesLoaded:
    """Keep the outlines of *file*; a rehearsal only says what would be done.

    Raises InvalidInput ``territory.geo_faults`` with ``count`` and ``faults``, a tuple of every BoundaryFault.
    """
    outlines = _outlines(services, file)
    here = services.atlas.current()
    standing = {(one.unit_id, one.valid_from) for one in here.boundaries.rows}
    replaced = sum((one.unit_id, one.valid_from) in standing for one in outlines)
    if is_rehearsal:
        return BoundariesLoaded(len(outlines), replaced, None)
    kept = [_kept(one) for one in outlines]
    named = file.name, hashlib.sha256(file.content).hexdigest()
    with services.unit_of_work(services.operator()) as uow:
        load_id = uow.boundaries.add(kept, file=named, valid_from=file.since, at=services.now())
        uow.units.raise_revision()
    log.info("boundaries.loaded", extra={"load": load_id, "boundaries": len(kept)})
    return BoundariesLoaded(len(kept), replaced, load_id)


def undo_boundaries(services: Services, load_id: int) -> None:
    """Take a load back; raises NotFound ``territory.geo_no_load`` unless it holds."""
    with services.unit_of_work(services.operator()) as uow:
        if not uow.boundaries.take_back(load_id, services.now()):
            raise NotFound("territory.geo_no_load", load=load_id)
        uow.units.raise_revision()
    log.info("boundaries.undone", extra={"load": load_id})


def boundary_loads(services: Services) -> list[BoundaryLoad]:
    """Return every load, the latest first."""
    with services.reading(services.operator()) as uow:
        return uow.boundaries.loads()


def _outlines(services: Services, file: BoundaryFile) -> tuple[PlacedOutline, ...]:
    features, wrong = read_boundaries(file.content, code_property=file.code_property)
    territory = services.atlas.current().territory
    placed, unplaced = place_features(features, territory, since=file.since, today=services.today())
    faults = tuple(sorted((*wrong, *unplaced), key=lambda fault: fault.feature))
    if faults:
        raise InvalidInput("territory.geo_faults", count=len(faults), faults=faults)
    return placed


def _kept(placed: PlacedOutline) -> KeptOutline:
    outline, allowed = thinned(placed.outline, most=KEPT_POSITIONS, metres=KEPT_METRES)
    sketch, _ = thinned(outline, most=SKETCH_POSITIONS, metres=SKETCH_METRES)
    return KeptOutline(placed.unit_id, outline, round(allowed), written(outline), written(sketch))

"""Meetings with a position and made-up outlines (squares, nothing real) for tests of the map."""

from __future__ import annotations

import json

from console_world import DAK_HA, TU_MO_RONG, example, send

from server.operations.load_boundaries import BoundaryFile, load_boundaries

MIDDLES = {DAK_HA: (107.92, 14.52), TU_MO_RONG: (107.92, 14.75)}
HALF = 0.1


def squares(*codes):
    """Return a file with a square for each commune."""
    features = []
    for code in codes:
        (x, y), half = MIDDLES[code], HALF
        ring = [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def load_squares(services, *codes):
    """Load them."""
    file = BoundaryFile("ranh_gioi_mau.geojson", squares(*codes), "code", None)
    return load_boundaries(services, file, is_rehearsal=False)


def meeting(world, number, longitude, latitude, *, village="01", commune=DAK_HA):
    """Send a meeting held on that spot and return its record."""
    collaborator = "Y Mẫu" if commune == DAK_HA else "A Mẫu"
    place = f"{commune}-{village}"
    xml = example("training_event", "club_meeting", number, commune=commune, village=place, unit=place)
    spot = f"<venue_point>{latitude} {longitude} 600.0 8.5</venue_point>".encode()
    return send(world, collaborator, xml.replace(b"<venue_point />", spot)).submission_id

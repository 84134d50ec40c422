"""Plainly made-up outlines: squares of degrees around a middle, as GeoJSON and as values."""

from __future__ import annotations

import json

from server.territory.outlines import Outline


def square(longitude, latitude, half):
    """Return the ring of a square around a place."""
    west, east, south, north = longitude - half, longitude + half, latitude - half, latitude + half
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def square_outline(longitude, latitude, half):
    """Return a square as an outline."""
    return Outline.of([(square(longitude, latitude, half),)])


def feature(code, *rings, kind="Polygon", **properties):
    """Return a feature of these rings; for a MultiPolygon each ring is a polygon."""
    coordinates = list(rings) if kind == "Polygon" else [[ring] for ring in rings]
    named = {"code": code, "note": "Ranh giới mẫu, không có thật"} | properties
    return {"type": "Feature", "properties": named, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features, **more):
    """Return a file of these features."""
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()

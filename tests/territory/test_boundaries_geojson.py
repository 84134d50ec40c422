"""Files of boundaries: what is read of them, and every fault with its feature, its sentence and its cure."""

from __future__ import annotations

import json
import math

import pytest
from outline_squares import collection, feature, square

from server.language.catalogue import LANGUAGES
from server.territory import boundaries_geojson
from server.territory.boundaries_geojson import MOST_BYTES, read_boundaries

A, B = square(108.0, 14.0, 0.1), square(108.5, 14.5, 0.1)


def faults(content, **how):
    return [(one.feature, one.code.removeprefix("territory.geo_")) for one in read_boundaries(content, **how)[1]]


def ring_of(*positions):
    return {"type": "Feature", "properties": {"code": "23500"},
            "geometry": {"type": "Polygon", "coordinates": [list(positions)]}}  # fmt: skip


def test_polygons_and_multipolygons_are_read_with_their_code():
    hole = square(108.0, 14.0, 0.01)
    read, wrong = read_boundaries(
        collection(feature("23500", A, hole), feature(" 23425@2025-06-30 ", A, B, kind="MultiPolygon"))
    )
    assert wrong == ()
    assert [(one.number, one.reference) for one in read] == [(1, "23500"), (2, "23425@2025-06-30")]
    assert read[0].outline.polygons == ((A, hole),)
    assert read[1].outline.polygons == ((A,), (B,))


def test_an_outline_without_an_area_is_refused_and_a_sliver_beside_one_is_not():
    line, dot = [[108.0, 14.0], [108.1, 14.0], [108.2, 14.0], [108.0, 14.0]], square(108.0, 14.0, 0.000_001)
    assert faults(collection(ring_of(*line), ring_of(*dot))) == [(1, "no_area"), (2, "no_area")]
    assert faults(collection(feature("23500", A, dot, kind="MultiPolygon"))) == []


def test_a_code_may_be_a_number_and_stand_in_another_property():
    read, wrong = read_boundaries(collection(feature("", A, ma_xa=23500)), code_property="ma_xa")
    assert (read[0].reference, wrong) == ("23500", ())


def test_heights_and_the_usual_reference_system_are_passed_over():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert faults(collection(ring_of(*([*one, 600.0] for one in A)), crs=crs)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe{", "unreadable"),
        (b'{"type": "FeatureCollection", ', "unreadable"),
        (b'{"type":"FeatureCollection","features":' + b"[" * 200_000, "unreadable"),
        (b'{"type":"FeatureCollection","features":[' + b"9" * 10_000 + b"]}", "unreadable"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "no_number"),
        (b'{"type":"FeatureCollection","features":[-Infinity]}', "no_number"),
        (b"[1, 2]", "no_collection"),
        (json.dumps(feature("23500", A)).encode(), "no_collection"),
        (b'{"type":"FeatureCollection"}', "no_features"),
        (b'{"type":"FeatureCollection","features":[]}', "no_features"),
        (b'{"type":"FeatureCollection","features":[' + b"1," * 5000 + b"1]}", "too_many_features"),
        (b" " * (MOST_BYTES + 1), "too_large"),
        (collection(feature("23500", A), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::9210"}}), "other_system"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(content, code):
    assert faults(content) == [(0, code)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (feature("", A), "no_code"),
        (feature(None, A), "no_code"),
        (feature(True, A), "no_code"),
        ({"type": "Feature", "properties": None, "geometry": feature("1", A)["geometry"]}, "no_code"),
        ({"type": "Feature", "properties": {"code": "23500"}, "geometry": None}, "no_polygon"),
        (feature("23500", A, kind="LineString"), "no_polygon"),
        (feature("23500", kind="Polygon"), "bad_coordinates"),
        (feature("23500", []), "bad_coordinates"),
        (ring_of("108,14", [1, 2], [3, 4]), "bad_coordinates"),
        (ring_of([108.0, True], *A), "bad_coordinates"),
        (ring_of([[[[108.0, 14.0]]]]), "bad_coordinates"),
        (ring_of([108.0, 14.0, 1.0, 2.0]), "bad_coordinates"),
        (ring_of([548_000.0, 1_592_000.0], *A), "no_degrees"),
        (ring_of(*A[:-1]), "open_ring"),
        (ring_of(A[0], A[1], A[0]), "short_ring"),
        (ring_of(A[0], A[1], A[0], A[1], A[0]), "short_ring"),
        (ring_of(*(one[::-1] for one in A)), "turned"),
        (feature("23500", square(2.35, 48.85, 0.1)), "elsewhere"),
        (ring_of(A[0], A[2], A[1], A[3], A[0]), "crossing"),
        (feature("23500", A, B), "hole_outside"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_feature_is_told_with_its_number(wrong, code):
    assert faults(collection(feature("23425", B), wrong)) == [(2, code)]


def test_a_number_too_large_to_be_one_is_no_place():
    content = collection(feature("23500", A)).replace(b"107.9", b"1e999")
    assert faults(content) == [(1, "no_degrees")]


def test_shapes_too_large_to_be_a_unit_are_refused(monkeypatch):
    round_shape = [(108 + math.cos(at / 16) / 10, 14 + math.sin(at / 16) / 10) for at in range(100)]
    monkeypatch.setattr(boundaries_geojson, "MOST_POSITIONS", 60)
    assert faults(collection(ring_of(*round_shape, round_shape[0]))) == [(1, "too_many_positions")]
    assert faults(collection(feature("1", *[A] * 13, kind="MultiPolygon"))) == [(1, "too_many_positions")]
    monkeypatch.setattr(boundaries_geojson, "MOST_RINGS", 3)
    assert faults(collection(feature("1", A, B, A, B, kind="MultiPolygon"))) == [(1, "too_many_rings")]


def test_a_tangle_is_refused():
    comb = [(108 + at * 1e-7, 14 + (at % 2) / 10) for at in range(20_000)]
    assert faults(collection(ring_of(*comb, (108.002, 13.9), comb[0]))) == [(1, "too_intricate")]


def test_every_fault_of_every_feature_is_told_at_once_in_both_languages(catalogue):
    content = collection(feature("", A[:-1]), feature("23500", kind="Polygon"), 7)
    found = read_boundaries(content)[1]
    assert [one.feature for one in found] == [1, 1, 2, 3, 3]
    for one in found:
        said = {catalogue.strict().sentence(one.code, one.params, language) for language in LANGUAGES}
        assert len(said) == 2

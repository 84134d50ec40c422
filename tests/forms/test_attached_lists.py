"""Lists in XML, GeoJSON and itemsets.csv have the rows the device reads in them (asked of JavaRosa 5.1)."""

from __future__ import annotations

import json

import pytest

from server.errors import InvalidInput
from server.forms.attached_lists import attached_lists, read_itemsets, read_list
from server.forms.definition import FormDefinition, Node, NodeKind, SecondaryInstance

XML = "<root><item><name>m1</name><label> Mẫu một </label><name>twice</name></item><item/></root>"
CSV = b"name,label\na,A\n"


def feature(geometry: object, **more: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, **more}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def form(*instances: SecondaryInstance, media: tuple[str, ...] = ()) -> FormDefinition:
    return FormDefinition("f", "1", "F", Node("/data", "data", NodeKind.GROUP), instances=instances, media_names=media)


def test_items_of_xml_are_rows_and_the_first_of_two_columns_counts() -> None:
    assert read_list("models", "models.xml", XML.encode()).rows == ({"name": "m1", "label": "Mẫu một"}, {})


@pytest.mark.parametrize(
    ("geometry", "text"),
    [
        ({"type": "Point", "coordinates": [108.01, 14.35]}, "14.35 108.01 0 0"),
        ({"type": "Point", "coordinates": [108, 14, 500]}, "14 108 0 0"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "2 1 0 0; 4 3 0 0"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 6], [1, 2]]]}, "2 1 0 0; 4 3 0 0; 6 5 0 0; 2 1 0 0"),
    ],
)
def test_geometry_is_written_as_places_are_answered(geometry: object, text: str) -> None:
    assert read_list("h", "h.geojson", collection(feature(geometry))).rows[0]["geometry"] == text


def test_properties_are_columns_and_the_features_own_id_counts() -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    properties = {"id": "inner", "rooms": 3, "share": 2.5, "open": True, "none": None}
    row = read_list("h", "h.geojson", collection(feature(point, id="h1", properties=properties))).rows[0]
    assert row == {"geometry": "2 1 0 0", "id": "h1", "rooms": "3", "share": "2.5", "open": "true", "none": ""}
    inner = read_list("h", "h.geojson", collection(feature(point, properties={"id": "h2"})))
    assert (inner.rows[0]["id"], inner.key) == ("h2", "id")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"features": 3}',
        b'{"features": [3]}',
        collection(feature(None)),
        collection(feature({"type": "Polygon", "coordinates": []})),
        collection(feature({"type": "Point", "coordinates": [1, 2]}, properties=[1])),
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_file_that_is_no_collection_of_features_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_list("h", "h.geojson", content)


def test_itemsets_are_told_apart_by_their_list_name() -> None:
    lists = read_itemsets(b"list_name,name,label,region\nspot,s1,A,north\nsize,big,B,\nspot,s2,C,south\n")
    assert {name: [row["name"] for row in one.rows] for name, one in lists.items()} == {
        "spot": ["s1", "s2"],
        "size": ["big"],
    }


def test_lists_of_a_form_are_those_that_are_there_and_can_be_read() -> None:
    instances = (
        SecondaryInstance("a", "jr://file-csv/a.csv"),
        SecondaryInstance("b", "jr://file/b.xml"),
        SecondaryInstance("broken", "jr://file/c.geojson"),
        SecondaryInstance("missing", "jr://file-csv/d.csv"),
        SecondaryInstance("last", "jr://instance/last-saved"),
        SecondaryInstance("inner"),
    )
    files = {"a.csv": CSV, "b.xml": XML.encode(), "c.geojson": b"{}", "itemsets.csv": b"list_name,name\nspot,s1\n"}
    assert sorted(attached_lists(form(*instances), files.get)) == ["a", "b"]
    assert sorted(attached_lists(form(*instances, media=("itemsets.csv",)), files.get)) == ["a", "b", "spot"]


def test_a_list_too_large_to_read_is_left_out_like_one_that_is_broken() -> None:
    large = b"<root>" + b"<item><name>m</name></item>" * 60_000 + b"</root>"
    models = SecondaryInstance("models", "jr://file/models.xml")
    assert attached_lists(form(models), {"models.xml": large}.get) == {}
    assert attached_lists(form(models), {"models.xml": b"<root>"}.get) == {}

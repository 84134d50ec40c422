"""Choice lists in the files beside a form, whatever their format: rows of text by column, as the device reads them.

CSV is read by `server.forms.lists`; here are the two formats of JavaRosa's other external instances. Which files a form
names is in its definition; where their bytes come from is not known here.
Source: https://docs.getodk.org/form-datasets/, RFC 7946 (GeoJSON), JavaRosa 5.1's behaviour.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from server.errors import InvalidInput
from server.forms.lists import ChoiceList, read_csv
from server.forms.xml_reader import local_name, read_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

GEOMETRY = "geometry"
"""The column in which a GeoJSON feature's place stands, as points of ``latitude longitude 0 0``."""

_READABLE = (".csv", ".xml", ".geojson")


def is_list(filename: str) -> bool:
    """Return whether a file of that name holds a choice list this module can read."""
    return filename.lower().endswith(_READABLE)


def read_list(name: str, filename: str, source: bytes) -> ChoiceList:
    """Return the list *name* from the file's bytes; the ending of *filename* tells the format.

    Raises InvalidInput: what `read_csv` and `read_xml` raise, and ``list.malformed`` or ``list.not_utf8`` (name).
    """
    ending = filename.lower().rpartition(".")[2]
    if ending == "xml":
        return _read_xml_list(name, source)
    return _read_geojson(name, source) if ending == "geojson" else read_csv(name, source)


def _read_xml_list(name: str, source: bytes) -> ChoiceList:
    """Return the rows of ``<root><item><column>…``; of two columns with one name the first counts."""
    return ChoiceList(name, tuple(_xml_row(item) for item in read_xml(source)))


def _xml_row(item: _Element) -> dict[str, str]:
    row: dict[str, str] = {}
    for column in item:
        row.setdefault(local_name(column), (column.text or "").strip())
    return row


def _read_geojson(name: str, source: bytes) -> ChoiceList:
    try:
        features = json.loads(source.decode("utf-8"))["features"]
        rows = tuple(_feature_row(feature) for feature in features)
    except UnicodeDecodeError as error:
        raise InvalidInput("list.not_utf8", name=name, position=error.start) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise InvalidInput("list.malformed", name=name, line=getattr(error, "lineno", 1)) from error
    return ChoiceList(name, rows, "id")


def _feature_row(feature: Mapping[str, object]) -> dict[str, str]:
    """Return the columns of one feature: its geometry, its id and its properties as text."""
    row = {GEOMETRY: _places(feature["geometry"])}
    properties = feature.get("properties") or {}
    if "id" in feature:
        row["id"] = _cell(feature["id"])
    assert isinstance(properties, dict)
    for column, value in properties.items():
        row.setdefault(str(column), _cell(value))
    return row


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _places(geometry: object) -> str:
    match geometry:
        case {"type": "Point", "coordinates": [longitude, latitude, *_]}:
            return _place(longitude, latitude)
        case {"type": "LineString", "coordinates": [*points]}:
            return _line(points)
        case {"type": "Polygon", "coordinates": [[*points], *_]}:
            return _line(points)
        case _:
            raise ValueError(geometry)


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "; ".join(_place(longitude, latitude) for longitude, latitude, *_ in points)


def _place(longitude: object, latitude: object) -> str:
    return f"{latitude} {longitude} 0 0"

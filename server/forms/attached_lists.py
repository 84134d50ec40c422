"""Choice lists in the files beside a form, whatever their format: rows of text by column, as the device reads them.

CSV is read by `server.forms.lists`; here are the two formats of JavaRosa's other external instances. Which files a form
names is in its definition; where their bytes come from is not known here.
Source: https://docs.getodk.org/form-datasets/, RFC 7946 (GeoJSON), JavaRosa 5.1's behaviour.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from server.errors import InvalidInput, TooLarge
from server.forms.lists import ChoiceList, read_csv
from server.forms.xml_reader import local_name, read_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition

GEOMETRY = "geometry"
"""The column in which a GeoJSON feature's place stands, as points of ``latitude longitude 0 0``."""

ITEMSETS_FILE = "itemsets.csv"
"""The file select_one_external looks its choices up in."""

_READABLE = (".csv", ".xml", ".geojson")


def attached_lists(definition: FormDefinition, content_of: Callable[[str], bytes | None]) -> dict[str, ChoiceList]:
    """Return by instance id the lists the form reads from files; *content_of* gives a file's bytes, None if unknown.

    A list that is not there, or that cannot be read, is left out: its questions stay unchecked. Before publishing
    `server.forms.check_lists` says so.
    """
    lists: dict[str, ChoiceList] = {}
    for instance in definition.instances:
        content = content_of(instance.filename) if is_readable(instance.filename) else None
        if content is not None:
            with suppress(InvalidInput, TooLarge):
                lists[instance.instance_id] = read_list(instance.instance_id, instance.filename, content)
    if ITEMSETS_FILE in definition.media_names and (content := content_of(ITEMSETS_FILE)) is not None:
        with suppress(InvalidInput):
            lists = {**read_itemsets(content), **lists}
    return lists


def is_readable(filename: str) -> bool:
    """Return whether a file of that name is a list."""
    return filename.lower().endswith(_READABLE)


def read_itemsets(source: bytes) -> dict[str, ChoiceList]:
    """Return the lists of an ``itemsets.csv``, in which the column ``list_name`` says whose each row is.

    Raises what `read_csv` raises.
    """
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in read_csv(ITEMSETS_FILE, source).rows:
        rows.setdefault(row.get("list_name", ""), []).append(row)
    return {name: ChoiceList(name, tuple(found)) for name, found in rows.items()}


def read_list(name: str, filename: str, source: bytes) -> ChoiceList:
    """Return the list *name* from the file's bytes; the ending of *filename* tells the format.

    Raises what `read_csv` and `read_xml` raise, and InvalidInput ``list.malformed`` or ``list.not_utf8`` (name).
    """
    ending = filename.lower().rpartition(".")[2]
    if ending == "xml":
        return _read_xml_list(name, source)
    return _read_geojson(name, source) if ending == "geojson" else read_csv(name, source)


def _read_xml_list(name: str, source: bytes) -> ChoiceList:
    """Return the rows of ``<root><item><column>…``; of two columns with one name the first counts."""
    root = read_xml(source)
    row_name = local_name(root[0]) if len(root) else "item"
    rows = tuple(_xml_row(item) for item in root if local_name(item) == row_name)
    return ChoiceList(name, rows, path=(local_name(root), row_name))


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
    if not isinstance(properties, dict):
        raise TypeError(properties)
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

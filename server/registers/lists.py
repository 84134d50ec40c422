"""An entity list as a phone gets it: the CSV, and the hash by which the phone knows that it is another one.

The header is always there and holds no ``;``, which a phone would take for its delimiter; every row has a name, a label
and a version, without which Collect drops the whole list. Lines end in CRLF, so that a lone carriage return in an
answer is quoted too and ends no row.
Source: ODK Collect's LocalEntityUseCases; ODK Entities specification, https://getodk.github.io/xforms-spec/entities.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.territory.units import UnitId

FIXED_COLUMNS: Final = ("name", "label", "__version")
VILLAGE: Final = "village"
COMMUNE: Final = "commune"
_LIST_NAME: Final = re.compile(r"(?!__)[^\W\d][\w-]*", re.ASCII)
_PROPERTY_NAME: Final = re.compile(r"(?!__)[^\W\d][\w.-]*")
_RESERVED: Final = frozenset({"name", "label"})


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """One entity as a row; *places* are the codes of today that stand for its village and commune."""

    entity_id: str
    label: str
    version: int
    values: Mapping[str, str]
    places: Mapping[str, str]


def header(properties: Iterable[str]) -> bytes:
    """Return the first line of the list with these properties."""
    return _lines([[*FIXED_COLUMNS, *properties]])


def rows(entities: Iterable[ListedEntity], properties: tuple[str, ...]) -> bytes:
    """Return the lines of *entities*, in the order given."""
    return _lines(
        [one.entity_id, _label(one), str(one.version), *(_cell(one, name) for name in properties)] for one in entities
    )


def mark_of(versions: Iterable[tuple[int, int]]) -> int:
    """Return a number of 63 bits for entities in certain versions, given as pairs: another for any other of them."""
    written = ";".join(f"{entity}:{version}" for entity, version in sorted(versions))
    return int.from_bytes(hashlib.sha256(written.encode()).digest()[:8]) >> 1


def content_hash(parts: Iterable[str], counters: Mapping[UnitId, int]) -> str:
    """Return what changes whenever the list does: of the list's own *parts* and the counters of its units."""
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part.encode() + b"\0")
    for unit_id, counter in sorted(counters.items()):
        digest.update(f"{unit_id}:{counter};".encode())
    return digest.hexdigest()


def is_list_name(name: str) -> bool:
    """Tell whether a list may be called so: a plain name, without a dot, as phones keep files by it."""
    return bool(_LIST_NAME.fullmatch(name))


def is_property_name(name: str) -> bool:
    """Tell whether a property may be called so; ``name``, ``label`` and ``__…`` are the protocol's own."""
    return bool(_PROPERTY_NAME.fullmatch(name)) and name.lower() not in _RESERVED


def _label(entity: ListedEntity) -> str:
    return entity.label if entity.label.strip() else entity.entity_id[:8]


def _cell(entity: ListedEntity, name: str) -> str:
    return entity.places.get(name, entity.values.get(name, ""))


def _lines(table: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode()

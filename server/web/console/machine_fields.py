"""What a phone notes or works out by itself, by kind: the words are ``console.machine.<kind>``.

Kinds are those of XLSForm metadata (https://xlsform.org/en/#metadata) and of OpenRosa's ``meta`` block; a form's own
names for them are whatever its designer likes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.forms.definition import Datatype

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.definition import Node
    from server.submissions.answers import Answer

_OF_META: Final[Mapping[str, str]] = MappingProxyType(
    {"instanceID": "instance_id", "instanceName": "instance_name", "deprecatedID": "deprecated_id", "audit": "audit"}
)
_TIMES: Final = frozenset({"start", "end", "today"})
_PROPERTIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "deviceid": "device",
        "username": "account",
        "email": "email",
        "phonenumber": "telephone",
        "phone number": "telephone",
        "subscriberid": "sim",
        "simserial": "sim",
    }
)
_PLACES: Final = frozenset({Datatype.GEOPOINT, Datatype.GEOTRACE, Datatype.GEOSHAPE})


def machine_kind(answer: Answer) -> str:
    """Return what kind of a field it is that nobody was asked for; ``noted`` where it is of none that is known."""
    if "/meta/" in answer.path and answer.name in _OF_META:
        return _OF_META[answer.name]
    return "noted" if answer.node is None else _kind_of(answer.node)


def _kind_of(node: Node) -> str:
    params = node.preload_params.removeprefix("uri:").lower()
    if node.preload in {"timestamp", "date"} and params in _TIMES:
        return params
    if node.preload == "property":
        return _PROPERTIES.get(params, "noted")
    if node.calculate:
        return "calculated"
    if node.datatype is Datatype.BINARY:
        return "file"
    return "place" if node.datatype in _PLACES else "noted"

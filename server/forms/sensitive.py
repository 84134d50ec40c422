"""What a form marked sensitive must not ask, store or carry, so that a phone in the wrong hands tells nothing.

Its records may put a person in danger: no place, no words of one's own, no picture or sound, no list of people, nothing
that fills itself in from the phone or from the last form, and no second look at a form already sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.definition import ControlKind, Datatype
from server.forms.entities import entity_blocks
from server.forms.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition, Node
    from server.forms.survey_rows import SurveyRows

_PLACES = (Datatype.GEOPOINT, Datatype.GEOTRACE, Datatype.GEOSHAPE)
_TELLTALE_PROPERTIES = ("phonenumber", "email", "simserial", "subscriberid")
_LISTS = ("units.csv",)
_LAST_SAVED = "jr://instance/last-saved"


def sensitive_faults(definition: FormDefinition, rows: SurveyRows) -> tuple[Fault, ...]:
    """Return every trait of *definition* that a sensitive form may not have."""
    return (
        *(_placed(code, node, rows) for node in definition.leaves() for code in _traits(node)),
        *(Fault(code, params) for code, params in _form_traits(definition)),
    )


def _traits(node: Node) -> Iterator[str]:
    if node.datatype in _PLACES:
        yield "form.sensitive.place"
    if node.datatype is Datatype.BINARY:
        yield "form.sensitive.media"
    if _takes_words(node):
        yield "form.sensitive.free_text"
    if node.preload_params.removeprefix("uri:") in _TELLTALE_PROPERTIES:
        yield "form.sensitive.phone_property"


def _takes_words(node: Node) -> bool:
    """Return whether a person can type what they like; a note is an input too, but read only."""
    is_text = node.datatype in (Datatype.STRING, Datatype.BARCODE) and node.control.kind is ControlKind.INPUT
    return is_text and node.readonly not in ("true()", "1")


def _form_traits(definition: FormDefinition) -> Iterator[tuple[str, dict[str, str | int]]]:
    for action in definition.actions:
        if action.kind == "setgeopoint":
            yield "form.sensitive.place", {"path": action.path}
        if action.kind == "recordaudio":
            yield "form.sensitive.media", {"path": action.path}
    yield from _list_traits(definition)
    if definition.client_editable:
        yield "form.sensitive.client_editable", {}


def _list_traits(definition: FormDefinition) -> Iterator[tuple[str, dict[str, str | int]]]:
    for instance in definition.instances:
        if instance.src == _LAST_SAVED:
            yield "form.sensitive.last_saved", {}
        elif instance.src and instance.filename not in _LISTS:
            yield "form.sensitive.list", {"filename": instance.filename}
    for block in entity_blocks(definition):
        yield "form.sensitive.entity", {"list": block.dataset}


def _placed(code: str, node: Node, rows: SurveyRows) -> Fault:
    row = rows.row(node.path)
    if row is None:
        return Fault(code, {"path": node.path})
    return Fault(code, {"path": node.path}, sheet="survey", row=row.number, column="type")

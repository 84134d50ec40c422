"""The body of an XForm: which control asks for which node, with its label, hint and choices.

The model side (types, logic) is `server.forms.xform`'s.
Source: ODK XForms specification, Body Elements (https://getodk.github.io/xforms-spec/#body-elements).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.forms.definition import Action, Control, ControlKind, NodeKind, Text
from server.forms.paths import resolve_path
from server.forms.secondary import read_inline_choice, read_itemset
from server.forms.xml_reader import attributes, children, first_child, local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from server.forms.definition import Itemset
    from server.forms.itext import Itext

_KINDS = {
    "input": ControlKind.INPUT,
    "secret": ControlKind.INPUT,
    "select1": ControlKind.SELECT_ONE,
    "select": ControlKind.SELECT_MULTIPLE,
    "rank": ControlKind.RANK,
    "range": ControlKind.RANGE,
    "upload": ControlKind.UPLOAD,
    "trigger": ControlKind.TRIGGER,
}
ACTION_KINDS = ("setvalue", "setgeopoint", "recordaudio")


_NO_TEXT = Text()
_NO_CONTROL = Control()


@dataclass(frozen=True, slots=True)
class BodyPart:
    """What the body says of one node; *kind* is LEAF for a question."""

    path: str
    kind: NodeKind
    label: Text = _NO_TEXT
    hint: Text = _NO_TEXT
    control: Control = _NO_CONTROL
    repeat_count: str = ""


def read_body(body: _Element, itext: Itext, root_path: str) -> dict[str, BodyPart]:
    """Return the parts of the body by the path of their node; the last one wins, as a repeat does over its group."""
    parts: dict[str, BodyPart] = {}
    for part in _walk(body, itext, root_path):
        before = parts.get(part.path)
        inherits = before is not None and part.kind is NodeKind.REPEAT
        parts[part.path] = replace(part, label=before.label, hint=before.hint) if before and inherits else part
    return parts


def read_action(element: _Element, context: str, trigger: str = "") -> Action:
    """Return the action of a ``setvalue``, ``odk:setgeopoint`` or ``odk:recordaudio`` element."""
    named = attributes(element)
    path = resolve_path(named.get("ref", ""), context)
    return Action(local_name(element), named.get("event", ""), path, named.get("value", "").strip(), trigger)


def body_actions(body: _Element, root_path: str) -> tuple[Action, ...]:
    """Return the actions nested in controls, in document order."""
    found = (element for element in body.iter() if local_name(element) in ACTION_KINDS)
    return tuple(read_action(element, root_path, _asked_above(element, root_path)) for element in found)


def _asked_above(element: _Element, root_path: str) -> str:
    parent = element.getparent()
    return "" if parent is None or local_name(parent) not in _KINDS else resolve_path(_reference(parent), root_path)


def _walk(parent: _Element, itext: Itext, context: str) -> Iterator[BodyPart]:
    for element in parent:
        name = local_name(element)
        path = resolve_path(_reference(element), context)
        if name in ("group", "repeat"):
            if path:
                yield _container(element, itext, path)
            yield from _walk(element, itext, path or context)
        elif name in _KINDS:
            yield _question(element, itext, path)


def _reference(element: _Element) -> str:
    return element.get("ref", "") or element.get("nodeset", "")


def _container(element: _Element, itext: Itext, path: str) -> BodyPart:
    named = attributes(element)
    return BodyPart(
        path=path,
        kind=NodeKind.REPEAT if local_name(element) == "repeat" else NodeKind.GROUP,
        label=itext.label(first_child(element, "label")),
        hint=itext.label(first_child(element, "hint")),
        control=Control(appearance=named.get("appearance", "")),
        repeat_count=named.get("count", "").strip(),
    )


def _question(element: _Element, itext: Itext, path: str) -> BodyPart:
    return BodyPart(
        path=path,
        kind=NodeKind.LEAF,
        label=itext.label(first_child(element, "label")),
        hint=itext.label(first_child(element, "hint")),
        control=_control(element, itext, path),
    )


def _control(element: _Element, itext: Itext, path: str) -> Control:
    # select_one_external writes an input with a query instead of a select with an itemset.
    kind = ControlKind.SELECT_ONE if "query" in element.attrib else _KINDS[local_name(element)]
    return Control(
        kind=kind,
        appearance=element.get("appearance", ""),
        mediatype=element.get("mediatype", ""),
        choices=tuple(read_inline_choice(choice, itext) for choice in children(element, "item")),
        itemset=_itemset(element, path),
        range_start=element.get("start", ""),
        range_end=element.get("end", ""),
        range_step=element.get("step", ""),
    )


def _itemset(element: _Element, path: str) -> Itemset | None:
    if "query" in element.attrib:
        return read_itemset(element.get("query", ""), value_ref="name", label_ref="label", context=path)
    itemset = first_child(element, "itemset")
    if itemset is None:
        return None
    value, label = first_child(itemset, "value"), first_child(itemset, "label")
    return read_itemset(
        itemset.get("nodeset", ""),
        value_ref="" if value is None else value.get("ref", ""),
        label_ref="" if label is None else label.get("ref", ""),
        context=path,
    )

"""Reading an XForm into a `FormDefinition`.

The bytes are those phones download; what is missing or wrong in a form that can still be read is for
`server.forms.check` to say, only a form that cannot be read at all is refused here.
Source: ODK XForms specification (https://getodk.github.io/xforms-spec/).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from server.errors import InvalidInput
from server.forms.body import ACTION_KINDS, BodyPart, body_actions, read_action, read_body
from server.forms.definition import AttributeBind, Datatype, FormDefinition, Node, NodeKind
from server.forms.itext import Itext, plain_text
from server.forms.paths import resolve_path
from server.forms.secondary import read_instance_list
from server.forms.xml_reader import attributes, children, first_child, local_name, read_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

_MEDIA = re.compile(r"^\s*jr://(?:images?|audio|video|file|file-csv)/(.*\S)\s*$")
_ATTRIBUTE = re.compile(r"^(.*)/@([^/]+)$")
_TYPES = {
    "int": Datatype.INTEGER,
    "integer": Datatype.INTEGER,
    "long": Datatype.INTEGER,
    "decimal": Datatype.DECIMAL,
    "double": Datatype.DECIMAL,
    "float": Datatype.DECIMAL,
    "boolean": Datatype.BOOLEAN,
    "date": Datatype.DATE,
    "time": Datatype.TIME,
    "dateTime": Datatype.DATETIME,
    "geopoint": Datatype.GEOPOINT,
    "geotrace": Datatype.GEOTRACE,
    "geoshape": Datatype.GEOSHAPE,
    "barcode": Datatype.BARCODE,
    "binary": Datatype.BINARY,
}
"""Every other type is a string, as on the phone."""


def datatype_of(bind_type: str) -> Datatype:
    """Return the datatype a bind's ``type`` names, whatever its prefix."""
    return _TYPES.get(bind_type.rpartition(":")[2], Datatype.STRING)


class _Parts(NamedTuple):
    """The pieces of one form while its tree is built."""

    binds: Mapping[str, Mapping[str, str]]
    body: Mapping[str, BodyPart]
    itext: Itext


class _Skeleton(NamedTuple):
    """The elements every XForm has."""

    title: str
    model: _Element
    primary: _Element
    body: _Element


def read_form(xform: bytes) -> FormDefinition:
    """Return the form those bytes define.

    Raises InvalidInput: what `read_xml` refuses, and ``form.unreadable`` with the *missing* part.
    """
    skeleton = _skeleton(read_xml(xform))
    root_path = "/" + local_name(skeleton.primary)
    block = first_child(skeleton.model, "itext")
    parts = _parts(skeleton, Itext(block), root_path)
    root = _node(skeleton.primary, root_path, parts)
    return _definition(skeleton, parts, root)


def _skeleton(html: _Element) -> _Skeleton:
    head = _need(html, "head")
    model = _need(head, "model")
    title = first_child(head, "title")
    primary = next(iter(_need(model, "instance")), None)
    if primary is None:
        raise InvalidInput("form.unreadable", missing="instance")
    return _Skeleton("" if title is None else plain_text(title), model, primary, _need(html, "body"))


def _need(parent: _Element, name: str) -> _Element:
    found = first_child(parent, name)
    if found is None:
        raise InvalidInput("form.unreadable", missing=name)
    return found


def _parts(skeleton: _Skeleton, itext: Itext, root_path: str) -> _Parts:
    binds: dict[str, Mapping[str, str]] = {}
    for bind in children(skeleton.model, "bind"):
        named = attributes(bind)
        path = resolve_path(named.get("nodeset", ""), root_path)
        binds[path] = {**binds.get(path, {}), **named}
    return _Parts(binds, read_body(skeleton.body, itext, root_path), itext)


def _definition(skeleton: _Skeleton, parts: _Parts, root: Node) -> FormDefinition:
    model, primary = skeleton.model, attributes(skeleton.primary)
    submission = _attributes_of(first_child(model, "submission"))
    nodes = {node.path: node for node in root.walk()}
    actions = [read_action(one, root.path) for one in model if local_name(one) in ACTION_KINDS]
    instance_name = nodes.get(f"{root.path}/meta/instanceName")
    return FormDefinition(
        form_id=primary.get("id", ""),
        version=primary.get("version", ""),
        title=skeleton.title,
        root=root,
        languages=parts.itext.languages,
        default_language=parts.itext.default_language,
        instances=tuple(
            read_instance_list(one, parts.itext, _value_refs(parts)) for one in children(model, "instance")[1:]
        ),
        media_names=_media_names(skeleton),
        submission_action=submission.get("action", ""),
        public_key=submission.get("base64RsaPublicKey", ""),
        client_editable=submission.get("client-editable", "") == "true",
        entities_version=attributes(model).get("entities-version", ""),
        instance_name=instance_name.calculate if instance_name else "",
        nodes=nodes,
        actions=(*actions, *body_actions(skeleton.body, root.path)),
        attribute_binds=_attribute_binds(parts.binds),
        stray_paths=_stray_paths(parts, nodes),
        outputs=_outputs(skeleton),
    )


def _attributes_of(element: _Element | None) -> dict[str, str]:
    return {} if element is None else attributes(element)


def _node(element: _Element, path: str, parts: _Parts) -> Node:
    part = parts.body.get(path) or BodyPart(path, NodeKind.GROUP if len(element) else NodeKind.LEAF)
    bind = parts.binds.get(path, {})
    kind = NodeKind.GROUP if len(element) and part.kind is NodeKind.LEAF else part.kind
    return Node(
        path=path,
        name=local_name(element),
        kind=kind,
        datatype=datatype_of(bind.get("type", "")),
        label=part.label,
        hint=part.hint,
        control=part.control,
        relevant=_expression(bind, "relevant"),
        required=_expression(bind, "required"),
        constraint=_expression(bind, "constraint"),
        calculate=_expression(bind, "calculate"),
        readonly=_expression(bind, "readonly"),
        constraint_message=parts.itext.resolve(bind.get("constraintMsg", "")),
        required_message=parts.itext.resolve(bind.get("requiredMsg", "")),
        preload=bind.get("preload", ""),
        preload_params=bind.get("preloadParams", ""),
        repeat_count=part.repeat_count,
        save_to=bind.get("saveto", ""),
        seconds_per_answer=bind.get("seconds-per-answer", "").strip(),
        default="" if len(element) else (element.text or "").strip(),
        attributes=tuple(attributes(element).items()),
        children=tuple(_node(child, f"{path}/{local_name(child)}", parts) for child in _distinct(element)),
    )


def _expression(bind: Mapping[str, str], name: str) -> str:
    return bind.get(name, "").strip()


def _distinct(element: _Element) -> Iterable[_Element]:
    """Return the children, one of each name: a repeat stands twice, as its template and as its first instance."""
    found: dict[str, _Element] = {}
    for child in element:
        found.setdefault(local_name(child), child)
    return found.values()


def _value_refs(parts: _Parts) -> dict[str, str]:
    itemsets = (part.control.itemset for part in parts.body.values())
    return {itemset.instance_id: itemset.value_ref for itemset in itemsets if itemset and itemset.instance_id}


def _media_names(skeleton: _Skeleton) -> tuple[str, ...]:
    """Return every attached file the form names, in order of appearance; ``last-saved`` is the phone's own."""
    places = [one.get("src", "") for one in children(skeleton.model, "instance")]
    block = first_child(skeleton.model, "itext")
    if block is not None:
        places += [value.text or "" for value in block.iter("{*}value") if value.get("form")]
    names = [match.group(1) for match in map(_MEDIA.match, places) if match]
    if any("query" in question.attrib for question in skeleton.body.iter("{*}input")):
        names.append("itemsets.csv")
    return tuple(dict.fromkeys(names))


def _outputs(skeleton: _Skeleton) -> tuple[str, ...]:
    places = (skeleton.model, skeleton.body)
    values = (output.get("value", "").strip() for place in places for output in place.iter("{*}output"))
    return tuple(dict.fromkeys(value for value in values if value))


def _attribute_binds(binds: Mapping[str, Mapping[str, str]]) -> tuple[AttributeBind, ...]:
    found = ((_ATTRIBUTE.match(path), bind) for path, bind in binds.items())
    return tuple(
        AttributeBind(match.group(1), match.group(2).rpartition(":")[2], _expression(bind, "calculate"))
        for match, bind in found
        if match
    )


def _stray_paths(parts: _Parts, nodes: Mapping[str, Node]) -> tuple[str, ...]:
    named = dict.fromkeys([*parts.binds, *parts.body])
    return tuple(path for path in named if path not in nodes and not _ATTRIBUTE.match(path))

"""The document of a record as an office writes it: what a phone would hold in memory while somebody fills in a form.

A phone sends only what is relevant; to be filled in further, a document needs every node of its form again. Elements
are found by the numbered paths of answers, in whatever namespace the record has. Nothing here knows what is right.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from lxml import etree

from server.errors import InvalidInput
from server.forms.definition import Node, NodeKind
from server.forms.xml_reader import children, first_child, local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition

MOST_NODES: Final = 6_000
"""Nodes of a document that is opened to be filled in; what a person can go through on a page has fewer."""
_MOST_INSTANCES: Final = 200
_NUMBERED: Final = re.compile(r"(.+)\[([0-9]{1,6})\]")
# What XML 1.0 cannot hold, whoever types it.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blank_document(definition: FormDefinition) -> _Element:
    """Return the document of a form that nobody has filled in yet, with its defaults."""
    root = etree.Element(definition.root.name)
    root.set("id", definition.form_id)
    root.set("version", definition.version)
    complete(root, definition.root)
    return root


def complete(element: _Element, node: Node) -> None:
    """Add below *element* the nodes of the form that it lacks, repeats excepted; ``record.too_long`` if there are many.

    A repeat that a phone starts with is one a person adds here.
    """
    waiting, seen = [(element, node)], 0
    while waiting:
        above, definition = waiting.pop()
        for child in definition.children:
            present = children(above, child.name)
            if not present and child.kind is not NodeKind.REPEAT:
                present = [_added(above, definition, child)]
            seen += len(present)
            if seen > MOST_NODES:
                raise InvalidInput("record.too_long", most=MOST_NODES)
            if child.kind is not NodeKind.LEAF:
                waiting.extend((one, child) for one in present)


def element_at(root: _Element, path: str) -> _Element | None:
    """Return the element at a numbered path, None where there is none."""
    found: _Element | None = root
    for step in path.split("/")[2:]:
        name, number = _step(step)
        below = [] if found is None else children(found, name)
        found = below[number - 1] if 0 < number <= len(below) else None
    return found


def text_at(root: _Element, path: str) -> str:
    """Return the text at a numbered path, empty where there is none."""
    found = element_at(root, path)
    return "" if found is None else (found.text or "").strip()


def put_text(element: _Element, text: str) -> None:
    """Let *element* say *text*, without what XML cannot hold."""
    element.text = _NO_XML.sub("", text)


def add_instance(root: _Element, definition: FormDefinition, path: str) -> bool:
    """Add an instance of the repeat at *path* (its last step unnumbered) after those there are; False if it is none."""
    parent_path, _, name = path.rpartition("/")
    above = definition.nodes.get(unnumbered(parent_path))
    parent = element_at(root, parent_path)
    node = next((one for one in above.children if one.name == name), None) if above else None
    if above is None or parent is None or node is None or node.kind is not NodeKind.REPEAT:
        return False
    complete(_added(parent, above, node), node)
    return True


def drop_instance(root: _Element, definition: FormDefinition, path: str) -> bool:
    """Remove the instance of a repeat at a numbered path; False if there is none."""
    node, found = definition.nodes.get(unnumbered(path)), element_at(root, path)
    parent = None if found is None else found.getparent()
    if found is None or parent is None or node is None or node.kind is not NodeKind.REPEAT:
        return False
    parent.remove(found)
    return True


def ensure(root: _Element, definition: FormDefinition, path: str) -> _Element | None:
    """Return the element at a numbered path, with the instances of repeats it stands in made; None if there is none."""
    steps = path.split("/")
    for depth in range(3, len(steps) + 1):
        here = "/".join(steps[:depth])
        name, number = _step(steps[depth - 1])
        if number > 1 or _NUMBERED.fullmatch(steps[depth - 1]):
            repeat = f"{'/'.join(steps[: depth - 1])}/{name}"
            while number <= _MOST_INSTANCES and element_at(root, here) is None:
                if not add_instance(root, definition, repeat):
                    return None
    return element_at(root, path)


def without(root: _Element, paths: Iterable[str]) -> _Element:
    """Return a copy of the document that lacks the elements at these numbered paths, as a phone leaves them out."""
    copy = deepcopy(root)
    gone = [found for path in paths if (found := element_at(copy, path)) is not None]
    for one in gone:
        parent = one.getparent()
        if parent is not None:
            parent.remove(one)
    return copy


def stamped(root: _Element, *, instance_id: str, deprecated_id: str | None) -> bytes:
    """Return the bytes of the document as the instance of that id, which replaces *deprecated_id* if there is one."""
    copy = deepcopy(root)
    meta = first_child(copy, "meta")
    if meta is None:
        meta = etree.SubElement(copy, _tag(copy, "meta"))
    for name, text in (("deprecatedID", deprecated_id), ("instanceID", instance_id)):
        found = first_child(meta, name)
        if text is None:
            if found is not None:
                meta.remove(found)
            continue
        if found is None:
            found = etree.SubElement(meta, _tag(meta, name))
        found.text = text
    return document_bytes(copy)


def document_bytes(root: _Element) -> bytes:
    """Return the document as bytes."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def unnumbered(path: str) -> str:
    """Return a path without the numbers of its instances."""
    return "/".join(_step(step)[0] for step in path.split("/"))


def _added(parent: _Element, above: Node, node: Node) -> _Element:
    """Return the new element of *node*, put where the form's order has it."""
    made = etree.Element(_tag(parent, node.name))
    for name, text in node.attributes:
        made.set(name, text)
    if node.kind is NodeKind.LEAF:
        made.text = node.default
    later = {one.name for one in above.children[_place(above, node.name) + 1 :]}
    following = next((one for one in parent.iterchildren("*") if local_name(one) in later), None)
    if following is None:
        parent.append(made)
    else:
        following.addprevious(made)
    return made


def _place(above: Node, name: str) -> int:
    return next(place for place, one in enumerate(above.children) if one.name == name)


def _tag(parent: _Element, name: str) -> str:
    """Return the tag of a child called *name*: in the namespace of its parent."""
    space, mark, _ = parent.tag.rpartition("}")
    return f"{space}{mark}{name}"


def _step(step: str) -> tuple[str, int]:
    found = _NUMBERED.fullmatch(step)
    return (found[1], int(found[2])) if found else (step, 1)

"""The typed tree an expression runs on: the instance a device sent, bound to the form that made it.

`bind_tree` matches elements to the form by local name and tolerates any order, extra nodes and any namespace. Nodes the
form defines and the device did not send (Collect leaves out what is not relevant) are put in as *missing* and not
relevant, so that a path to them yields nothing, as on the device. It decides nothing about what is right.
Source: https://getodk.github.io/xforms-spec/#primary-instance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from server.forms.definition import Datatype, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition

MAX_MISSING = 20_000
"""Missing nodes put into one tree, so that 100 000 empty repeats of a long form cannot fill the memory."""

_NO_CHILDREN: Mapping[str, list[InstanceNode]] = MappingProxyType({})
_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
_JAVA_SPACE = "".join(map(chr, range(33)))


@dataclass(frozen=True, slots=True)
class Shape:
    """What the form says of one node, ready for binding: its definition, how its text is read, its children by name."""

    node: Node | None
    datatype: Datatype = Datatype.STRING
    children: Mapping[str, Shape] = field(default_factory=dict)
    is_repeat: bool = False
    is_leaf: bool = True

    @staticmethod
    def of(definition: FormDefinition) -> Shape:
        """Return the shape of the whole form; worth keeping, it serves every submission of that form."""
        return _shape(definition.root)

    def narrowed(self, paths: Iterable[str]) -> Shape:
        """Return the shape without what lies neither on the way to one of the absolute *paths* nor below it.

        What is bound to it with `bind_known` answers an expression that reads these paths as the whole record does.
        """
        return _narrowed(self, [tuple(path.split("/")[2:]) for path in paths])


def _shape(node: Node) -> Shape:
    children = {child.name: _shape(child) for child in node.children}
    return Shape(
        node=node,
        datatype=node.datatype,
        children=children,
        is_repeat=node.kind is NodeKind.REPEAT,
        is_leaf=node.kind is NodeKind.LEAF,
    )


def _narrowed(shape: Shape, ways: list[tuple[str, ...]]) -> Shape:
    if () in ways:
        return shape
    children = {}
    for name, child in shape.children.items():
        further = [way[1:] for way in ways if way[0] == name]
        if further:
            children[name] = _narrowed(child, further)
    return replace(shape, children=children)


UNKNOWN = Shape(None, is_leaf=False)
"""The shape of a node the form does not define."""


class InstanceNode:
    """A node of an instance; *children* by name in order of arrival, *position* 1-based among same-named siblings.

    *computed* is the typed value of a calculate worked out again; it is read instead of *text*, for on the device a
    calculate bound as text is still the number or boolean it gave (``0`` is false, not a text of one letter).
    """

    __slots__ = (
        "attributes",
        "children",
        "computed",
        "missing",
        "name",
        "parent",
        "position",
        "relevant",
        "shape",
        "text",
    )

    def __init__(
        self,
        name: str,
        text: str = "",
        *,
        parent: InstanceNode | None = None,
        shape: Shape = UNKNOWN,
        position: int = 1,
    ) -> None:
        self.name = name
        self.text = text
        self.parent = parent
        self.shape = shape
        self.position = position
        self.relevant = True
        self.missing = False
        self.computed: float | str | bool | datetime | None = None
        self.children = _NO_CHILDREN
        self.attributes = _NO_ATTRIBUTES

    @property
    def datatype(self) -> Datatype:
        """Return what the bind says the node holds; STRING where there is no bind."""
        return self.shape.datatype

    @property
    def definition(self) -> Node | None:
        """Return the form's node, None if the form has none here."""
        return self.shape.node

    def append(self, name: str, text: str = "", *, shape: Shape = UNKNOWN) -> InstanceNode:
        """Put in and return a new last child."""
        siblings = self._siblings(name)
        child = InstanceNode(name, text, parent=self, shape=shape, position=len(siblings) + 1)
        siblings.append(child)
        return child

    def _siblings(self, name: str) -> list[InstanceNode]:
        children = self.children
        if not isinstance(children, dict):
            self.children = children = {}
        found: list[InstanceNode] = children.setdefault(name, [])
        return found

    def walk(self) -> Iterator[InstanceNode]:
        """Yield this node and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend([child for named in reversed([*node.children.values()]) for child in reversed(named)])

    def chain(self) -> list[InstanceNode]:
        """Return the nodes from the root down to this one."""
        found: list[InstanceNode] = []
        node: InstanceNode | None = self
        while node is not None:
            found.append(node)
            node = node.parent
        found.reverse()
        return found

    def nearest(self, path: str) -> InstanceNode | None:
        """Return the node at the absolute *path* in the repeat instances this one stands in, elsewhere in the first."""
        chain = self.chain()
        node, is_here = chain[0], True
        for depth, name in enumerate(path.strip("/").split("/")[1:], 1):
            siblings = node.children.get(name)
            if not siblings:
                return None
            is_here = is_here and depth < len(chain) and chain[depth].name == name
            node = chain[depth] if is_here else siblings[0]
        return node

    def path(self) -> str:
        """Return the absolute path with ``[n]`` on every repeat instance and nowhere else."""
        steps = [f"{node.name}[{node.position}]" if node.shape.is_repeat else node.name for node in self.chain()]
        return "/" + "/".join(steps)


def local_name(tag: str) -> str:
    """Return *tag* without its namespace."""
    return tag.rpartition("}")[2]


def bind_tree(definition: FormDefinition | Shape, element: _Element) -> InstanceNode:
    """Return *element* (the root of what a device sent) as a tree bound to the form.

    The root's own name is not compared: the form id was, before. Give a `Shape` where many are bound to one form.
    """
    shape = definition if isinstance(definition, Shape) else Shape.of(definition)
    root = _bind_elements(element, shape)
    _add_missing(root)
    return root


def bind_known(shape: Shape, element: _Element) -> InstanceNode:
    """Return what *shape* knows of *element*, as `bind_tree` would bind it; all else of the record is passed over."""
    root = _bind_elements(element, shape, passes_over=True)
    _add_missing(root)
    return root


def bind_untyped(element: _Element, datatypes: Mapping[str, Datatype] | None = None) -> InstanceNode:
    """Return *element* as a tree without a form; *datatypes* may name the type of an absolute path.

    Texts are trimmed, as JavaRosa trims those of a document it loads.
    """
    root = _bind_elements(element, Shape(None, is_leaf=False))
    for node in root.walk():
        node.text = node.text.strip(_JAVA_SPACE)
        datatype = (datatypes or {}).get("/" + "/".join(one.name for one in node.chain()))
        if datatype is not None:
            node.shape = Shape(None, datatype)
    return root


def _bind_elements(element: _Element, shape: Shape, *, passes_over: bool = False) -> InstanceNode:
    # Every element of every record passes here, a hundred of them in a survey: no call is made that can be spared.
    root = InstanceNode(local_name(element.tag), _own_text(element), shape=shape)
    root.attributes = {local_name(str(name)): str(value) for name, value in element.attrib.items()}
    otherwise = None if passes_over else UNKNOWN
    waiting = [(element, root)]
    while waiting:
        above, node = waiting.pop()
        known = node.shape.children
        children: dict[str, list[InstanceNode]] = {}
        node.children = children
        for below in above:
            tag: object = below.tag
            if not isinstance(tag, str):
                continue  # a comment or an instruction
            name = tag.rpartition("}")[2]
            found = known.get(name, otherwise)
            if found is None:
                continue
            is_above = len(below) > 0
            child = InstanceNode(name, "" if is_above else below.text or "", parent=node, shape=found)
            siblings = children.get(name)
            if siblings is None:
                children[name] = [child]
            else:
                siblings.append(child)
                child.position = len(siblings)
            if below.attrib:
                child.attributes = {local_name(str(key)): str(value) for key, value in below.attrib.items()}
            if is_above:
                waiting.append((below, child))
    return root


def _own_text(element: _Element) -> str:
    """Return the text of a leaf; a group has none, whatever a writer put between its children."""
    return "" if len(element) else element.text or ""


def _add_missing(root: InstanceNode) -> None:
    waiting, left = [root], MAX_MISSING
    while waiting and left > 0:
        node = waiting.pop()
        for name, shape in node.shape.children.items():
            if name in node.children or shape.is_repeat:
                continue
            left -= 1
            child = node.append(name, shape=shape)
            child.missing = True
            child.relevant = False
        waiting.extend([one for named in node.children.values() for one in named if one.shape.children])

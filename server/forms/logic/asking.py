"""One expression asked of one bare document: how designers and measurements try the language without a form.

The document is the primary instance, untyped but for the types that are given; nothing in it is hidden by relevance.
What the answer is called and how it is written is JavaRosa's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from server.errors import InvalidInput
from server.forms.definition import FormDefinition, Node, NodeKind
from server.forms.logic.compile import compile_expression
from server.forms.logic.context import Context
from server.forms.logic.tree import bind_untyped
from server.forms.logic.values import scalar, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from lxml.etree import _Element

    from server.forms.definition import Datatype
    from server.forms.logic.tree import InstanceNode
    from server.forms.logic.values import Value

_STEP = re.compile(r"(?:[^\[\]:]+:)?([^\[\]:]+)(?:\[([1-9]\d{0,8})\])?\Z")
_KINDS: Mapping[type, str] = {float: "number", str: "string", bool: "boolean", datetime: "date", list: "nodeset"}


@dataclass(frozen=True, slots=True)
class Question:
    """An expression, the root of its document, the path of the node it stands at (empty: the root), and the clock."""

    expression: str
    record: _Element
    zone: tzinfo
    now: datetime
    place: str = ""
    datatypes: Mapping[str, Datatype] = field(default_factory=dict)
    """The type of absolute paths, without positions."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The *kind* of a value (``number``, ``string``, ``boolean``, ``date``, ``nodeset``) and its string()."""

    kind: str
    text: str


def answer(question: Question) -> Answer:
    """Return the value.

    Raises LogicError where the expression does not compile or has no single value, InvalidInput ``ask.no_node``.
    """
    expression = compile_expression(question.expression)
    root = bind_untyped(question.record, question.datatypes)
    node = _node_at(root, question.place)
    context = Context(node, root, question.now, question.zone, definition=_stand_in(root))
    value = expression.evaluate(context)
    return Answer(_kind_of(value), to_text(scalar(value, context)))


def _kind_of(value: Value) -> str:
    return _KINDS[type(value)]


def _stand_in(root: InstanceNode) -> FormDefinition:
    """Return a form without questions that has the document's own version, for version()."""
    form_id, version = root.attributes.get("id", ""), root.attributes.get("version", "")
    return FormDefinition(form_id, version, form_id, Node(f"/{root.name}", root.name, NodeKind.GROUP))


def _node_at(root: InstanceNode, place: str) -> InstanceNode:
    """Return the node at *place*, such as ``/data/visit[2]/cost``; a step without a number is the first."""
    first, *rest = place.strip().strip("/").split("/")
    steps = [_STEP.match(step) for step in ([first] if first else []) + rest]
    if steps and (steps[0] is None or (steps[0][1], int(steps[0][2] or 1)) != (root.name, 1)):
        raise InvalidInput("ask.no_node", path=place)
    node = root
    for step in steps[1:]:
        siblings = node.children.get(step[1], []) if step else []
        number = int(step[2] or 1) if step else 1
        if number > len(siblings):
            raise InvalidInput("ask.no_node", path=place)
        node = siblings[number - 1]
    return node

"""Every expression a form holds, with the node and the part of it that it stands in.

Only the places are known here; what an expression means is `server.forms.logic`'s.
Source: ODK XForms specification, Bindings and Event Actions (https://getodk.github.io/xforms-spec/#bindings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition, Itemset, Node
    from server.forms.logic import LogicError

SHOWN = 120
"""Characters of an expression a fault shows."""

_PARTS = ("relevant", "required", "constraint", "calculate", "readonly", "repeat_count")


@dataclass(frozen=True, slots=True)
class Written:
    """An expression with the node it belongs to (empty for one inside a label) and the part of that node it is."""

    source: str
    path: str
    part: str


def told_of(error: LogicError, source: str, path: str, part: str) -> dict[str, str | int]:
    """Return what a fault about the expression *source* says of it; places in it are counted from 1, as people do."""
    params = {name: value for name, value in error.params.items() if isinstance(value, str | int)}
    if isinstance(place := params.get("position"), int):
        params["position"] = place + 1
    return {"path": path, "part": part, "expression": source[:SHOWN], **params}


def written_expressions(definition: FormDefinition) -> Iterator[Written]:
    """Yield every expression: of nodes in document order, then of actions, attributes and labels."""
    for node in definition.root.walk():
        yield from _of_node(node)
    written = (
        *(Written(action.value, action.path, "default") for action in definition.actions),
        *(
            Written(bind.calculate, f"{bind.path}/@{bind.attribute}", "calculate")
            for bind in definition.attribute_binds
        ),
        *(Written(output, "", "label") for output in definition.outputs),
    )
    yield from (one for one in written if one.source)


def _of_node(node: Node) -> Iterator[Written]:
    for part in _PARTS:
        source = str(getattr(node, part))
        if source:
            yield Written(source, node.path, part)
    if node.control.itemset:
        yield Written(_nodeset(node.control.itemset), node.path, "choice_filter")


def _nodeset(itemset: Itemset) -> str:
    """Return the itemset as one path, so that names in its filter are looked for in the list."""
    path = f"instance('{itemset.instance_id}')/{itemset.rows}" if itemset.instance_id else itemset.nodeset
    return f"{path}[{itemset.predicate}]" if itemset.predicate else path

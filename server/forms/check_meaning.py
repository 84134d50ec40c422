"""What compiles but will not do what its writer means: text compared as numbers, selects compared whole, endless work.

Only warnings come from here: the phone takes such a form, and goes another way than its designer thinks.
Source: the semantics of `server.forms.logic`, which are JavaRosa's.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.logic.context import EXPRESSION_STEPS
from server.forms.logic.paths import indexed_equality
from server.forms.logic.references import reference_of
from server.forms.logic.syntax import Base, Chain, Literal, Path, parts_of, walk
from server.forms.logic.values import number_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition, Node
    from server.forms.logic.syntax import Syntax

REPEATS_MET = 50
"""Instances of a repeat a long visit may fill; the work of an expression is reckoned with them."""

ROWS_MET = 2000
"""Rows of a list beside the form, whose length is not known here."""

ROWS_OF_ONE_VALUE = 20
"""Rows of a list that an index finds for one value."""

_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(T.*)?\Z")
_EQUALITY = frozenset({"=", "!="})
_ORDER = frozenset({"<", "<=", ">", ">="})
_NUMERIC = (Datatype.INTEGER, Datatype.DECIMAL)
_MOMENTS = (Datatype.DATE, Datatype.DATETIME)
Warned = tuple[str, dict[str, str | int]]


def meaning_warnings(syntax: Syntax, path: str, definition: FormDefinition) -> Iterator[Warned]:
    """Yield code and parameters of each thing odd in the expression *syntax* of the node at *path*, each once."""
    found: dict[str, Warned] = {}
    for part in walk(syntax):
        for code, params in _of_part(part, path, definition):
            found.setdefault(f"{code} {params}", (code, params))
    yield from found.values()
    steps = _cost(syntax, path, definition) * REPEATS_MET ** _repeats_above(path, definition)
    if steps > EXPRESSION_STEPS:
        yield "form.logic.costly", {"steps": steps}


def _of_part(part: Syntax, path: str, definition: FormDefinition) -> Iterator[Warned]:
    match part:
        case Path(base=Base.CURRENT, steps=()):
            yield "form.logic.current_alone", {}
        case Chain(links=links) if links[0][0] == "|":
            yield "form.logic.union", {}
        case Chain(first, links):
            left = first
            for sign, right in links:
                yield from _of_pair(left, sign, right, path=path, definition=definition)
                left = right


def _of_pair(left: Syntax, sign: str, right: Syntax, *, path: str, definition: FormDefinition) -> Iterator[Warned]:
    for one, other in ((left, right), (right, left)):
        if not isinstance(other, Literal):
            continue
        node = _node(one, path, definition)
        if sign in _ORDER:
            yield from _of_order(other.value)
        elif sign in _EQUALITY and other.value and node is not None:
            yield from _of_equality(node, other.value)


def _of_order(text: str) -> Iterator[Warned]:
    if not math.isnan(number_of_text(text)):
        return
    yield ("form.logic.day_as_text" if _DAY.match(text) else "form.logic.order_of_text"), {"text": text}


def _of_equality(node: Node, text: str) -> Iterator[Warned]:
    if node.control.kind in (ControlKind.SELECT_MULTIPLE, ControlKind.RANK):
        yield "form.logic.select_as_whole", {"question": node.name, "text": text}
    never_number = node.datatype in _NUMERIC and math.isnan(number_of_text(text))
    if never_number or (node.datatype in _MOMENTS and not _DAY.match(text)):
        yield "form.logic.never_equal", {"question": node.name, "text": text}


def _node(syntax: Syntax, path: str, definition: FormDefinition) -> Node | None:
    """Return the question *syntax* is a plain path to, or ``.`` itself."""
    if not isinstance(syntax, Path):
        return None
    absolute = reference_of(syntax).absolute(path)
    return definition.nodes.get(absolute) if absolute else None


def _repeats_above(path: str, definition: FormDefinition) -> int:
    steps = path.split("/")
    above = (definition.nodes.get("/".join(steps[:depth])) for depth in range(2, len(steps) + 1))
    return sum(1 for node in above if node is not None and node.kind is NodeKind.REPEAT)


def _cost(syntax: Syntax, path: str, definition: FormDefinition) -> int:
    """Return about how many nodes one evaluation visits; predicates are asked of every candidate."""
    if not isinstance(syntax, Path):
        return 1 + sum(_cost(part, path, definition) for part in parts_of(syntax))
    candidates = _candidates(syntax, path, definition)
    return candidates * (1 + sum(_cost(part, path, definition) for part in parts_of(syntax)))


def _candidates(syntax: Path, path: str, definition: FormDefinition) -> int:
    if not any(step.predicates for step in syntax.steps):
        return 1
    if syntax.base is Base.INSTANCE and indexed_equality(syntax.steps):
        return ROWS_OF_ONE_VALUE
    if syntax.base is Base.INSTANCE:
        instance = definition.instance(syntax.instance_id)
        return len(instance.choices) or 1 if instance is not None and not instance.src else ROWS_MET
    absolute = reference_of(syntax).absolute(path) or path
    levels = max(1, _repeats_above(absolute, definition))
    return int(REPEATS_MET**levels)

"""The page docs/form-logic.md, made from the table of functions the server and its tests use.

Every result on the page is worked out as it is written, on the small record shown there.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree

from server.forms.definition import (
    Choice,
    Control,
    ControlKind,
    Datatype,
    FormDefinition,
    Node,
    NodeKind,
    Text,
)
from server.forms.lists import ChoiceList
from server.forms.logic import FUNCTIONS, Context, LogicError, bind_untyped, compile_expression
from server.forms.logic.function import kinds_of
from server.forms.logic.functions_dates import DATE_FUNCTIONS
from server.forms.logic.functions_geo import GEO_FUNCTIONS
from server.forms.logic.functions_lists import LIST_FUNCTIONS
from server.forms.logic.functions_logic import LOGIC_FUNCTIONS
from server.forms.logic.functions_nodes import NODE_FUNCTIONS
from server.forms.logic.functions_numbers import NUMBER_FUNCTIONS
from server.forms.logic.functions_texts import TEXT_FUNCTIONS
from server.forms.logic.values import scalar, to_text

if TYPE_CHECKING:
    from server.forms.logic.function import Function

RECORD = """<data id="sample" version="2025070101"><name>Mẫu</name><consent>yes</consent>
<member><age>34</age></member><member><age>7</age></member><field>0 0; 0 2; 2 2; 2 0; 0 0</field></data>"""
LIST = ChoiceList("units", ({"name": "23500", "label": "Xã mẫu"}, {"name": "23501", "label": "Phường mẫu"}))
PLACES = {"current": "/data/consent", "position": "/data/member[2]/age", "once": "/data/name"}
"""Where an example stands; the others stand at the root."""
NOTHING = "''"
REFUSALS = {"logic.unrepeatable": "(only the phone can say)", "logic.repeated": "(refused: several nodes)"}
GROUPS = (
    ("Deciding", LOGIC_FUNCTIONS),
    ("Text", TEXT_FUNCTIONS),
    ("Numbers", NUMBER_FUNCTIONS),
    ("Days and times", DATE_FUNCTIONS),
    ("Nodes and repeats", NODE_FUNCTIONS),
    ("Selects and lists", LIST_FUNCTIONS),
    ("Places", GEO_FUNCTIONS),
)
ARGUMENTS = {"n": "number", "d": "number", "t": "text", "b": "condition", "s": "value", "v": "value", "N": "nodes"}
HEAD = """# Functions of form logic

Conditions, constraints, calculates, measures and quality rules are written in one language: the XPath of ODK XForms,
read as JavaRosa (the engine in ODK Collect) reads it. Try any of it with `nepnha logic eval`, a whole form with
`nepnha form evaluate`, and see every fault of a workbook with `nepnha form check`.

This page is written by `scripts/write-form-logic`; the results are worked out, not copied. They come from this record,
seen on 1 July 2025 at 08:00 in Kon Tum, with a list `units` of two rows (23500 Xã mẫu, 23501 Phường mẫu):

```xml
{record}
```

`?` marks an argument that may be left out, `…` one that may be repeated.
"""
RULES = """
## How values behave

| rule | example | result |
|---|---|---|
"""
EXAMPLES = (
    ("an empty answer is no number", "'' + 1"),
    ("a comma may stand for the point", "'1,5' + 1"),
    ("a day counts as days since 1970", "date('2025-07-01') + 1"),
    ("days are compared as days, not as text", "date('2025-07-01') < '2025-07-02'"),
    ("equal is numeric if one side is a number", "'01' = 1"),
    ("text is true unless it is empty", "boolean('false')"),
    ("several nodes have no single value", "number(/data/member/age)"),
    ("conditions stand in square brackets", "/data/member[age > 18]/age"),
    ("a number in brackets selects nothing", "count(/data/member[1])"),
    ("ask for the position instead", "/data/member[position() = 1]/age"),
    ("division by zero is infinite", "1 div 0"),
    ("large numbers are written as Java does", "10000000 * 1000"),
)


def page() -> str:
    """Return the whole page as Markdown."""
    groups = "".join(_group(title, functions) for title, functions in GROUPS)
    rules = "".join(f"| {rule} | `{source}` | {_result(source, '/data')} |\n" for rule, source in EXAMPLES)
    return HEAD.format(record=RECORD) + groups + RULES + rules


def _group(title: str, functions: tuple[Function, ...]) -> str:
    rows = "".join(_row(function) for function in functions)
    return f"\n## {title}\n\n| function | what it gives | example | result |\n|---|---|---|---|\n{rows}"


def _row(function: Function) -> str:
    result = _result(function.example, PLACES.get(function.name, "/data"))
    return f"| `{_signature(function)}` | {function.summary} | `{function.example}` | {result} |\n"


def _signature(function: Function) -> str:
    marks = {"": "", "?": "?", "*": " …"}
    if function.name == "indexed-repeat":
        return "indexed-repeat(nodes, repeat, number, repeat?, number? …)"
    arguments = [f"{ARGUMENTS[letter]}{marks[mode]}" for letter, mode in kinds_of(function.takes_kinds)]
    return f"{function.name}({', '.join(arguments)})"


def _result(source: str, place: str) -> str:
    context = _context(place)
    try:
        value = compile_expression(source).evaluate(context)
        if isinstance(value, list) and len(value) > 1:
            return f"{len(value)} nodes"
        return f"`{to_text(scalar(value, context)) or NOTHING}`"
    except LogicError as error:
        return REFUSALS.get(error.code, error.code)


def _context(place: str) -> Context:
    root = bind_untyped(etree.fromstring(RECORD), {"/data/field": Datatype.GEOSHAPE})
    node = root
    for step in place.strip("/").split("/")[1:]:
        name, _, number = step.rstrip("]").partition("[")
        node = node.children[name][int(number or 1) - 1]
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    return Context(node, root, datetime(2025, 7, 1, 1, 0, tzinfo=UTC), zone, {"units": LIST}, _form())


def _form() -> FormDefinition:
    yes = Choice("yes", Text((("vi", "Đồng ý"),)))
    control = Control(ControlKind.SELECT_ONE, choices=(yes,))
    consent = Node("/data/consent", "consent", NodeKind.LEAF, control=control)
    root = Node("/data", "data", NodeKind.GROUP, children=(consent,))
    return FormDefinition("sample", "2025070101", "sample", root, nodes={one.path: one for one in root.walk()})


def main() -> None:
    """Write the page to the path given."""
    assert sum(len(functions) for _, functions in GROUPS) == len(FUNCTIONS), "a group of functions has no place here"
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

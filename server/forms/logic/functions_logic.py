"""Functions that decide: ``if``, ``coalesce``, ``once``, ``not``, checklists and the like.

``if``, ``coalesce`` and ``once`` evaluate only what they need.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.forms.logic.code import Code, Kind, constant
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Compile, Function, contextual, plain
from server.forms.logic.values import (
    INTEGER_LIMIT,
    Scalar,
    Value,
    is_empty,
    scalar,
    scalar_of_node,
    to_boolean,
    to_number,
    to_text,
)

if TYPE_CHECKING:
    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Call


def java_integer(number: float) -> int:
    """Return *number* cut to a 32-bit integer: NaN is 0, beyond the range is its end."""
    if math.isnan(number):
        return 0
    return int(max(-INTEGER_LIMIT, min(INTEGER_LIMIT - 1, number)))


def _if(call: Call, compile_part: Compile) -> Code:
    condition, yes, no = (compile_part(argument) for argument in call.arguments)
    holds, run_yes, run_no = condition.boolean(), yes.run, no.run
    kind = yes.kind if yes.kind is no.kind else Kind.ANY
    read_yes, read_no = yes.scalar(), no.scalar()
    return Code(
        kind,
        lambda context: run_yes(context) if holds(context) else run_no(context),
        read=lambda context: read_yes(context) if holds(context) else read_no(context),
    )


def _coalesce(call: Call, compile_part: Compile) -> Code:
    first, second = (compile_part(argument) for argument in call.arguments)
    run, otherwise = first.run, second.run
    read, read_otherwise = first.scalar(), second.scalar()

    def pick(context: Context) -> Value:
        value = run(context)
        return otherwise(context) if is_empty(scalar(value, context)) else value

    def pick_value(context: Context) -> Scalar:
        value = read(context)
        return read_otherwise(context) if is_empty(value) else value

    return Code(Kind.ANY, pick, read=pick_value)


def _once(call: Call, compile_part: Compile) -> Code:
    run = compile_part(call.arguments[0]).run

    def keep(context: Context) -> Value:
        kept = scalar_of_node(context.node, context)
        return run(context) if to_text(kept) == "" else kept

    return Code(Kind.ANY, keep)


def _depend(call: Call, compile_part: Compile) -> Code:
    first, *_ = [compile_part(argument) for argument in call.arguments]
    return first


def _true(_: Call, __: Compile) -> Code:
    return constant(Kind.BOOLEAN, True)


def _false(_: Call, __: Compile) -> Code:
    return constant(Kind.BOOLEAN, False)


def _boolean(call: Call, compile_part: Compile) -> Code:
    return Code(Kind.BOOLEAN, compile_part(call.arguments[0]).boolean())


def _not(value: bool) -> bool:  # noqa: FBT001 - the language's own argument
    return not value


def _boolean_from_string(text: str) -> bool:
    return text.lower() == "true" or text == "1"


def flattened(context: Context, values: tuple[Value, ...]) -> list[Scalar]:
    """Return the single values of *values*; a lone node-set gives one for each of its nodes."""
    if len(values) == 1 and type(values[0]) is list:
        return [scalar_of_node(node, context) for node in values[0]]
    return [scalar(value, context) for value in values]


def _checklist(context: Context, least: float, most: float, *values: Value) -> bool:
    lower, upper = java_integer(least), java_integer(most)
    count = sum(map(to_boolean, flattened(context, values)))
    return (lower < 0 or count >= lower) and (upper < 0 or count <= upper)


def _weighted_checklist(context: Context, least: float, most: float, *values: Value) -> bool:
    if len(values) == 2 and all(type(value) is list for value in values):  # noqa: PLR2004
        flags, weights = (flattened(context, (value,)) for value in values)
    else:
        singles = [scalar(value, context) for value in values]
        flags, weights = singles[0::2], singles[1::2]
    if len(flags) != len(weights):
        raise LogicError("logic.type")
    total = 0.0
    for flag, weight in zip(flags, weights, strict=True):
        number = to_number(weight)
        if to_boolean(flag):
            total += number
    return least <= total <= most


_EVEN_COUNTS = tuple(range(4, 402, 2))

LOGIC_FUNCTIONS = (
    Function("if", "bvv", "The second argument where the first is true, else the third.", "if(1 > 2, 'a', 'b')", _if),
    Function(
        "coalesce", "vv", "The first argument unless it is empty, else the second.", "coalesce('', 'b')", _coalesce
    ),
    Function(
        "once", "v", "The node's value if it has one, else the argument.", "once('a')", _once, is_repeatable=False
    ),
    Function("depend", "vv*", "The first argument, re-evaluated when any other changes.", "depend('a', 'b')", _depend),
    Function("true", "", "True.", "true()", _true),
    Function("false", "", "False.", "false()", _false),
    Function("boolean", "b", "The argument as a boolean.", "boolean('a')", _boolean),
    Function("not", "b", "The contrary.", "not(false())", plain("b", Kind.BOOLEAN, _not)),
    Function(
        "boolean-from-string",
        "t",
        "True for ``1`` and ``true`` in any case.",
        "boolean-from-string('True')",
        plain("t", Kind.BOOLEAN, _boolean_from_string),
    ),
    Function(
        "checklist",
        "nnv*",
        "Whether as many arguments as the first two allow are true; -1 is no bound.",
        "checklist(1, -1, true(), false())",
        contextual("nnv*", Kind.BOOLEAN, _checklist),
    ),
    Function(
        "weighted-checklist",
        "nnv*",
        "Whether the weights of the true arguments add up to something between the first two.",
        "weighted-checklist(2, 5, true(), 3, false(), 4)",
        contextual("nnv*", Kind.BOOLEAN, _weighted_checklist),
        counts=_EVEN_COUNTS,
    ),
)

"""The operators to closures: ``or and = != < <= > >= + - * div mod |``.

Source: https://www.w3.org/TR/xpath-10/#numbers for the numeric ones; JavaRosa for equality and comparison.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from server.forms.logic.code import BOOLEAN, NODES, NUMBER, Code, constant
from server.forms.logic.values import NAN, NodeSet, is_equal

if TYPE_CHECKING:
    from server.forms.logic.code import RunBoolean, RunNumber
    from server.forms.logic.context import Context

Links: TypeAlias = list[tuple[str, Code]]
Arithmetic: TypeAlias = Callable[[float, float], float]


def divide(left: float, right: float) -> float:
    """Return *left* div *right*; by zero it is infinite, 0 div 0 is NaN."""
    try:
        return left / right
    except ZeroDivisionError:
        return NAN if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """Return *left* mod *right* with the sign of *left*; by zero it is NaN."""
    try:
        return math.fmod(left, right)
    except ValueError:
        return NAN


_ARITHMETIC: dict[str, Arithmetic] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divide,
    "mod": remainder,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def negation_code(operand: Code, *, is_odd: bool) -> Code:
    """Return code for a unary minus; an even number of them still makes a number."""
    run = operand.number()
    if operand.constant is not None:
        fixed = run(None)  # type: ignore[arg-type]  # a constant looks at no context
        return constant(NUMBER, -fixed if is_odd else fixed)
    return Code(NUMBER, (lambda context: -run(context)) if is_odd else run)


def chain_code(first: Code, links: Links) -> Code:
    """Return code for operators of one precedence, taken from left to right."""
    match links[0][0]:
        case "and":
            return _every([first, *(code for _, code in links)])
        case "or":
            return _any([first, *(code for _, code in links)])
        case "=" | "!=":
            return _folded(first, links, _equality)
        case "<" | "<=" | ">" | ">=":
            return _folded(first, links, _comparison)
        case "|":
            return _union([first, *(code for _, code in links)])
        case _:
            return _arithmetic(first, links)


def _folded(first: Code, links: Links, pair: Callable[[Code, str, Code], Code]) -> Code:
    left = first
    for sign, right in links:
        left = pair(left, sign, right)
    return left


def _every(codes: list[Code]) -> Code:
    runs: list[RunBoolean] = [code.boolean() for code in codes]
    if len(runs) == 2:  # noqa: PLR2004
        left, right = runs
        return Code(BOOLEAN, lambda context: left(context) and right(context))

    def run(context: Context) -> bool:
        for one in runs:  # noqa: SIM110 - a generator costs more than the loop
            if not one(context):
                return False
        return True

    return Code(BOOLEAN, run)


def _any(codes: list[Code]) -> Code:
    runs: list[RunBoolean] = [code.boolean() for code in codes]
    if len(runs) == 2:  # noqa: PLR2004
        left, right = runs
        return Code(BOOLEAN, lambda context: left(context) or right(context))

    def run(context: Context) -> bool:
        for one in runs:  # noqa: SIM110 - a generator costs more than the loop
            if one(context):
                return True
        return False

    return Code(BOOLEAN, run)


def _equality(left: Code, sign: str, right: Code) -> Code:
    if type(left.constant) is str and right.constant is None:
        left, right = right, left
    run, other = left.scalar(), right.scalar()
    if type(right.constant) is not str:
        if sign == "=":
            return Code(BOOLEAN, lambda context: is_equal(run(context), other(context)))
        return Code(BOOLEAN, lambda context: not is_equal(run(context), other(context)))
    wanted, is_same = right.constant, sign == "="

    def against_text(context: Context) -> bool:
        value = run(context)
        return (value == wanted if type(value) is str else is_equal(value, wanted)) is is_same

    return Code(BOOLEAN, against_text)


def _comparison(left: Code, sign: str, right: Code) -> Code:
    holds, run, other = _COMPARISONS[sign], left.number(), right.number()
    if right.constant is not None:
        fixed = other(None)  # type: ignore[arg-type]  # a constant looks at no context
        return Code(BOOLEAN, lambda context: holds(run(context), fixed))
    return Code(BOOLEAN, lambda context: holds(run(context), other(context)))


def _arithmetic(first: Code, links: Links) -> Code:
    start = first.number()
    rest: list[tuple[Arithmetic, RunNumber]] = [(_ARITHMETIC[sign], code.number()) for sign, code in links]
    if len(rest) == 1:
        compute, other = rest[0]
        return Code(NUMBER, lambda context: compute(start(context), other(context)))

    def run(context: Context) -> float:
        total = start(context)
        for compute, operand in rest:
            total = compute(total, operand(context))
        return total

    return Code(NUMBER, run)


def _union(codes: list[Code]) -> Code:
    runs = [code.nodes() for code in codes]

    def run(context: Context) -> NodeSet:
        return list(dict.fromkeys(node for one in runs for node in one(context)))

    return Code(NODES, run)

"""Functions on numbers. They never fail: what Java calls NaN or infinite is that here."""

from __future__ import annotations

import math
import random
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING

from server.forms.logic.code import Code, Kind
from server.forms.logic.function import Compile, Function, contextual, plain
from server.forms.logic.functions_logic import flattened, java_integer
from server.forms.logic.values import NAN, NodeSet, Value, scalar_of_node, to_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Call

_LONG_LIMIT = 2.0**63
_MAX_PLACES = 30
_SMALLEST_POSITIVE = 5e-324
_LARGEST = 1.7976931348623157e308
_RANDOM = random.SystemRandom()


def _number(call: Call, compile_part: Compile) -> Code:
    return Code(Kind.NUMBER, compile_part(call.arguments[0]).number())


def _int(number: float) -> float:
    if math.isnan(number) or math.isinf(number) or abs(number) >= _LONG_LIMIT:
        return number
    return math.copysign(float(math.trunc(number)), number)


def _round(number: float, places: float = 0.0) -> float:
    if math.isnan(number) or math.isinf(number):
        return number
    count = java_integer(places)
    if abs(count) > _MAX_PLACES:
        return NAN
    if count < 0:
        return _round_to_tens(number, count)
    mode = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    with localcontext() as exact:
        exact.prec = 400
        try:
            return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-count), rounding=mode))
        except InvalidOperation:
            return number


def _round_to_tens(number: float, places: int) -> float:
    scaled = float(Decimal(repr(number)).scaleb(places)) + 0.5
    whole = max(-_LONG_LIMIT, min(_LONG_LIMIT, math.trunc(scaled)))
    return float(Decimal(repr(float(whole))).scaleb(-places))


def _safe(compute: Callable[..., float], beyond: float = NAN) -> Callable[..., float]:
    def run(*numbers: float) -> float:
        try:
            return compute(*numbers)
        except OverflowError:
            return math.inf
        except ValueError:
            return beyond

    return run


def _pow(base: float, exponent: float) -> float:
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)) or (base == 1 and math.isnan(exponent)):
        return NAN
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        if base != 0:
            return NAN
        return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf


def _exp10(number: float) -> float:
    return _pow(10.0, number)


def _logarithm(compute: Callable[[float], float]) -> Callable[[float], float]:
    def run(number: float) -> float:
        if number == 0:
            return -math.inf
        return compute(number) if number > 0 else NAN

    return run


def _sum(context: Context, nodes: NodeSet) -> float:
    context.steps.spend(len(nodes))
    numbers = [to_number(scalar_of_node(node, context)) for node in nodes]
    return sum((number for number in numbers if not math.isnan(number)), 0.0)


def _numbers(context: Context, values: tuple[Value, ...]) -> list[float]:
    found = [to_number(value) for value in flattened(context, values)]
    return [number for number in found if not math.isnan(number)]


def _max(context: Context, *values: Value) -> float:
    """Return the largest number; JavaRosa starts from the smallest positive one, so negatives alone give about 0."""
    numbers = _numbers(context, values)
    return max([_SMALLEST_POSITIVE, *numbers]) if numbers else NAN


def _min(context: Context, *values: Value) -> float:
    numbers = _numbers(context, values)
    return min([_LARGEST, *numbers]) if numbers else NAN


def _count(context: Context, nodes: NodeSet) -> float:
    context.steps.spend(1)
    return float(len(nodes))


def _count_non_empty(context: Context, nodes: NodeSet) -> float:
    context.steps.spend(len(nodes))
    return float(sum(1 for node in nodes if node.children or scalar_of_node(node, context) != ""))


def _random() -> float:
    return _RANDOM.random()


def _pi() -> float:
    return math.pi


def _one(name: str, summary: str, example: str, compute: Callable[[float], float]) -> Function:
    return Function(name, "d", summary, example, plain("d", Kind.NUMBER, compute))


NUMBER_FUNCTIONS = (
    Function("number", "n", "The argument as a number.", "number('1,5')", _number),
    Function("int", "n", "Cut to a whole number.", "int(-1.7)", plain("n", Kind.NUMBER, _int)),
    Function("round", "nn?", "Rounded to some decimal places.", "round(2.345, 2)", plain("nn?", Kind.NUMBER, _round)),
    _one("abs", "Without its sign.", "abs(-3)", abs),
    Function("pow", "dd", "The first to the power of the second.", "pow(2, 8)", plain("dd", Kind.NUMBER, _pow)),
    _one("log", "The natural logarithm.", "log(1)", _logarithm(math.log)),
    _one("log10", "The logarithm to base 10.", "log10(1000)", _logarithm(math.log10)),
    _one("exp", "e to that power.", "exp(0)", _safe(math.exp)),
    _one("exp10", "10 to that power.", "exp10(2)", _exp10),
    _one("sqrt", "The square root.", "sqrt(9)", _safe(math.sqrt)),
    _one("sin", "The sine of an angle in radians.", "sin(0)", _safe(math.sin)),
    _one("cos", "The cosine of an angle in radians.", "cos(0)", _safe(math.cos)),
    _one("tan", "The tangent of an angle in radians.", "tan(0)", _safe(math.tan)),
    _one("asin", "The angle of that sine.", "asin(0)", _safe(math.asin)),
    _one("acos", "The angle of that cosine.", "acos(1)", _safe(math.acos)),
    _one("atan", "The angle of that tangent.", "atan(0)", _safe(math.atan)),
    Function("atan2", "dd", "The angle of the point (x, y), given y first.", "atan2(0, 1)",
             plain("dd", Kind.NUMBER, math.atan2)),
    Function("pi", "", "The number pi.", "pi()", plain("", Kind.NUMBER, _pi)),
    Function("random", "", "A random number from 0 up to 1.", "random() < 1", plain("", Kind.NUMBER, _random),
             is_repeatable=False),
    Function("sum", "N", "The sum of the nodes that are numbers.", "sum(/data/member/age)",
             contextual("N", Kind.NUMBER, _sum)),
    Function("max", "v*", "The largest number.", "max(1, 3, 2)", contextual("v*", Kind.NUMBER, _max)),
    Function("min", "v*", "The smallest number.", "min(1, 3, 2)", contextual("v*", Kind.NUMBER, _min)),
    Function("count", "N", "How many nodes.", "count(/data/member)", contextual("N", Kind.NUMBER, _count)),
    Function("count-non-empty", "N", "How many nodes with a value.", "count-non-empty(/data/member/age)",
             contextual("N", Kind.NUMBER, _count_non_empty)),
)  # fmt: skip

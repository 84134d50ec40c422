"""What a function of the language is: its name, what it takes, how a call to it is compiled, what it is for.

*takes_kinds* spells the arguments, one letter each: ``n`` number, ``d`` number where a moment counts fractional days,
``t`` text, ``b`` boolean, ``s`` the single typed value, ``v`` any value, ``N`` node-set; ``?`` after a letter makes it
optional, ``*`` any number of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from server.forms.logic.code import ANY, SCALAR, Code, Kind
from server.forms.logic.values import Value, exact_days_of, scalar, to_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Call, Syntax

Compile: TypeAlias = "Callable[[Syntax], Code]"
Build: TypeAlias = "Callable[[Call, Compile], Code]"


@dataclass(frozen=True, slots=True)
class Function:
    """One function; *build* compiles a call whose number of arguments `takes` has allowed."""

    name: str
    takes_kinds: str
    summary: str
    example: str
    build: Build
    is_repeatable: bool = True
    """False where evaluating again later, or here instead of there, need not give the same."""
    counts: tuple[int, ...] = ()
    """The allowed numbers of arguments where the letters cannot say it."""
    notes: Callable[[Call], tuple[tuple[str, str], ...]] = lambda _: ()

    @property
    def least(self) -> int:
        """Return the smallest number of arguments."""
        return _bounds(self.takes_kinds)[0]

    @property
    def most(self) -> int | None:
        """Return the largest number of arguments, None if there is none."""
        return _bounds(self.takes_kinds)[1]

    @property
    def expected(self) -> str:
        """Return how many arguments it takes, such as ``1``, ``2–3``, ``1+``."""
        if self.counts:
            return ", ".join(map(str, self.counts))
        if self.most is None:
            return f"{self.least}+"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"

    def takes(self, count: int) -> bool:
        """Return whether a call with *count* arguments is right."""
        if self.counts:
            return count in self.counts
        least, most = _bounds(self.takes_kinds)
        return count >= least and (most is None or count <= most)


@cache
def _bounds(letters: str) -> tuple[int, int | None]:
    """Return the smallest and the largest number of arguments, None where there is no largest."""
    kinds = kinds_of(letters)
    return [mode for _, mode in kinds].count(""), None if "*" in letters else len(kinds)


@cache
def kinds_of(letters: str) -> tuple[tuple[str, str], ...]:
    """Return the letter and mode (``""``, ``?`` or ``*``) of each argument."""
    found: list[tuple[str, str]] = []
    for letter in letters:
        if letter in "?*":
            found[-1] = (found[-1][0], letter)
        else:
            found.append((letter, ""))
    return tuple(found)


def _exact_number(code: Code) -> Callable[[Context], Value]:
    """Return number(), but with the time of day of a computed moment; a node's date counts whole days all the same."""
    if code.kind is not ANY and code.kind is not SCALAR:
        return code.number()
    run = code.run

    def number(context: Context) -> float:
        value = run(context)
        if type(value) is list:
            return to_number(scalar(value, context))
        if type(value) in (float, str, bool):
            return to_number(value)  # type: ignore[arg-type]
        return _local_days(value)  # type: ignore[arg-type]

    return number


def _local_days(moment: datetime) -> float:
    """Return days and fractions since local midnight of 1970-01-01, by the offset the zone had then."""
    midnight = moment.replace(year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return exact_days_of(moment, midnight.astimezone(UTC))


_READERS: dict[str, Callable[[Code], Callable[[Context], Value]]] = {
    "n": Code.number,
    "d": _exact_number,
    "t": Code.text,
    "b": Code.boolean,
    "s": Code.scalar,
    "v": lambda code: code.run,
    "N": Code.nodes,
}


def _runs(letters: str, codes: list[Code]) -> list[Callable[[Context], Value]]:
    kinds = kinds_of(letters)
    last = len(kinds) - 1
    return [_READERS[kinds[min(place, last)][0]](code) for place, code in enumerate(codes)]


def plain(letters: str, kind: Kind, compute: Callable[..., Value]) -> Build:
    """Return a build for *compute*, called with the arguments converted as *letters* say."""

    def build(call: Call, compile_part: Compile) -> Code:
        runs = _runs(letters, [compile_part(argument) for argument in call.arguments])
        match runs:
            case []:
                return Code(kind, lambda _: compute())
            case [only]:
                return Code(kind, lambda context: compute(only(context)))
            case [left, right]:
                return Code(kind, lambda context: compute(left(context), right(context)))
            case _:
                return Code(kind, lambda context: compute(*[run(context) for run in runs]))

    return build


def contextual(letters: str, kind: Kind, compute: Callable[..., Value]) -> Build:
    """Return a build for *compute*, called with the context before the arguments."""

    def build(call: Call, compile_part: Compile) -> Code:
        runs = _runs(letters, [compile_part(argument) for argument in call.arguments])
        match runs:
            case []:
                return Code(kind, compute)
            case [only]:
                return Code(kind, lambda context: compute(context, only(context)))
            case _:
                return Code(kind, lambda context: compute(context, *[run(context) for run in runs]))

    return build

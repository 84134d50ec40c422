"""The abstract syntax of an expression: what the parser makes and the compiler reads; it computes nothing.

Binary operators of one precedence are one flat `Chain`, so that a sum of 300 questions is not 300 levels deep.
Source: XPath 1.0 grammar as restricted by the ODK XForms specification, https://getodk.github.io/xforms-spec/#xpath.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


class Axis(Enum):
    """The axes JavaRosa walks."""

    CHILD = auto()
    EVERY_CHILD = auto()
    PARENT = auto()
    SELF = auto()
    ATTRIBUTE = auto()


CHILD, EVERY_CHILD, PARENT, SELF, ATTRIBUTE = Axis
"""The axes under names of their own, which Python 3.11 finds much faster than an enumeration's members."""


class Base(Enum):
    """Where a path starts."""

    ROOT = auto()
    CONTEXT = auto()
    CURRENT = auto()
    INSTANCE = auto()


ROOT, CONTEXT, CURRENT, INSTANCE = Base
"""The starts under names of their own, for the same reason."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Literal:
    """A quoted text."""

    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; *name* is a local name, empty for ``.``, ``..`` and ``*``."""

    axis: Axis
    name: str = ""
    predicates: tuple[Syntax, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path; *instance_id* is set where *base* is INSTANCE."""

    base: Base
    steps: tuple[Step, ...] = ()
    instance_id: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; *position* is where its name stands in the source."""

    name: str
    arguments: tuple[Syntax, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negation:
    """A unary minus, or several."""

    operand: Syntax
    is_odd: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands of one precedence from left to right: ``first op operand op operand``."""

    first: Syntax
    links: tuple[tuple[str, Syntax], ...]


Syntax: TypeAlias = Number | Literal | Path | Call | Negation | Chain


def parts_of(syntax: Syntax) -> tuple[Syntax, ...]:
    """Return the direct parts of *syntax*, predicates included."""
    match syntax:
        case Path(steps=steps):
            return tuple(predicate for step in steps for predicate in step.predicates)
        case Call(arguments=arguments):
            return arguments
        case Negation(operand=operand):
            return (operand,)
        case Chain(first=first, links=links):
            return (first, *(operand for _, operand in links))
        case _:
            return ()


def walk(syntax: Syntax) -> Iterator[Syntax]:
    """Yield *syntax* and everything inside it."""
    waiting = [syntax]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(parts_of(one))

"""Compiled code: a closure with what is known of its value, and the conversions put around it at compile time.

Knowing that ``a + 1`` is a number saves asking at every evaluation. Nothing here knows the syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias, cast

from server.forms.logic.errors import LogicError
from server.forms.logic.values import NodeSet, Scalar, Value, scalar, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.forms.logic.context import Context

Run: TypeAlias = "Callable[[Context], Value]"
RunScalar: TypeAlias = "Callable[[Context], Scalar]"
RunNumber: TypeAlias = "Callable[[Context], float]"
RunText: TypeAlias = "Callable[[Context], str]"
RunBoolean: TypeAlias = "Callable[[Context], bool]"
RunNodes: TypeAlias = "Callable[[Context], NodeSet]"


class Kind(Enum):
    """What a piece of code is known to yield; ANY where only the evaluation shows."""

    NUMBER = auto()
    TEXT = auto()
    BOOLEAN = auto()
    SCALAR = auto()
    NODES = auto()
    ANY = auto()


NUMBER, TEXT, BOOLEAN, SCALAR, NODES, ANY = Kind
"""The kinds under names of their own, which Python 3.11 finds much faster than an enumeration's members."""


@dataclass(frozen=True, slots=True)
class Code:
    """A closure and the kind of its value; *constant* is set where the value never changes.

    *read* is set where there is a quicker way to the single value than to make a node-set and look into it.
    """

    kind: Kind
    run: Run
    constant: Scalar | None = None
    read: RunScalar | None = None

    def scalar(self) -> RunScalar:
        """Return code for the single value."""
        if self.read is not None:
            return self.read
        run = self.run
        if self.kind is NODES or self.kind is ANY:
            return lambda context: scalar(run(context), context)
        return cast(RunScalar, run)

    def number(self) -> RunNumber:
        """Return code for number()."""
        if self.kind is NUMBER:
            return cast(RunNumber, self.run)
        if self.constant is not None:
            fixed = to_number(self.constant)
            return lambda _: fixed
        run = self.scalar()
        return lambda context: to_number(run(context))

    def text(self) -> RunText:
        """Return code for string()."""
        if self.kind is TEXT:
            return cast(RunText, self.run)
        if self.constant is not None:
            fixed = to_text(self.constant)
            return lambda _: fixed
        run = self.scalar()
        return lambda context: to_text(run(context))

    def boolean(self) -> RunBoolean:
        """Return code for boolean()."""
        if self.kind is BOOLEAN:
            return cast(RunBoolean, self.run)
        run = self.scalar()
        return lambda context: to_boolean(run(context))

    def nodes(self) -> RunNodes:
        """Return code for the node-set; raises LogicError ``logic.not_a_nodeset`` here or, if unsure, at evaluation."""
        if self.kind is NODES:
            return cast(RunNodes, self.run)
        if self.kind is not ANY:
            raise LogicError("logic.not_a_nodeset")
        run = self.run

        def checked(context: Context) -> NodeSet:
            value = run(context)
            if type(value) is not list:
                raise LogicError("logic.not_a_nodeset")
            return value

        return checked


def constant(kind: Kind, value: Scalar) -> Code:
    """Return code that always yields *value*."""
    return Code(kind, lambda _: value, value)

"""Syntax to closures, and the `Expression` everyone else holds.

An expression is compiled once, at publish or when a form is first needed, and evaluated often; whatever can be known
before the evaluation (kinds, constants, unknown functions, wrong arity) is settled here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from server.forms.logic.code import NUMBER, TEXT, Code, constant
from server.forms.logic.errors import LogicError
from server.forms.logic.functions import FUNCTIONS
from server.forms.logic.operators import chain_code, negation_code
from server.forms.logic.parser import parse
from server.forms.logic.paths import path_code
from server.forms.logic.references import Reference, references_in
from server.forms.logic.syntax import Call, Chain, Literal, Negation, Number, Path, Syntax, walk
from server.forms.logic.values import NodeSet, Scalar, Value, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from server.forms.logic.context import Context

Note: TypeAlias = tuple[str, str]
"""A code and what it is about, such as (``logic.regex_unsupported``, the pattern)."""


class Expression:
    """A compiled expression; it keeps no state and serves any number of threads."""

    __slots__ = ("_code", "_read", "source", "syntax")

    def __init__(self, source: str, syntax: Syntax, code: Code) -> None:
        self.source = source
        self.syntax = syntax
        self._code = code
        self._read = code.scalar()

    @property
    def functions(self) -> frozenset[str]:
        """Return the names of the functions called, as written."""
        return frozenset(part.name for part in walk(self.syntax) if isinstance(part, Call))

    @property
    def references(self) -> tuple[Reference, ...]:
        """Return what the paths refer to, in order of appearance, each once."""
        return references_in(self.syntax)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the references as text: ``/data/a``, ``../b``, ``current()/../c``, ``instance('l')/root/item/d``."""
        return tuple(str(reference) for reference in self.references)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return what a designer should know though it compiles.

        ``logic.regex_unsupported`` (the pattern): the server leaves it unchecked; ``logic.regex_broken``: no
        engine takes it; ``logic.regex_slow``: a phone may never finish with it. ``logic.number_in_brackets`` (the
        step): the phone selects nothing by ``[2]``, only by ``[position() = 2]``.
        """
        found: list[Note] = []
        for part in walk(self.syntax):
            if isinstance(part, Call):
                found.extend(FUNCTIONS[part.name].notes(part))
            elif isinstance(part, Path):
                numbered = [step for step in part.steps if any(isinstance(one, Number) for one in step.predicates)]
                found.extend(("logic.number_in_brackets", step.name) for step in numbered)
        return tuple(found)

    @property
    def constant(self) -> Scalar | None:
        """Return the value if it is the same everywhere (``true()``, ``'x'``, ``3``), else None."""
        return self._code.constant

    @property
    def is_repeatable(self) -> bool:
        """Return whether evaluating again must give the same: no ``random()``, ``uuid()``, ``now()``, ``once()`` …"""
        return all(FUNCTIONS[name].is_repeatable for name in self.functions)

    def evaluate(self, context: Context) -> Value:
        """Return the value, a node-set as a list; raises LogicError where it has none."""
        context.steps.begin()
        return self._code.run(context)

    def scalar(self, context: Context) -> Scalar:
        """Return the single value, typed; raises LogicError ``logic.repeated`` for several nodes."""
        context.steps.begin()
        return self._read(context)

    def number(self, context: Context) -> float:
        """Return number() of the value."""
        return to_number(self.scalar(context))

    def string(self, context: Context) -> str:
        """Return string() of the value."""
        return to_text(self.scalar(context))

    def boolean(self, context: Context) -> bool:
        """Return boolean() of the value."""
        return to_boolean(self.scalar(context))

    def nodes(self, context: Context) -> NodeSet:
        """Return the nodes; raises LogicError ``logic.not_a_nodeset`` for any other value."""
        value = self.evaluate(context)
        if type(value) is not list:
            raise LogicError("logic.not_a_nodeset")
        return value


def compile_expression(source: str) -> Expression:
    """Return *source* compiled.

    Raises LogicError ``logic.syntax`` (reason, position), ``logic.unknown_function`` (function, position),
    ``logic.wrong_arity`` (function, given, expected, position) or ``logic.not_a_nodeset`` (function, position).
    """
    syntax = parse(source)
    return Expression(source, syntax, _code_of(syntax))


def _code_of(syntax: Syntax) -> Code:
    match syntax:  # the most frequent first
        case Path():
            return path_code(syntax, _code_of)
        case Call():
            return _call_code(syntax)
        case Literal():
            return constant(TEXT, syntax.value)
        case Chain():
            links = [(operator, _code_of(operand)) for operator, operand in syntax.links]
            return chain_code(_code_of(syntax.first), links)
        case Number():
            return constant(NUMBER, syntax.value)
        case Negation():
            return negation_code(_code_of(syntax.operand), is_odd=syntax.is_odd)


def _call_code(call: Call) -> Code:
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise LogicError("logic.unknown_function", function=call.name, position=call.position)
    if not function.takes(len(call.arguments)):
        raise LogicError(
            "logic.wrong_arity",
            function=call.name,
            given=len(call.arguments),
            expected=function.expected,
            position=call.position,
        )
    try:
        return function.build(call, _code_of)
    except LogicError as error:
        error.params.setdefault("function", call.name)
        error.params.setdefault("position", call.position)
        raise

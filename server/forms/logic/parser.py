"""Tokens to syntax: a Pratt parser for the XPath subset JavaRosa evaluates.

It refuses at once what JavaRosa refuses only when the form runs: ``//``, other axes, paths that start from a function
other than ``instance()`` or ``current()``, predicates on anything but a path, variables.
Source: https://www.w3.org/TR/xpath-10/ §2–3; https://getodk.github.io/xforms-spec/#xpath-concepts.
"""

from __future__ import annotations

from typing import NoReturn

from server.forms.logic.errors import syntax_error
from server.forms.logic.lexer import END, LITERAL, NAME, NAMES, NUMBER, OPERATOR, Token, tokens_of
from server.forms.logic.syntax import (
    ATTRIBUTE,
    CHILD,
    CONTEXT,
    CURRENT,
    EVERY_CHILD,
    INSTANCE,
    PARENT,
    ROOT,
    SELF,
    Axis,
    Base,
    Call,
    Chain,
    Literal,
    Negation,
    Number,
    Path,
    Step,
    Syntax,
)

MAX_DEPTH = 100
"""Brackets, calls and predicates inside each other; the deepest nested ``if`` seen in a published form is 63."""

MAX_LENGTH = 60_000
"""Characters of source; pyxform writes references out in full, and the longest calculate met had 9 000."""

_POWERS = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6, "|": 8,
}  # fmt: skip
_TIGHTEST = 6
"""The power of the operators whose operands may carry a minus; only ``|`` is tighter."""
_UNION_POWER = 8
_NODE_TYPES = frozenset({"node", "text", "comment", "processing-instruction"})
_BASES_OF_DOCUMENTS = (ROOT, CONTEXT)
_SHORT_STEPS = {".": SELF, "..": PARENT, "*": EVERY_CHILD}
_NAMED_AXES = {"child": CHILD, "attribute": ATTRIBUTE, "self": SELF, "parent": PARENT}


def parse(source: str) -> Syntax:
    """Return the syntax of *source*; raises LogicError ``logic.syntax`` with reason and position."""
    if len(source) > MAX_LENGTH:
        raise syntax_error("length", MAX_LENGTH)
    parser = _Parser(tokens_of(source))
    syntax = parser.expression(1)
    if parser.kind is not END:
        parser.refuse("unexpected")
    return syntax


class _Parser:
    """A cursor over the tokens, the one in hand taken apart; one method for each production."""

    __slots__ = ("_depth", "_index", "_tokens", "kind", "position", "text")

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0
        self.kind, self.text, self.position = tokens[0]

    def refuse(self, reason: str) -> NoReturn:
        """Raise the syntax error for the token in hand."""
        raise syntax_error("end" if self.kind is END else reason, self.position)

    def expression(self, floor: int) -> Syntax:
        """Parse operators of power *floor* and tighter."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse("depth")
        left = self._unary() if self.kind is OPERATOR else self._operand()
        while self.kind is OPERATOR and (power := _POWERS[self.text]) >= floor:
            left = self._chain(left, power)
        self._depth -= 1
        return left

    def _chain(self, first: Syntax, power: int) -> Chain:
        links: list[tuple[str, Syntax]] = []
        while self.kind is OPERATOR and _POWERS[self.text] == power:
            operator = self._take()
            if power < _TIGHTEST:
                operand = self.expression(power + 1)
            elif power == _TIGHTEST:
                operand = self._unary()
            else:
                operand = self._operand()
            links.append((operator, operand))
        return Chain(first, tuple(links))

    def _unary(self) -> Syntax:
        minuses = 0
        while self.text == "-":
            self._take()
            minuses += 1
        operand = self._operand()
        if self.text == "|":
            operand = self._chain(operand, _UNION_POWER)
        return Negation(operand, minuses % 2 == 1) if minuses else operand

    def _operand(self) -> Syntax:
        kind = self.kind
        if kind is NAMES:
            return Path(ROOT, _as_the_device_reads(ROOT, self._steps([])))
        if kind is NAME:
            if self.text in _NODE_TYPES or not self._next_is("("):
                return self._path()
            operand = _path_alone(self._call())
        elif kind is NUMBER:
            operand = Number(float(self._take()))
        elif kind is LITERAL:
            operand = Literal(self._take()[1:-1])
        elif self.text == "(":
            operand = self._bracketed()
        else:
            return self._path()
        if self.text in ("[", "/") or self.kind is NAMES:
            return self._path_from(operand)
        return operand

    def _bracketed(self) -> Syntax:
        self._take()
        inner = self.expression(1)
        self._expect(")")
        return inner

    def _call(self) -> Call:
        position, name = self.position, self._take()
        self._take()
        arguments: list[Syntax] = []
        if self.text != ")":
            arguments.append(self.expression(1))
            while self.text == ",":
                self._take()
                arguments.append(self.expression(1))
        self._expect(")")
        return Call(name, tuple(arguments), position)

    def _path_from(self, start: Syntax) -> Path:
        """Parse the rest of ``current()/…`` or ``instance('id')/…``."""
        if self.text == "[":
            self.refuse("predicate")
        if not isinstance(start, Path) or start.base in _BASES_OF_DOCUMENTS or start.steps:
            self.refuse("path_start")
        return Path(start.base, _as_the_device_reads(start.base, self._steps([])), start.instance_id)

    def _path(self) -> Path:
        if self.text != "/":
            return Path(CONTEXT, _as_the_device_reads(CONTEXT, self._steps([self._step()])))
        kind, text, _ = self._tokens[self._index + 1]
        if kind is not NAME and text not in (".", "..", "*", "@"):
            self._take()
            return Path(ROOT)
        return Path(ROOT, _as_the_device_reads(ROOT, self._steps([])))

    def _steps(self, steps: list[Step]) -> tuple[Step, ...]:
        while True:
            if self.kind is NAMES:
                names = self._take().split("/")
                steps.extend([Step(CHILD, name) for name in names[1:-1]])
                steps.append(Step(CHILD, names[-1], self._predicates() if self.text == "[" else ()))
            elif self.text == "/":
                self._take()
                steps.append(self._step())
            else:
                break
        if self.text == "//":
            self.refuse("axis")
        return tuple(steps)

    def _step(self) -> Step:
        axis, name = self._axis_and_name()
        return Step(axis, name, self._predicates() if self.text == "[" else ())

    def _predicates(self) -> tuple[Syntax, ...]:
        predicates: list[Syntax] = []
        while self.text == "[":
            self._take()
            predicates.append(self.expression(1))
            self._expect("]")
        return tuple(predicates)

    def _axis_and_name(self) -> tuple[Axis, str]:
        if self.kind is NAME:
            return self._named_axis() if self._next_is("::") else (CHILD, self._name())
        if self.text in _SHORT_STEPS:
            return _SHORT_STEPS[self._take()], ""
        if self.text == "@":
            self._take()
            return ATTRIBUTE, self._name()
        return CHILD, self._name()

    def _named_axis(self) -> tuple[Axis, str]:
        axis = _NAMED_AXES.get(self.text)
        if axis is None:
            self.refuse("axis")
        self._take()
        self._take()
        if axis in (SELF, PARENT):
            if self.text != "node" or not self._next_is("("):
                self.refuse("axis")
            self._take()
            self._take()
            self._expect(")")
            return axis, ""
        if axis is CHILD and self.text == "*":
            self._take()
            return EVERY_CHILD, ""
        return axis, self._name()

    def _name(self) -> str:
        if self.kind is not NAME or self._next_is("("):
            self.refuse("operand")
        return self._take().rpartition(":")[2]

    def _take(self) -> str:
        """Go on to the next token and return the text of this one."""
        text = self.text
        if self.kind is END:
            self.refuse("end")
        self._index += 1
        self.kind, self.text, self.position = self._tokens[self._index]
        return text

    def _next_is(self, text: str) -> bool:
        return self.kind is not END and self._tokens[self._index + 1][1] == text

    def _expect(self, text: str) -> None:
        if self.text != text:  # a name is never a sign, and a literal has its quotes
            self.refuse("missing_" + {")": "bracket", "]": "square_bracket"}[text])
        self._take()


def _as_the_device_reads(base: Base, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return *steps* with every ``..`` in front: JavaRosa only counts them, and drops them in absolute paths."""
    ups = [step for step in steps if step.axis is PARENT]
    if not ups or base is INSTANCE:
        return steps
    downs = tuple(step for step in steps if step.axis is not PARENT)
    return downs if base is ROOT else (*ups, *downs)


def _path_alone(operand: Syntax) -> Syntax:
    """Return ``current()`` and ``instance('id')`` as the paths they are, anything else as it is."""
    match operand:
        case Call("current", ()):
            return Path(CURRENT)
        case Call("instance", (Literal(instance_id),)):
            return Path(INSTANCE, (), instance_id)
        case _:
            return operand

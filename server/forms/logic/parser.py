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
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_UNION_POWER = 8
_NODE_TYPES = frozenset({"node", "text", "comment", "processing-instruction"})
_SHORT_STEPS = {".": SELF, "..": PARENT, "*": EVERY_CHILD}
_NAMED_AXES = {"child": CHILD, "attribute": ATTRIBUTE, "self": SELF, "parent": PARENT}


def parse(source: str) -> Syntax:
    """Return the syntax of *source*; raises LogicError ``logic.syntax`` with reason and position."""
    if len(source) > MAX_LENGTH:
        raise syntax_error("length", MAX_LENGTH)
    parser = _Parser(tokens_of(source))
    syntax = parser.expression(1)
    if parser.token.kind is not END:
        parser.refuse("unexpected")
    return syntax


class _Parser:
    """A cursor over the tokens; one method for each production."""

    __slots__ = ("_depth", "_index", "_tokens", "token")

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0
        self.token = tokens[0]

    def refuse(self, reason: str) -> NoReturn:
        """Raise the syntax error for the token in hand."""
        raise syntax_error("end" if self.token.kind is END else reason, self.token.position)

    def expression(self, floor: int) -> Syntax:
        """Parse operators of power *floor* and tighter."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse("depth")
        left = self._unary()
        while (power := self._power()) >= floor:
            left = self._chain(left, power)
        self._depth -= 1
        return left

    def _power(self) -> int:
        return _POWERS.get(self.token.text, 0) if self.token.kind is OPERATOR else 0

    def _chain(self, first: Syntax, power: int) -> Chain:
        links = []
        while self._power() == power:
            operator = self._take().text
            links.append((operator, self.expression(power + 1) if power < 6 else self._unary()))  # noqa: PLR2004
        return Chain(first, tuple(links))

    def _unary(self) -> Syntax:
        if self.token.kind is not OPERATOR:
            return self._union()
        minuses = 0
        while self._is("-"):
            self._take()
            minuses += 1
        operand = self._union()
        return Negation(operand, minuses % 2 == 1) if minuses else operand

    def _union(self) -> Syntax:
        first = self._operand()
        if self.token.text != "|":
            return first
        links = []
        while self._is("|"):
            self._take()
            links.append(("|", self._operand()))
        return Chain(first, tuple(links))

    def _operand(self) -> Syntax:
        token = self.token
        kind = token.kind
        if kind is NAMES:
            return Path(ROOT, _as_the_device_reads(ROOT, self._steps(())))
        if kind is NAME and (token.text in _NODE_TYPES or not self._next_is("(")):
            return self._path()
        if kind is NAME:
            operand: Syntax = self._call()
        elif kind is NUMBER:
            operand = Number(float(self._take().text))
        elif kind is LITERAL:
            operand = Literal(self._take().text[1:-1])
        elif token.text == "(":
            operand = self._bracketed()
        else:
            return self._path()
        if self.token.text in ("[", "/") or self.token.kind is NAMES:
            return self._path_from(operand)
        return _path_alone(operand)

    def _bracketed(self) -> Syntax:
        self._take()
        inner = self.expression(1)
        self._expect(")")
        return inner

    def _call(self) -> Call:
        name = self._take()
        self._take()
        arguments: list[Syntax] = []
        if not self._is(")"):
            arguments.append(self.expression(1))
            while self._is(","):
                self._take()
                arguments.append(self.expression(1))
        self._expect(")")
        return Call(name.text, tuple(arguments), name.position)

    def _path_from(self, start: Syntax) -> Path:
        """Parse the rest of ``current()/…`` or ``instance('id')/…``."""
        if self._is("["):
            self.refuse("predicate")
        path = _path_alone(start)
        if not isinstance(path, Path):
            self.refuse("path_start")
        return Path(path.base, _as_the_device_reads(path.base, self._steps(())), path.instance_id)

    def _path(self) -> Path:
        if not self._is("/"):
            return Path(CONTEXT, _as_the_device_reads(CONTEXT, self._steps((self._step(),))))
        following = self._tokens[self._index + 1]
        if following.kind is not NAME and following.text not in (".", "..", "*", "@"):
            self._take()
            return Path(ROOT)
        return Path(ROOT, _as_the_device_reads(ROOT, self._steps(())))

    def _steps(self, first: tuple[Step, ...]) -> tuple[Step, ...]:
        steps = list(first)
        while True:
            if self.token.kind is NAMES:
                *plain, last = self._take().text[1:].split("/")
                steps.extend([Step(CHILD, name) for name in plain])
                steps.append(Step(CHILD, last, self._predicates()))
            elif self._is("/"):
                self._take()
                steps.append(self._step())
            else:
                break
        if self._is("//"):
            self.refuse("axis")
        return tuple(steps)

    def _step(self) -> Step:
        axis, name = self._axis_and_name()
        return Step(axis, name, self._predicates())

    def _predicates(self) -> tuple[Syntax, ...]:
        predicates: list[Syntax] = []
        while self._is("["):
            self._take()
            predicates.append(self.expression(1))
            self._expect("]")
        return tuple(predicates)

    def _axis_and_name(self) -> tuple[Axis, str]:
        token = self.token
        if token.kind is not NAME and token.text in _SHORT_STEPS:
            self._take()
            return _SHORT_STEPS[token.text], ""
        if self._is("@"):
            self._take()
            return ATTRIBUTE, self._name()
        if token.kind is NAME and self._next_is("::"):
            return self._named_axis()
        return CHILD, self._name()

    def _named_axis(self) -> tuple[Axis, str]:
        axis = _NAMED_AXES.get(self.token.text)
        if axis is None:
            self.refuse("axis")
        self._take()
        self._take()
        if axis in (SELF, PARENT):
            if self.token.text != "node" or not self._next_is("("):
                self.refuse("axis")
            self._take()
            self._take()
            self._expect(")")
            return axis, ""
        if axis is CHILD and self._is("*"):
            self._take()
            return EVERY_CHILD, ""
        return axis, self._name()

    def _name(self) -> str:
        if self.token.kind is not NAME or self._next_is("("):
            self.refuse("operand")
        return self._take().text.rpartition(":")[2]

    def _take(self) -> Token:
        token = self.token
        if token.kind is END:
            self.refuse("end")
        self._index += 1
        self.token = self._tokens[self._index]
        return token

    def _is(self, text: str) -> bool:
        return self.token.text == text  # a name is never a sign, and a literal has its quotes

    def _next_is(self, text: str) -> bool:
        return self.token.kind is not END and self._tokens[self._index + 1].text == text

    def _expect(self, text: str) -> None:
        if not self._is(text):
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

"""Source text to tokens.

XPath 1.0 §3.7 settles what ``*``, ``and``, ``or``, ``div`` and ``mod`` mean by the token before them; it is done here,
so that the parser sees operators and names apart.
Source: https://www.w3.org/TR/xpath-10/#exprlex.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from server.forms.logic.errors import syntax_error

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-]*(?::(?!:)[^\W\d][\w.\-]*)?)
    | (?P<symbol>::|//|\.\.|!=|<=|>=|[-+*/|=<>()\[\],.@])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})
_SYMBOL_OPERATORS = frozenset({"|", "=", "!=", "<", "<=", ">", ">=", "+", "-"})
_NO_OPERAND_BEFORE = frozenset({"@", "::", "(", "[", ",", "/", "//"})


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    LITERAL = auto()
    NAME = auto()
    OPERATOR = auto()
    SYMBOL = auto()
    END = auto()


class Token(NamedTuple):
    """A token and where it starts, counted in characters from 0."""

    kind: Kind
    text: str
    position: int


_KINDS = {"number": Kind.NUMBER, "literal": Kind.LITERAL, "name": Kind.NAME, "symbol": Kind.SYMBOL, "end": Kind.END}


def tokens_of(source: str) -> list[Token]:
    """Return the tokens of *source*, the last one of kind END.

    Raises LogicError ``logic.syntax`` where no token can start (reason ``character`` or ``quote``).
    """
    found: list[Token] = []
    position, operand_before = 0, False
    while True:
        match = _TOKEN.match(source, position)
        if match is None or match.lastgroup is None:
            raise _no_token(source, position)
        group = match.lastgroup
        text, start = match[group], match.start(group)
        kind = _as_operator(text, operand_before=operand_before) or _KINDS[group]
        found.append(Token(kind, text, start))
        if kind is Kind.END:
            return found
        operand_before = kind is not Kind.OPERATOR and text not in _NO_OPERAND_BEFORE
        position = match.end()


def _as_operator(text: str, *, operand_before: bool) -> Kind | None:
    if text in _SYMBOL_OPERATORS:
        return Kind.OPERATOR
    if operand_before and (text == "*" or text in _WORD_OPERATORS):
        return Kind.OPERATOR
    return None


def _no_token(source: str, position: int) -> Exception:
    start = position + len(source[position:]) - len(source[position:].lstrip())
    return syntax_error("quote" if source[start] in "\"'" else "character", start)

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
    r"""\s*+(?:
      (\d+(?:\.\d*)?|\.\d+)
    | ("[^"]*"|'[^']*')
    | ((?:/[^\W\d][\w.\-]*+(?!\s*+[(:]))++)
    | ([^\W\d][\w.\-]*+(?::(?!:)[^\W\d][\w.\-]*+)?)
    | (!=|<=|>=|[-+|=<>])
    | (::|//|\.\.|[*/()\[\],.@])
    | (\Z)
    )""",
    re.VERBOSE,
)
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod", "*"})
_NO_OPERAND_BEFORE = frozenset({"@", "::", "(", "[", ",", "/", "//"})


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    LITERAL = auto()
    NAMES = auto()
    """Several steps of plain names at once, such as ``/data/visit/cost``: most of what forms hold."""
    NAME = auto()
    OPERATOR = auto()
    SYMBOL = auto()
    END = auto()


class Token(NamedTuple):
    """A token and where it starts, counted in characters from 0."""

    kind: Kind
    text: str
    position: int


NUMBER, LITERAL, NAMES, NAME, OPERATOR, SYMBOL, END = Kind
"""The kinds under names of their own: Python 3.11 takes longer to find ``Kind.NAME`` than to read a token."""

_KINDS = (END, NUMBER, LITERAL, NAMES, NAME, OPERATOR, SYMBOL, END)
"""By the number of the group in `_TOKEN`."""


def tokens_of(source: str) -> list[Token]:
    """Return the tokens of *source*, the last one of kind END.

    Raises LogicError ``logic.syntax`` where no token can start (reason ``character`` or ``quote``).
    """
    found: list[Token] = []
    position, operand_before = 0, False
    for match in _TOKEN.finditer(source):
        if match.start() != position:
            break  # the search went past something that is no token
        group = match.lastindex or 0
        start, position = match.span(group)
        text, kind = match[group], _KINDS[group]
        if operand_before and text in _WORD_OPERATORS:
            kind = OPERATOR
        found.append(Token(kind, text, start))
        operand_before = kind is not OPERATOR and text not in _NO_OPERAND_BEFORE
        if kind is END:
            return found
    raise _no_token(source, position)


def _no_token(source: str, position: int) -> Exception:
    start = position + len(source[position:]) - len(source[position:].lstrip())
    return syntax_error("quote" if source[start] in "\"'" else "character", start)

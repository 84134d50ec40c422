"""Source text to tokens.

XPath 1.0 §3.7 settles what ``*``, ``and``, ``or``, ``div`` and ``mod`` mean by the token before them; it is done here,
so that the parser sees operators and names apart.
Source: https://www.w3.org/TR/xpath-10/#exprlex.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TypeAlias

from server.forms.logic.errors import syntax_error

_TOKEN = re.compile(
    r"""\s*+(?:
      (\d+(?:\.\d*)?|\.\d+)
    | ("[^"]*"|'[^']*')
    | ((?:/[^\W\d][\w.\-]*+(?!\s*+[(:]))+)
    | ([^\W\d][\w.\-]*+(?::(?!:)[^\W\d][\w.\-]*+)?)
    | (!=|<=|>=|[-+|=<>])
    | (::|//|\.\.|[*/()\[\],.@])
    | (\Z)
    | (.)
    )""",
    re.VERBOSE | re.DOTALL,
)
"""No repeated group in it is possessive: Python before 3.11.5, Debian 12's among them, loses its place after one that
fails half way (https://github.com/python/cpython/issues/100061)."""
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
    STRAY = auto()
    """A character no token starts with; never handed out."""


Token: TypeAlias = tuple[Kind, str, int]
"""Its kind, its text and where it starts, counted in characters from 0; bare, for there is nothing quicker to make."""

NUMBER, LITERAL, NAMES, NAME, OPERATOR, SYMBOL, END, STRAY = Kind
"""The kinds under names of their own: Python 3.11 takes longer to find ``Kind.NAME`` than to read a token."""

_KINDS = (STRAY, NUMBER, LITERAL, NAMES, NAME, OPERATOR, SYMBOL, END, STRAY)
"""By the number of the group in `_TOKEN`."""


def tokens_of(source: str) -> list[Token]:
    """Return the tokens of *source*, the last one of kind END.

    Raises LogicError ``logic.syntax`` where no token can start (reason ``character`` or ``quote``).
    """
    found: list[Token] = []
    operand_before = False
    for match in _TOKEN.finditer(source):
        group = match.lastindex or 0
        text, kind = match[group], _KINDS[group]
        if operand_before and text in _WORD_OPERATORS:
            kind = OPERATOR
        elif kind is STRAY:
            raise syntax_error("quote" if text in "\"'" else "character", match.start(group))
        found.append((kind, text, match.start(group)))
        if kind is END:
            break
        operand_before = kind is not OPERATOR and text not in _NO_OPERAND_BEFORE
    return found

"""Work simple formulas of a report out for the page: sums, counts, conditions and arithmetic over cells of one sheet.

Spreadsheets do this themselves when the file is opened; a page and a document cannot. What is not understood is None,
never a guess. Source: ECMA-376 part 1 §18.17, of which this is a small part.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | float | None

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|\"(?P<text>[^\"]*)\"|(?P<range>\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d+)|(?P<name>[A-Z]+)(?=\()|(?P<sign><>|<=|>=|[-+*/()=<>,;]))"
)
_RANGE: Final = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)")
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d+)")
_DEEPEST: Final = 50
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class _NotUnderstood(Exception):
    """The formula is more than this can do."""


def is_formula(value: object) -> bool:
    """Tell whether what a cell says is to be worked out."""
    return isinstance(value, str) and value.startswith("=")


def worked_out(values: Mapping[str, object], ref: str) -> Value:
    """Return what the cell *ref* shows, of *values* by cell; None for nothing and for what is not understood."""
    try:
        return _value(_Cells(values, {}), ref, 0)
    except (_NotUnderstood, ZeroDivisionError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Cells:
    """What cells say, and what those with a formula came to so far: one that many others name is worked out once."""

    values: Mapping[str, object]
    known: dict[str, Value]

    def within(self, area: str) -> list[str]:
        """Return the cells of an area; of one that is larger than the sheet those that say anything."""
        found = _RANGE.fullmatch(area)
        assert found is not None, "the token is a range"
        left, right, top, bottom = _index(found[1]), _index(found[3]), int(found[2]), int(found[4])
        if (right - left + 1) * (bottom - top + 1) <= len(self.values):
            return [f"{_letters(one)}{row}" for row in range(top, bottom + 1) for one in range(left, right + 1)]
        places = ((ref, _CELL.fullmatch(ref)) for ref in self.values)
        return [ref for ref, at in places if at and left <= _index(at[1]) <= right and top <= int(at[2]) <= bottom]


def _value(cells: _Cells, ref: str, depth: int) -> Value:
    said = cells.values.get(ref)
    if isinstance(said, bool):
        return str(said).upper()
    if isinstance(said, str) and said.startswith("="):
        if depth > _DEEPEST:
            raise _NotUnderstood
        if ref not in cells.known:
            cells.known[ref] = _Formula(cells, _tokens(said[1:]), depth).whole()
        return cells.known[ref]
    return said if isinstance(said, str | int | float) else None


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise _NotUnderstood
        found.append((token.lastgroup, token[token.lastgroup].replace("$", "")))
        at = token.end()
    return found


@dataclass(slots=True)
class _Formula:
    """A formula read from left to right; *at* is the next token."""

    cells: _Cells
    tokens: list[tuple[str, str]]
    depth: int
    at: int = 0

    def whole(self) -> Value:
        """Return what it comes to."""
        found = self._comparison()
        if self.at != len(self.tokens):
            raise _NotUnderstood
        return found

    def _sign(self, *signs: str) -> str:
        """Take the next token if it is one of *signs* and return it, else nothing."""
        if self.at < len(self.tokens) and self.tokens[self.at] in {("sign", one) for one in signs}:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _comparison(self) -> Value:
        left = self._sum()
        sign = self._sign(*_COMPARED)
        if not sign:
            return left
        return float(_COMPARED[sign](_number(left), _number(self._sum())))

    def _sum(self) -> Value:
        total = self._product()
        while sign := self._sign("+", "-"):
            right = _number(self._product())
            total = _number(total) + (right if sign == "+" else -right)
        return total

    def _product(self) -> Value:
        total = self._one()
        while sign := self._sign("*", "/"):
            right = _number(self._one())
            total = _number(total) * right if sign == "*" else _number(total) / right
        return total

    def _one(self) -> Value:
        if self._sign("-"):
            return -_number(self._one())
        if self._sign("("):
            found = self._comparison()
            self._expect(")")
            return found
        if self.at >= len(self.tokens):
            raise _NotUnderstood
        kind, text = self.tokens[self.at]
        self.at += 1
        match kind:
            case "number":
                return float(text)
            case "text":
                return text
            case "cell":
                return _value(self.cells, text, self.depth + 1)
            case "name":
                return self._function(text)
            case _:
                raise _NotUnderstood

    def _expect(self, sign: str) -> None:
        if not self._sign(sign):
            raise _NotUnderstood

    def _function(self, name: str) -> Value:
        self._expect("(")
        given: list[list[Value]] = [self._argument()]
        while self._sign(",", ";"):
            given.append(self._argument())
        self._expect(")")
        match name:
            case "SUM":
                return sum(one for each in given for one in each if isinstance(one, int | float))
            case "COUNT":
                return float(sum(isinstance(one, int | float) for each in given for one in each))
            case "IF" if len(given) == 3:  # noqa: PLR2004 a condition, what if so, what if not
                return next(iter(given[1] if _number(next(iter(given[0]), None)) else given[2]), None)
            case _:
                raise _NotUnderstood

    def _argument(self) -> list[Value]:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "range":
            self.at += 1
            return [_value(self.cells, one, self.depth + 1) for one in self.cells.within(self.tokens[self.at - 1][1])]
        return [self._comparison()]


def _number(value: Value) -> float:
    """Return a number; an empty cell is 0 in arithmetic, as in spreadsheets, and a text is not understood."""
    if value is None:
        return 0
    if isinstance(value, str):
        raise _NotUnderstood
    return value


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index


def _letters(index: int) -> str:
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

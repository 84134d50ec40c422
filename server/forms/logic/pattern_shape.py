"""What is dangerous in the shape of a regular expression on a phone, whose engine tries every way to match.

``(a+)+b`` takes a phone longer than anyone waits for a few dozen letters; a bracket too few closes the form. The server
itself matches in linear time and needs none of this. What is not understood is taken to be harmless.
Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html; OWASP, Regular expression DoS.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLES = string.ascii_letters + string.digits + string.punctuation + " \táÁđĐ"
_TOKEN = re.compile(
    r"(?P<quoted>\\Q.*?(?:\\E|\Z))|(?P<quantifier>(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?)"
    r"|(?P<opens>\((?:\?(?:[:=!>]|<[=!]|<\w+>|[a-zA-Z\-]+:?))?)|(?P<closes>\))|(?P<either>\|)"
    r"|(?P<atom>\[\^?+\]?+(?:\\.|\[(?:\\.|[^\]\[\\])*+\]|[^\]\[\\])*+\]|\\[pP]\{\w+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|.)",
    re.DOTALL,
)
_PLACES = frozenset({"^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G"})
_SET_SIGNS = ("&&", "[[", "[^[", "--", "~~", "||")
"""What Python warns of and Java reads in its own way."""
_BOUNDS = re.compile(r"\{(\d+)(,?)(\d*)\}")
_NOT_THERE = ("(?=", "(?!", "(?<=", "(?<!")
_BROKEN_IN_JAVA_TOO = (
    "unterminated character set", "missing ), unterminated", "unbalanced parenthesis", "nothing to repeat",
    "bad character range", "min repeat greater",
)  # fmt: skip
_LONGEST = 1000
"""Patterns beyond are not looked at; no person writes them."""
_MANY = 4
"""So many endless repetitions in a row make a phone try n⁴ ways."""

Sequence: TypeAlias = "tuple[Piece, ...]"


@dataclass(frozen=True, slots=True)
class Piece:
    """One atom or group with its quantifier; *options* are the alternatives of a group, *characters* those of an atom.

    *is_firm* tells that what it matched is never given back.
    """

    options: tuple[Sequence, ...] = ()
    characters: frozenset[str] = frozenset()
    least: int = 1
    is_endless: bool = False
    is_firm: bool = False

    def may_be_empty(self) -> bool:
        """Return whether it can match nothing."""
        return self.least == 0 or any(all(one.may_be_empty() for one in option) for option in self.options)


def is_broken(pattern: str) -> bool:
    """Return whether *pattern* is none: a bracket too few, nothing to repeat. What only Java knows is not judged."""
    if any(sign in pattern for sign in _SET_SIGNS):
        return False
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error.msg).startswith(_BROKEN_IN_JAVA_TOO)
    except (RecursionError, OverflowError):
        return False
    return False


def is_slow(pattern: str) -> bool:
    """Return whether matching *pattern* may take a phone time that grows without bounds with the answer's length."""
    if len(pattern) > _LONGEST:
        return False
    try:
        options = _options(iter([(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(pattern)]))
        return any(_is_ambiguous(piece) for piece in _all(options)) or any(map(_has_many_in_a_row, options))
    except RecursionError:
        return True


def _options(tokens: Iterator[tuple[str, str]]) -> tuple[Sequence, ...]:
    """Return the alternatives up to the bracket that closes them."""
    options: list[list[Piece]] = [[]]
    for kind, text in tokens:
        if kind == "closes":
            break
        if kind == "either":
            options.append([])
        elif kind == "opens":
            inner = _options(tokens)
            options[-1].extend([] if text.startswith(_NOT_THERE) else [Piece(inner, is_firm=text == "(?>")])
        else:
            _add(options[-1], kind, text)
    return tuple(map(tuple, options))


def _add(sequence: list[Piece], kind: str, text: str) -> None:
    if kind == "quantifier":
        sequence[-1:] = [_repeated(piece, text) for piece in sequence[-1:]]
    elif kind == "quoted":
        sequence.extend(Piece(characters=frozenset(letter)) for letter in text[2:].removesuffix("\\E"))
    elif text not in _PLACES:
        sequence.append(Piece(characters=_characters(text)))


def _repeated(piece: Piece, quantifier: str) -> Piece:
    bounds = _BOUNDS.match(quantifier)
    least = int(bounds[1]) if bounds else int(quantifier[0] == "+")
    is_endless = bool(bounds[2] and not bounds[3]) if bounds else quantifier[0] in "*+"
    is_firm = len(quantifier) > 1 and quantifier.endswith("+")
    return Piece(piece.options, piece.characters, least, is_endless, piece.is_firm or is_firm)


def _characters(atom: str) -> frozenset[str]:
    """Return which of some letters *atom* matches; all of them where only Java could tell."""
    if any(sign in atom for sign in _SET_SIGNS):
        return frozenset(_SAMPLES)
    try:
        matches = re.compile(atom).fullmatch
    except re.error:
        return frozenset(_SAMPLES)
    return frozenset(letter for letter in _SAMPLES if matches(letter))


def _all(options: tuple[Sequence, ...]) -> Iterator[Piece]:
    for option in options:
        for piece in option:
            yield piece
            yield from _all(piece.options)


def _is_ambiguous(piece: Piece) -> bool:
    """Return whether a run of letters can be shared out among the repetitions of *piece* in many ways."""
    if not piece.options or not piece.is_endless or piece.is_firm:
        return False
    singles = [option[0].characters for option in piece.options if len(option) == 1 and not option[0].options]
    overlaps = any(one & other for place, one in enumerate(singles) for other in singles[:place])
    return overlaps or any(map(_can_be_split, piece.options)) or _repeats_another(piece.options)


def _can_be_split(option: Sequence) -> bool:
    """Return whether a run of one letter that *option* matches in one go it matches in two as well."""
    needed = [_letters(piece) for piece in option if not piece.may_be_empty()]
    shared = frozenset(_SAMPLES).intersection(*needed)
    return any(_runs_on(piece) and _letters(piece) & shared for piece in option)


def _runs_on(piece: Piece) -> bool:
    return not piece.is_firm and (piece.is_endless or any(map(_can_be_split, piece.options)))


def _letters(piece: Piece) -> frozenset[str]:
    """Return the letters of which *piece* matches a run."""
    if not piece.options:
        return piece.characters
    runs = []
    for option in piece.options:
        needed = [_letters(one) for one in option if not one.may_be_empty()]
        every = [_letters(one) for one in option]
        runs.append(needed[0].intersection(*needed) if needed else frozenset[str]().union(*every))
    return frozenset[str]().union(*runs)


def _repeats_another(options: tuple[Sequence, ...]) -> bool:
    """Return whether one alternative is another one twice, as in ``a|aa``."""
    return any(one and one * times in options for one in options for times in (2, 3))


def _has_many_in_a_row(option: Sequence) -> bool:
    row, shared = 0, frozenset(_SAMPLES)
    for piece in option:
        if piece.is_endless and not piece.options and not piece.is_firm and piece.characters & shared:
            row, shared = row + 1, piece.characters & shared
            if row >= _MANY:
                return True
        elif not piece.may_be_empty():
            row, shared = 0, frozenset(_SAMPLES)
    return False

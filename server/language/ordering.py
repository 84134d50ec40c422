"""Vietnamese order: a ă â b c d đ e ê …, tones after letters, numbers by value.

Letters decide first, over the whole text; only between equal letters do the tones decide (none, huyền, hỏi, ngã, sắc,
nặng), then the case. Runs of digits count by value, so *Thôn 2* comes before *Thôn 10*.
Source: Unicode CLDR, collation root tailored for ``vi``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SortKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]

_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK: Final = {letter: rank for rank, letter in enumerate(_ALPHABET)}
# grave, hook above, tilde, acute, dot below
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_NUMBER_OR_LETTER: Final = re.compile(r"[0-9]+|.", re.DOTALL)

_SPACE, _SIGN, _NUMBER, _LETTER, _FOREIGN = range(5)


def sort_key(text: str) -> SortKey:
    """Return a key that puts texts in Vietnamese order, the same for NFC and NFD."""
    weights: list[tuple[int, int]] = []
    tones: list[int] = []
    for place, word in enumerate(text.casefold().split()):
        if place:
            weights.append((_SPACE, 0))
            tones.append(0)
        word_weights, word_tones = _word_key(word)
        weights += word_weights
        tones += word_tones
    return tuple(weights), tuple(tones), unicodedata.normalize("NFC", text).swapcase()


@lru_cache(maxsize=4096)
def _word_key(word: str) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...]]:
    """Return weights and tones of one word; a list of people is made of few words."""
    toneless, tones = _apart(word)
    return tuple(_weight(found) for found in _NUMBER_OR_LETTER.findall(toneless)), tones


def _apart(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the letters without their tones, and the tone of each letter."""
    letters: list[str] = []
    tones: list[int] = []
    for letter, tone in _letters(text):
        letters.append(letter)
        tones.append(tone)
    return "".join(letters), tuple(tones)


def _letters(text: str) -> Iterator[tuple[str, int]]:
    for composed in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", composed)
        tone = next((_TONES[mark] for mark in marks if mark in _TONES), 0)
        bare = "".join(mark for mark in marks if mark not in _TONES)
        yield unicodedata.normalize("NFC", bare), tone


def _weight(found: str) -> tuple[int, int]:
    if found in _RANK:
        return _LETTER, _RANK[found]
    if found.isascii() and found.isdigit():
        return _NUMBER, int(found)
    return (_FOREIGN if found.isalpha() else _SIGN), ord(found[0])

"""Names of people as they are compared: one field, never split into family, middle and given name.

Names come in as they were written on a phone or in an old list: *A Tik*, *Y Krông*, *H'Bia*, *Nguyễn Văn Hùng*, but
also *NGUYEN VAN HUNG*, *Ng. V. Hùng*, *Hùng Nguyễn Văn*, *Nguyeenx Vawn Hufng*. A name is read into words for comparing
only; what was written stays as it was. *A* and *Y* before a name of the native peoples say man and woman and tell
nobody apart. How much a word tells is counted in bits: a third of the Kinh are called Nguyễn, so it tells little.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BITS_OF_A_WORD: Final = 5.0
_MOST_WORDS: Final = 8
_MOST_LETTERS_CUT_SHORT: Final = 3

BITS_OF_COMMON_WORDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        **dict.fromkeys(("thi", "van"), 1.0),
        "nguyen": 1.7,
        **dict.fromkeys(("tran", "le"), 3.0),
        **dict.fromkeys(("pham", "hoang", "huynh", "phan", "vu", "vo"), 4.0),
        **dict.fromkeys(("dinh", "dang", "bui", "do", "ho", "ngo", "duong", "ly"), 4.5),
        **dict.fromkeys(("thanh", "ngoc", "minh", "duc", "huu", "xuan", "thu", "quoc", "kim", "hong"), 4.0),
    }
)
"""Rounded from what is common knowledge of Vietnamese names: about 38 % are called Nguyễn, 11 % Trần, 9.5 % Lê."""

_NOTE: Final = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_NO_LETTERS_OF_A_NAME: Final = re.compile(r"['’ʼ`´‘]")
_GLUED_MARKER: Final = re.compile(r"^([AY])(?=[A-ZĐ][a-zà-ỹ])")
_INITIALS: Final = re.compile(r"\b([BCDĐGHKLMNPQRSTVX])([BCDĐGHKLMNPQRSTVX])\b")
_WORD: Final = re.compile(r"([^\W_]+)(\.?)")
_VOWEL: Final = re.compile(r"[aeiouy]")
_TITLES: Final = frozenset({"ông", "bà", "anh", "chị", "cụ", "hộ", "vợ", "chồng", "ong"})
_MARKER_AND_NAME: Final = 2
_MIDDLE_WORDS: Final = frozenset({"văn", "thị"})
_MARKERS: Final = frozenset({"a", "y"})

_TONE_KEY: Final = re.compile(
    r"(?<=[aeiouyw])[sfrxj]|(?<=[aeiouyw][^aeiouyw])[sfrxj]$|(?<=[aeiouyw][^aeiouyw]{2})[sfrxj]$"
)
_VOWEL_KEY: Final = re.compile(r"(?<=[aou])w")
_DOUBLED: Final = re.compile(r"(.)\1+")
_ONE_SOUND: Final = (("ph", "f"), ("qu", "kw"), ("gi", "z"), ("tr", "ch"), ("c", "k"), ("y", "i"))
_FIRST_SOUND: Final = re.compile(r"^x")
_LAST_SOUND: Final = re.compile(r"(?<!^)[tp]$")
_SHORTEST_TYPED_BY_TELEX: Final = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: *plain* without accents, *marks* the accents alone, *loose* one spelling for several."""

    plain: str
    marks: str
    loose: str
    bits: float
    is_short: bool
    """Whether this is an initial or a word cut short (V., Ng., Trn): each letter of it tells a little."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name read for comparing. *marker* is ``a``, ``y`` or empty; *words* are those beside it."""

    words: tuple[Word, ...]
    marker: str

    @property
    def is_bare(self) -> bool:
        """Return whether the name was written without any accent, as on a keyboard that has none."""
        return not any(word.marks for word in self.words)

    @property
    def squeezed(self) -> str:
        """Return the name without accents and spaces."""
        return self.marker + "".join(word.plain for word in self.words)

    def telling_words(self, most: int) -> tuple[str, ...]:
        """Return the *most* words that tell most, loosely spelt; of equal ones the last, which is the given name."""
        whole = [(word.bits, place, word.loose) for place, word in enumerate(self.words) if not word.is_short]
        return tuple(loose for _, _, loose in sorted(whole, reverse=True)[:most])


def read_name(text: str) -> PersonName:
    """Return the name as words; notes in brackets and titles (ông, bà) are left out. Nothing written: no words."""
    composed = _NO_LETTERS_OF_A_NAME.sub("", _NOTE.sub(" ", unicodedata.normalize("NFC", text)))
    glued = _GLUED_MARKER.sub(r"\1 ", composed.strip())
    if not glued.isupper():
        glued = _INITIALS.sub(r"\1. \2.", glued)
    written = [(match[1], bool(match[2])) for match in _WORD.finditer(glued)][:_MOST_WORDS]
    while len(written) > 1 and written[0][0].lower() in _TITLES:
        del written[0]
    marker = _take_marker(written)
    return PersonName(tuple(_words(written, is_native=bool(marker))), marker)


def _take_marker(written: list[tuple[str, bool]]) -> str:
    """Take A or Y off the front (or, of two words in the wrong order, off the end) and return it."""
    if len(written) < _MARKER_AND_NAME:
        return ""
    first, last = written[0][0].lower(), written[-1][0].lower()
    if first in _MARKERS:
        del written[0]
        return first
    is_pair = len(written) == _MARKER_AND_NAME
    is_turned_round = is_pair and last in _MARKERS and fold(first) not in BITS_OF_COMMON_WORDS
    if is_turned_round:
        del written[-1]
        return last
    return ""


def _words(written: list[tuple[str, bool]], *, is_native: bool) -> Iterator[Word]:
    """Yield the words. The only one there is is never cut short (A U); a given name is never a common word (Y Vân)."""
    for place, (text, has_dot) in enumerate(written):
        plain = fold(text)
        letters = "".join(letter for letter in plain if not letter.isdigit()) or plain
        is_short = len(written) > 1 and _is_short(letters, has_dot=has_dot)
        is_given = is_native or (place == len(written) - 1 and text.lower() not in _MIDDLE_WORDS)
        usual = BITS_OF_A_WORD if is_given else BITS_OF_COMMON_WORDS.get(letters, BITS_OF_A_WORD)
        yield Word(letters, _marks(text), loose(letters), min(usual, len(letters)) if is_short else usual, is_short)


def _is_short(letters: str, *, has_dot: bool) -> bool:
    return len(letters) == 1 or not _VOWEL.search(letters) or (has_dot and len(letters) <= _MOST_LETTERS_CUT_SHORT)


def _marks(text: str) -> str:
    """Return the accents alone, in one order: Hoà and Hòa carry the same."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sorted(one for one in decomposed if unicodedata.combining(one) or one == "đ"))


def loose(plain: str) -> str:
    """Return one spelling for what is written in several, and for what Telex leaves when it does not compose.

    y and i, c and k, ph and f, tr and ch, x and s, doubled letters, Buk and But; ``vawn`` is ``van``.
    """
    text = plain
    if len(text) >= _SHORTEST_TYPED_BY_TELEX:
        text = _VOWEL_KEY.sub("", _TONE_KEY.sub("", text))
    for sound, letter in _ONE_SOUND:
        text = text.replace(sound, letter)
    return _FIRST_SOUND.sub("s", _LAST_SOUND.sub("k", _DOUBLED.sub(r"\1", text)))

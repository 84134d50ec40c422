"""How alike two names of people are, and in what way: the same, other accents, cut short, turned round, misspelt.

The answer is a weight in bits: how much more likely two rows are of one person with this agreement than without it.
Negative weights speak for two people. Short names get small weights: two men called *A Tik* are nothing remarkable.
Source of the weights' form: I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage" (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.registers.person_names import PersonName, Word


class NameLikeness(StrEnum):
    """In what way two names agree; each has its words in the catalogue."""

    SAME = "same"
    ACCENTS = "accents"
    SHORT = "short"
    ORDER = "order"
    SPELLING = "spelling"
    DIFFERENT = "different"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The outcome for two names: in what way they agree and what weight that has, in bits."""

    likeness: NameLikeness
    bits: float

    @property
    def is_alike(self) -> bool:
        """Return whether the names speak for one person."""
        return self.likeness not in (NameLikeness.DIFFERENT, NameLikeness.MISSING)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two words taken for one: their places, how good that is (0 to 1) and what is odd about it."""

    first: int
    second: int
    grade: float
    likeness: NameLikeness
    bits: float


_MISSING: Final = NameMatch(NameLikeness.MISSING, 0.0)
_DIFFERENT: Final = NameMatch(NameLikeness.DIFFERENT, -7.0)

_GLUED_GRADE: Final = 0.95
_BARE_GRADE: Final = 0.95
_OTHER_ACCENTS_GRADE: Final = 0.65
_LOOSE_GRADE: Final = 0.85
_SLIP_GRADES: Final = {3: 0.4, 4: 0.6, 5: 0.75}
_TURNED_LETTERS_GRADES: Final = {3: 0.65, 4: 0.8}
_SLIP_WITH_OTHER_ACCENTS: Final = -0.25
_OTHER_FIRST_LETTER: Final = -0.2
_SHORT_WORD: Final = 3
_FADES_BY: Final = 3.0
_TELLS_LITTLE_BITS: Final = 2.0
_LEFT_OUT_BITS: Final = -1.0
_TURNED_BITS: Final = -0.5
WORST_FIRST: Final = (NameLikeness.SPELLING, NameLikeness.ORDER, NameLikeness.SHORT, NameLikeness.ACCENTS)
"""The ways two names are alike but not the same, the oddest first."""


def match_names(one: PersonName, other: PersonName) -> NameMatch:
    """Return how alike the two names are; an unknown name agrees with nothing and contradicts nothing."""
    if not one.words or not other.words:
        return _MISSING
    if one.marker and other.marker and one.marker != other.marker:
        return _DIFFERENT
    if one == other:
        return NameMatch(NameLikeness.SAME, _all_bits(one))
    if len(one.words) != len(other.words) and one.squeezed == other.squeezed:
        bits = min(_all_bits(one), _all_bits(other))
        return NameMatch(NameLikeness.SPELLING, _faded(bits, _GLUED_GRADE))
    return _judge(one, other, tuple(_pairs(one, other)))


def _judge(one: PersonName, other: PersonName, pairs: Sequence[_Pair]) -> NameMatch:
    """Return the match of names whose words are paired: words left over on both sides are other words."""
    left = [word for place, word in enumerate(one.words) if all(pair.first != place for pair in pairs)]
    right = [word for place, word in enumerate(other.words) if all(pair.second != place for pair in pairs)]
    if (left and right) or not pairs:
        return _DIFFERENT
    if (left or right) and all(_tells_little(pair, one, other) for pair in pairs):
        return _DIFFERENT
    is_turned = [pair.second for pair in pairs] != sorted(pair.second for pair in pairs)
    bits = sum(pair.bits for pair in pairs) + len(left or right) * _LEFT_OUT_BITS
    if bits <= 0:
        return NameMatch(NameLikeness.DIFFERENT, bits)
    if is_turned:
        return NameMatch(NameLikeness.ORDER, bits + _TURNED_BITS)
    return NameMatch(_worst(pairs, is_left=bool(left or right)), bits)


def _tells_little(pair: _Pair, one: PersonName, other: PersonName) -> bool:
    """Return whether the words paired are the commonest ones only: Nguyễn Thị is not yet somebody."""
    return min(one.words[pair.first].bits, other.words[pair.second].bits) <= _TELLS_LITTLE_BITS


def _worst(pairs: Sequence[_Pair], *, is_left: bool) -> NameLikeness:
    ways = {pair.likeness for pair in pairs} | ({NameLikeness.SHORT} if is_left else set())
    return next((way for way in WORST_FIRST if way in ways), NameLikeness.SAME)


def _pairs(one: PersonName, other: PersonName) -> Iterator[_Pair]:
    """Yield the words taken for one another, the best first, in the order of the first name."""
    is_bare = one.is_bare or other.is_bare
    possible = [
        pair
        for first, word in enumerate(one.words)
        for second, written in enumerate(other.words)
        if (pair := _pair((first, word), (second, written), is_bare=is_bare)) is not None
    ]
    possible.sort(key=lambda pair: (-pair.grade, abs(pair.first - pair.second), pair.first, pair.second))
    chosen: list[_Pair] = []
    for pair in possible:
        if all(pair.first != taken.first and pair.second != taken.second for taken in chosen):
            chosen.append(pair)
    yield from sorted(chosen, key=lambda pair: pair.first)


def _pair(one: tuple[int, Word], other: tuple[int, Word], *, is_bare: bool) -> _Pair | None:
    (first, word), (second, written) = one, other
    if word.is_short or written.is_short:
        return _short_pair(first, word, second, written)
    grade, likeness = _grade(word, written, is_bare=is_bare)
    bits = _faded(min(word.bits, written.bits), grade)
    return _Pair(first, second, grade, likeness, bits) if bits > 0 else None


def _short_pair(first: int, word: Word, second: int, written: Word) -> _Pair | None:
    """Return a word cut short paired with the word it stands for, or with itself."""
    short, whole = (word, written) if len(word.plain) <= len(written.plain) else (written, word)
    if not _stands_for(short.plain, whole.plain):
        return None
    likeness = NameLikeness.SAME if word.plain == written.plain else NameLikeness.SHORT
    grade = 0.5 if likeness is NameLikeness.SHORT else 1.0
    return _Pair(first, second, grade, likeness, min(word.bits, written.bits))


def _stands_for(short: str, whole: str) -> bool:
    """Return whether *short* holds letters of *whole* in their order, from the first one on: V, Ng, Trn."""
    rest = iter(whole)
    return short[0] == whole[0] and all(letter in rest for letter in short)


def _grade(word: Word, written: Word, *, is_bare: bool) -> tuple[float, NameLikeness]:
    has_same_marks = word.marks == written.marks
    if word.plain == written.plain:
        if has_same_marks:
            return 1.0, NameLikeness.SAME
        return (_BARE_GRADE if is_bare else _OTHER_ACCENTS_GRADE), NameLikeness.ACCENTS
    if word.loose == written.loose:
        return _LOOSE_GRADE, NameLikeness.SPELLING
    if not is_one_slip(word.plain, written.plain):
        return 0.0, NameLikeness.DIFFERENT
    grade = _slip_grade(word.plain, written.plain)
    return grade + (0 if has_same_marks or is_bare else _SLIP_WITH_OTHER_ACCENTS), NameLikeness.SPELLING


def _slip_grade(one: str, other: str) -> float:
    """Return how good it is: two letters turned round rarely make another name, one letter in a short word does.

    Another first letter mostly does (Hùng, Dũng, Tùng).
    """
    length = max(len(one), len(other))
    is_turned = sorted(one) == sorted(other)
    grades = _TURNED_LETTERS_GRADES if is_turned else _SLIP_GRADES
    grade = 0.0 if length < min(grades) else grades.get(length, grades[max(grades)])
    return grade + (0 if is_turned or one[0] == other[0] else _OTHER_FIRST_LETTER)


def is_one_slip(one: str, other: str) -> bool:
    """Return whether a single slip of the finger lies between: a letter more, less, another, or two turned round."""
    if abs(len(one) - len(other)) > 1 or (one[0] != other[0] and one[-1] != other[-1] and len(one) >= _SHORT_WORD):
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return len(one) != len(other)
    one, other = one[start:], other[start:]
    if len(one) != len(other):
        return one[1:] == other or one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


def _all_bits(name: PersonName) -> float:
    return sum(word.bits for word in name.words)


def _faded(bits: float, grade: float) -> float:
    """Return the weight of a word found again with that *grade*: less, and against it when it is a bad one."""
    return bits * grade - (1 - grade) * _FADES_BY

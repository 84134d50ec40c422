"""House numbers as they are compared: 37, *Số 37*, 037, 37a, 37/2, and the slips between them.

A number of a household is what the village calls it, not an id: two lists may number one village in two ways, and two
households may share one gate. So equal numbers say much, other numbers say something, a missing one says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.language.folding import fold
from server.registers.name_match import is_one_slip

_NUMBER: Final = re.compile(r"(\d{1,6})([^\d]*)(.*)")
_NO_LETTER: Final = re.compile(r"[^0-9a-z]+")
_AS_SHEETS_WRITE_IT: Final = re.compile(r"\.0+$")
_LONGEST_REST: Final = 8


class HouseLikeness(StrEnum):
    """How two house numbers relate."""

    SAME = "same"
    NEAR = "near"
    SLIP = "slip"
    DIFFERENT = "different"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A number and what follows it: ``37`` and ``a`` of *Số 37A*. Number 0 stands for none written."""

    number: int
    rest: str

    @property
    def is_missing(self) -> bool:
        """Return whether there is no number."""
        return self.number == 0

    def __str__(self) -> str:
        """Return the number as one writes it: 37, 37A, 37/2."""
        mark = "/" if self.rest[:1].isdigit() else ""
        return f"{self.number}{mark}{self.rest.upper()}"


def read_house_number(text: str) -> HouseNumber:
    """Return the first number in *text* and the letters or numbers that follow it."""
    found = _NUMBER.search(_AS_SHEETS_WRITE_IT.sub("", fold(text)))
    if found is None:
        return HouseNumber(0, "")
    return HouseNumber(int(found[1]), _NO_LETTER.sub("", found[2] + found[3])[:_LONGEST_REST])


def match_house_numbers(one: HouseNumber, other: HouseNumber) -> HouseLikeness:
    """Return how the two relate: near are 37 and 37A, a slip are 37 and 73, or 137 and 37."""
    if one.is_missing or other.is_missing:
        return HouseLikeness.MISSING
    if one.number == other.number:
        return _same_number(one, other)
    return HouseLikeness.SLIP if _is_slip(str(one.number), str(other.number)) else HouseLikeness.DIFFERENT


def _is_slip(one: str, other: str) -> bool:
    """Return whether a digit was left out or two were turned round; another digit (37, 38) is the neighbour's house."""
    is_other_digit = len(one) == len(other) and sorted(one) != sorted(other)
    return len(one) > 1 < len(other) and not is_other_digit and is_one_slip(one, other)


def _same_number(one: HouseNumber, other: HouseNumber) -> HouseLikeness:
    """Return near for 37 and 37A; 37A and 37B were told apart on purpose."""
    if one.rest == other.rest:
        return HouseLikeness.SAME
    is_longer = one.rest.startswith(other.rest) or other.rest.startswith(one.rest)
    return HouseLikeness.NEAR if is_longer else HouseLikeness.DIFFERENT

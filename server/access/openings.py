"""Why somebody opens a case: a reason out of a few, and words of their own; for how long it stays open.

A case lies masked in every list. What is said here is kept for ever and shown to whoever opens the case later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from server.errors import InvalidInput

OPEN_FOR: Final = timedelta(minutes=15)
"""Or until the sign-in ends in which it was opened, whichever is sooner."""
LONGEST_WORDS: Final = 500
FEWEST_LETTERS: Final = 5


class OpeningReason(StrEnum):
    """What a case is opened for; the words are ``case.reason.<value>``."""

    HANDLING = "handling"
    SUPPORT = "support"
    REVIEW = "review"
    FIGURES = "figures"
    REQUEST = "request"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Why:
    """A reason and the words beside it, tidied."""

    reason: OpeningReason
    words: str


def read_why(reason: str, words: str) -> Why:
    """Return what was chosen and typed.

    Raises InvalidInput ``case.reason_needed``, ``case.words_needed`` (fewest) or ``case.words_too_long`` (most).
    """
    chosen = next((one for one in OpeningReason if one.value == reason), None)
    if chosen is None:
        raise InvalidInput("case.reason_needed")
    tidy = " ".join(words.split())
    if sum(letter.isalpha() for letter in tidy) < FEWEST_LETTERS:
        raise InvalidInput("case.words_needed", fewest=FEWEST_LETTERS)
    if len(tidy) > LONGEST_WORDS:
        raise InvalidInput("case.words_too_long", most=LONGEST_WORDS)
    return Why(chosen, tidy)

"""Accent folding: text as somebody types it who has no Vietnamese keyboard at hand.

``dak ha`` finds ``Đăk Hà``, however its accents are composed. For finding only: folded text is never shown or kept
as a name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# đ is a letter of its own in Unicode and does not decompose; nor do those that are written for it (see `names`).
_D_STROKE: Final = str.maketrans("đĐðÐɖƉ", "dDdDdD")


def fold(text: str) -> str:
    """Return *text* in lower case, without accents, with single spaces; equal for NFC and NFD."""
    decomposed = unicodedata.normalize("NFD", text.translate(_D_STROKE))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


_WORD: Final = re.compile(r"[^\W_]+")
LONGEST_WORD: Final = 40


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of *text* as they are kept and looked for, each once, in the order they stand."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(fold(text)))
    return tuple(dict.fromkeys(found))


def begins_words(sought: str, text: str) -> bool:
    """Return whether each word of *sought* begins a word of *text*; no word begins any."""
    there = words_in(text)
    return all(any(one.startswith(word) for one in there) for word in words_in(sought))

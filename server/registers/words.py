"""The words an entity is found by: those of its label, of the names in it and of its house number, without accents.

Names are not taken apart into family and given name: *A Tik* and *Y Krông* are found by any of their words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from server.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEARCHED: Final = ("head_name", "spouse_name", "house_no")
_WORD: Final = re.compile(r"[^\W_]+")
LONGEST_WORD: Final = 40
_MOST_WORDS: Final = 30


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of *text* as they are kept and looked for, each once, in the order they stand."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(fold(text)))
    return tuple(dict.fromkeys(found))


def words_of(label: str, values: Mapping[str, str]) -> frozenset[str]:
    """Return the words by which an entity with this label and these properties is found."""
    return frozenset(words_in(" ".join((label, *(values.get(name, "") for name in _SEARCHED))))[:_MOST_WORDS])

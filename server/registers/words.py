"""The words an entity is found by: those of its label, of the names in it and of its house number, without accents.

Names are not taken apart into family and given name: *A Tik* and *Y Krông* are found by any of their words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.language.folding import words_in

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEARCHED: Final = ("head_name", "spouse_name", "house_no")
_MOST_WORDS: Final = 30


def words_of(label: str, values: Mapping[str, str]) -> frozenset[str]:
    """Return the words by which an entity with this label and these properties is found."""
    return frozenset(words_in(" ".join((label, *(values.get(name, "") for name in _SEARCHED))))[:_MOST_WORDS])

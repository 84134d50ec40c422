"""The words a record is found by: of its name, of its place, and of the answers that tell whom or what it is about.

What else it is found by, who sent it and the household it is of, is known where it is kept. A sensitive record is found
by no word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.language.folding import words_in

if TYPE_CHECKING:
    from lxml.etree import _Element

_SEARCHED: Final = (
    "hh_number",
    "house_no",
    "hh_head_name",
    "hh_spouse_name",
    "head_name",
    "spouse_name",
    "unit_name",
    "decision_no",
    "doc_no",
    "paper_number",
)
"""The questions whose answers are looked for, by name, in whatever group they stand."""

_TAGS: Final = tuple(f"{{*}}{name}" for name in _SEARCHED)
_LONGEST_ANSWER: Final = 200
_MOST_WORDS: Final = 30
_LONGEST_TEXT: Final = 300


def words_of_record(name: str, place: str, root: _Element) -> str:
    """Return the words in one text, as the record's row keeps them; *place* is what its lowest unit is called."""
    answers = ((element.text or "")[:_LONGEST_ANSWER] for element in root.iter(*_TAGS))
    words = words_in(" ".join((name, *answers, place)))[:_MOST_WORDS]
    while len(text := " ".join(words)) > _LONGEST_TEXT:
        words = words[:-1]
    return text

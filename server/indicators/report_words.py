"""The words of a report: what a commune writes beside its figures, and who signs.

Source: the parts of a report by Decree 30/2020/NĐ-CP (number, place and day, signature block, recipients) and the
order of contents of yearly reports on family work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final = ("results", "difficulties", "proposals", "direction")
"""The parts of the report, in order; a line of each is a paragraph."""
LINES: Final = ("number", "place", "day", "signed_for", "signer_title", "signer_name")
FIELDS: Final = (*TEXTS, *LINES, "recipients")
_OF_THIS_YEAR: Final = frozenset({"number", "day"})
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Cn"})
LONGEST_TEXT: Final = 20_000
LONGEST_LINE: Final = 200
USUAL: Final[dict[str, str]] = {"signed_for": "TM. ỦY BAN NHÂN DÂN", "signer_title": "CHỦ TỊCH"}
"""What stands there until somebody writes something else."""


def tidy_words(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, field by field: lines without blanks around them, single ones in one line."""
    found: dict[str, str] = {}
    for name in FIELDS:
        text = printable(typed.get(name, "").replace("\r\n", "\n")).strip()
        is_long = name in TEXTS or name == "recipients"
        found[name] = text[:LONGEST_TEXT] if is_long else " ".join(text.split())[:LONGEST_LINE]
    return found


def printable(text: str) -> str:
    """Return *text* without what no document can hold: control signs but line ends and tabs, and non-characters."""
    if text.isprintable():  # as nearly all are
        return text
    return "".join(one for one in text if one in "\n\t" or category(one) not in _UNPRINTABLE)


def started_from(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return *now* with the words of an earlier report where nothing is written yet; number and day are never taken."""
    return {name: now.get(name, "") or ("" if name in _OF_THIS_YEAR else before.get(name, "")) for name in FIELDS}


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())

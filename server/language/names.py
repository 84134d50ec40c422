"""Names as they are kept: of places, people, lists of one's own; in one line, of letters that can be seen.

What cannot be seen comes along when a name is copied from a document or a page: it makes two of one name, keeps a
search from finding it, turns what stands behind it around on phones and in files, and some of it no database, XML or
workbook can hold. Source: Unicode Standard, chapter 4.5 (general category) and Annex 9 (marks of direction).
"""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})
# Đ has two doubles that look the same and belong to other languages; old fonts of Windows wrote the first.
_DOUBLES: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})


def tidy_name(given: str) -> str:
    """Return *given* composed (NFC), with single spaces, without what cannot be seen; it may be empty then."""
    line = " ".join(given.split())
    if not line.isprintable():  # as nearly all are
        line = "".join(letter for letter in line if unicodedata.category(letter) not in _UNSEEN)
    return " ".join(unicodedata.normalize("NFC", line.translate(_DOUBLES)).split())

"""Java's regular expressions in the words of RE2, where both mean the same; nothing is matched here.

RE2 reads some of Java's signs differently without complaint (``[a-z&&[^b]]`` is no intersection there); such a pattern
must be left unchecked rather than checked wrongly.
Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html; https://github.com/google/re2/wiki/Syntax.
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"\\Q.*?(?:\\E|\Z)|\\u[0-9A-Fa-f]{4}|\\[pP]\{\w+\}|\\.|\(\?[a-zA-Z]+|\[\^?\]?|&&|.", re.DOTALL)
_SETS = {
    name: name.lower()
    for name in ("Lower", "Upper", "ASCII", "Alpha", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl")
} | {"XDigit": "xdigit", "Space": "space"}
_UNICODE_SETS = {"IsAlphabetic": "L", "IsLetter": "L", "IsDigit": "Nd", "IsUppercase": "Lu", "IsLowercase": "Ll"}


def re2_pattern(source: str) -> str | None:
    """Return what RE2 must be given to match as Java does; None where it would match something else.

    What RE2 itself refuses (look-around, back-references, possessive repetition) is returned for it to refuse.
    """
    written: list[str] = []
    inside = False
    for piece in _PIECE.findall(source):
        if _is_other_in_java(piece, source, inside=inside):
            return None
        if piece.startswith("["):
            inside = True
        elif piece == "]":
            inside = False
        written.append(_translated(piece, inside=inside))
    return "".join(written)


def _is_other_in_java(piece: str, source: str, *, inside: bool) -> bool:
    if piece.startswith("(?"):
        # Java folds the case of ASCII alone; (?U) widens \w there and turns greed round in RE2.
        return "U" in piece or "u" in piece or ("i" in piece and not source.isascii())
    if inside:
        return piece.startswith("[") or piece == "&&"
    return piece.startswith("\\0")


def _translated(piece: str, *, inside: bool) -> str:
    if piece.startswith("\\u"):
        return f"\\x{{{piece[2:]}}}"
    if piece == "\\s":
        return r"\t\n\x0B\f\r " if inside else r"[\t\n\x0B\f\r ]"
    if piece == "\\S" and not inside:
        return r"[^\t\n\x0B\f\r ]"
    if piece == "\\h":
        return r" \t\x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}" if inside else r"[ \t\x{A0}\x{3000}]"
    if piece == "\\Z":
        return r"\z"
    if piece.startswith(("\\p{", "\\P{")):
        return _translated_set(piece[3:-1], piece, inside=inside)
    return piece


def _translated_set(name: str, piece: str, *, inside: bool) -> str:
    if name in _UNICODE_SETS:
        return f"{piece[:2]}{{{_UNICODE_SETS[name]}}}"
    if name not in _SETS:
        return piece
    named = f"[:{'^' if piece[1] == 'P' else ''}{_SETS[name]}:]"
    return named if inside else f"[{named}]"

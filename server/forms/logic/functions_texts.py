"""Functions on text. Java counts characters in UTF-16 units, so a character beyond U+FFFF counts as two here too."""

from __future__ import annotations

import base64
import binascii
import hashlib
import random
import re
import string
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING

import re2

from server.forms.logic.code import Code, Kind
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Compile, Function, contextual, plain
from server.forms.logic.functions_logic import flattened, java_integer
from server.forms.logic.java_pattern import re2_pattern
from server.forms.logic.pattern_shape import is_broken, is_slow
from server.forms.logic.syntax import Literal
from server.forms.logic.values import Value, scalar_of_node, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Call

_DIGESTS = {name: name.lower() for name in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")}
"""By the algorithm's name in capitals without hyphens, as the device looks it up."""
BROKEN = "logic.regex_broken"
"""The note on a pattern no engine takes: a form with it cannot work."""
_GUID_LETTERS = string.digits + string.ascii_uppercase
_MAX_GUID = 10_000
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/=]+")
_SPACE = re.compile(r"[ \t\n\x0b\f\r]+")
_RANDOM = random.SystemRandom()


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_wide(text: str) -> bool:
    return not text.isascii() and max(text) > "\uffff"


def _slice(text: str, start: int, end: int) -> str:
    if not _is_wide(text):
        return text[start:end]
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


def _identity(text: str) -> str:
    return text


def _concat(context: Context, *values: Value) -> str:
    return "".join(map(to_text, flattened(context, values)))


def _join(context: Context, separator: str, *values: Value) -> str:
    return separator.join(map(to_text, flattened(context, values)))


def _substr(text: str, start: float, end: float | None = None) -> str:
    length = _units(text)
    first = java_integer(start)
    last = length if end is None else java_integer(end)
    first, last = (length + bound if bound < 0 else bound for bound in (first, last))
    first, last = (min(max(0, bound), length) for bound in (first, last))
    return _slice(text, first, last) if first <= last else ""


def _before(text: str, mark: str) -> str:
    head, found, _ = text.partition(mark) if mark else ("", "", "")
    return head if found else ""


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for place, letter in enumerate(old):
        table.setdefault(ord(letter), new[place] if place < len(new) else None)
    return text.translate(table)


def _string_length(context: Context, text: str | None = None) -> float:
    return float(_units(_own_text(context) if text is None else text))


def _normalize_space(context: Context, text: str | None = None) -> str:
    return _SPACE.sub(" ", (_own_text(context) if text is None else text).strip(" \t\n\x0b\f\r"))


def _own_text(context: Context) -> str:
    return to_text(scalar_of_node(context.node, context))


def _contains(text: str, part: str) -> bool:
    return part in text


def _starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


def _ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


@lru_cache(maxsize=512)
def _pattern(source: str) -> Callable[[str], object]:
    """Return the matcher of *source*; raises LogicError ``logic.regex_unsupported`` for what RE2 cannot take.

    RE2 runs in linear time, so no pattern and no answer can hold up the server; look-around and back-references are
    the price. Java's ``.`` stops at every line end, RE2's only at the newline.
    """
    options = re2.Options()
    options.log_errors = False
    pattern = re2_pattern(source)
    if pattern is None:
        raise LogicError("logic.regex_unsupported", pattern=source)
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise LogicError("logic.regex_unsupported", pattern=source) from error
    matcher: Callable[[str], object] = compiled.fullmatch
    return matcher


def _regex(call: Call, compile_part: Compile) -> Code:
    text, source = (compile_part(argument).text() for argument in call.arguments)

    def matches(context: Context) -> bool:
        value = text(context)
        try:
            return _pattern(source(context))(value) is not None
        except UnicodeEncodeError:
            return False  # a lone surrogate, cut out of an emoji by substr()

    return Code(Kind.BOOLEAN, matches)


def _regex_notes(call: Call) -> tuple[tuple[str, str], ...]:
    match call.arguments[1:]:
        case (Literal(source),):
            return tuple((code, source) for code in _pattern_notes(source))
    return ()


def _pattern_notes(source: str) -> Iterator[str]:
    if is_broken(source):
        yield BROKEN
        return
    try:
        _pattern(source)
    except LogicError as error:
        yield error.code
    if is_slow(source):
        yield "logic.regex_slow"


def _uuid(length: float | None = None) -> str:
    if length is None:
        return str(uuid.uuid4())
    return "".join(_RANDOM.choices(_GUID_LETTERS, k=min(max(0, java_integer(length)), _MAX_GUID)))


def _digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    name = _DIGESTS.get(algorithm.upper().replace("-", ""))
    if name is None or encoding.lower() not in ("base64", "hex"):
        raise LogicError("logic.type")
    digested = hashlib.new(name, text.encode("utf-8", "replace"), usedforsecurity=False)
    return digested.hexdigest() if encoding.lower() == "hex" else base64.b64encode(digested.digest()).decode("ascii")


def _base64_decode(text: str) -> str:
    try:
        return base64.b64decode(_NO_BASE64.sub("", text), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _device_only(*_: object) -> str:
    raise LogicError("logic.unrepeatable")


TEXT_FUNCTIONS = (
    Function("string", "t", "The argument as text.", "string(7)", plain("t", Kind.TEXT, _identity)),
    Function("concat", "v*", "The arguments joined; a lone node-set is joined too.", "concat('a', 1)",
             contextual("v*", Kind.TEXT, _concat)),
    Function("join", "tv*", "The arguments, or the nodes of a set, with a separator between.", "join(', ', 'a', 'b')",
             contextual("tv*", Kind.TEXT, _join)),
    Function("substr", "tnn?", "The part from a place, counted from 0, up to another.", "substr('hello', 1, 3)",
             plain("tnn?", Kind.TEXT, _substr)),
    Function("substring-before", "tt", "What stands before the second text.", "substring-before('a-b', '-')",
             plain("tt", Kind.TEXT, _before)),
    Function("substring-after", "tt", "What stands after the second text.", "substring-after('a-b', '-')",
             plain("tt", Kind.TEXT, _after)),
    Function("translate", "ttt", "Each letter of the second made that of the third.", "translate('bar', 'abc', 'AB')",
             plain("ttt", Kind.TEXT, _translate)),
    Function("string-length", "t?", "The number of characters.", "string-length('abc')",
             contextual("t?", Kind.NUMBER, _string_length)),
    Function("normalize-space", "t?", "Trimmed, with single spaces inside.", "normalize-space(' a  b ')",
             contextual("t?", Kind.TEXT, _normalize_space)),
    Function("contains", "tt", "Whether the second is within the first.", "contains('abc', 'b')",
             plain("tt", Kind.BOOLEAN, _contains)),
    Function("starts-with", "tt", "Whether the first begins with the second.", "starts-with('abc', 'a')",
             plain("tt", Kind.BOOLEAN, _starts_with)),
    Function("ends-with", "tt", "Whether the first ends with the second.", "ends-with('abc', 'c')",
             plain("tt", Kind.BOOLEAN, _ends_with)),
    Function("regex", "tt", "Whether the whole text matches the pattern.", "regex('0912', '[0-9]{4}')", _regex,
             notes=_regex_notes),
    Function("uuid", "n?", "A random UUID, or that many random letters and digits.", "string-length(uuid())",
             plain("n?", Kind.TEXT, _uuid), is_repeatable=False),
    Function("digest", "ttt?", "A hash of the text, in base64 or hex.", "digest('abc', 'MD5', 'hex')",
             plain("ttt?", Kind.TEXT, _digest)),
    Function("base64-decode", "t", "The text in base64 read as UTF-8.", "base64-decode('YWJj')",
             plain("t", Kind.TEXT, _base64_decode)),
    Function("extract-signed", "tt", "The signed content, on the device only.", "extract-signed('a', 'b')",
             plain("tt", Kind.TEXT, _device_only), is_repeatable=False),
    Function("property", "t", "A property of the device.", "property('deviceid')",
             plain("t", Kind.TEXT, _device_only), is_repeatable=False),
)  # fmt: skip

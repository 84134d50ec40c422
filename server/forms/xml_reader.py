"""The one reader of XML that came from outside: forms, submissions and whatever else a stranger may have written.

It refuses what could harm (a DOCTYPE, deep nesting, a flood of elements) before or right after libxml2 has read the
bytes in C, and never in a second pass of ours. It knows nothing of forms.
Source: XML 1.0 §2.8 (a DOCTYPE can stand in the prolog only), OWASP XML Security Cheat Sheet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from server.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DEPTH = 200
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 100
"""Of one element. libxml2 compares each with all before it: 300 000 of them keep a processor busy for minutes."""
MAX_BYTES = 8 * 1024 * 1024

_DOCTYPE = b"<!DOCTYPE"
# A value cannot hold "<", so that a try ends at the next one and the whole search is linear.
_TOO_MANY_ATTRIBUTES = re.compile(rb"""<[^!?/<>"'](?:[^<>"']*(?:"[^"<]*"|'[^'<]*')){%d}""" % (MAX_ATTRIBUTES + 1))


def read_xml(source: bytes, *, max_depth: int = MAX_DEPTH) -> _Element:
    """Return the root element of *source*, read as UTF-8 whatever it declares, without comments and instructions.

    Raises InvalidInput (``xml.malformed`` with line and column, ``xml.doctype``, ``xml.too_deep``) and TooLarge
    (``xml.too_large``). *max_depth* counts the root as 1 and is at most 256, where libxml2 stops by itself.
    """
    _check_size(source)
    try:
        root = etree.fromstring(source, _parser())
    except etree.XMLSyntaxError as error:
        raise _refusal(source, error, max_depth) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # missing in lxml-stubs
        raise InvalidInput("xml.doctype")
    if source.count(b"</") >= max_depth and _is_deeper(root, max_depth):
        raise InvalidInput("xml.too_deep", limit=max_depth)
    return root


def local_name(element: _Element) -> str:
    """Return the tag of *element* without its namespace."""
    return element.tag.rpartition("}")[2]


def children(parent: _Element, name: str) -> list[_Element]:
    """Return the child elements of that local name, whatever namespace they are in."""
    return list(parent.iterchildren(f"{{*}}{name}"))


def first_child(parent: _Element, name: str) -> _Element | None:
    """Return the first child of that local name, None if there is none."""
    return next(parent.iterchildren(f"{{*}}{name}"), None)


def attributes(element: _Element) -> dict[str, str]:
    """Return the attributes of *element* by local name."""
    return {cast(str, name).rpartition("}")[2]: cast(str, value) for name, value in element.attrib.items()}


def _parser() -> etree.XMLParser:
    """Return a parser of this call's own, which makes reading thread-safe; it costs under a microsecond."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _check_size(source: bytes) -> None:
    """Refuse what would build a huge tree; start tags are counted in the bytes, so nothing is built first."""
    if len(source) > MAX_BYTES:
        raise TooLarge("xml.too_large", limit_bytes=MAX_BYTES)
    if source.count(b"<") > MAX_ELEMENTS and _start_tags(source) > MAX_ELEMENTS:
        raise TooLarge("xml.too_large", limit_elements=MAX_ELEMENTS)
    if source.count(b"=") > MAX_ATTRIBUTES and _TOO_MANY_ATTRIBUTES.search(source):
        raise TooLarge("xml.too_large", limit_attributes=MAX_ATTRIBUTES)


def _start_tags(source: bytes) -> int:
    return source.count(b"<") - source.count(b"</") - source.count(b"<!") - source.count(b"<?")


def _refusal(source: bytes, error: etree.XMLSyntaxError, max_depth: int) -> InvalidInput:
    """Return what to tell of a document libxml2 gave up on: the trap behind it if there is one, else the place."""
    if _DOCTYPE in source:
        return InvalidInput("xml.doctype")
    if "Excessive depth" in str(error.msg):
        return InvalidInput("xml.too_deep", limit=max_depth)
    line, column = error.position
    return InvalidInput("xml.malformed", line=line, column=column)


def _is_deeper(root: _Element, max_depth: int) -> bool:
    """Return whether some element lies below *max_depth*.

    An element with children needs an end tag, so the caller asks only for documents with that many of them.
    """
    return bool(root.xpath("boolean(" + "/*" * (max_depth + 1) + ")"))

"""Marks that turn writing around are taken out of what a page says, so that nobody's name turns our words around.

No language of the province is written with them. They stay in what is kept and sent, in what a person is to change
(fields keep what was typed) and in files. Source: Unicode Standard Annex 9; https://trojansource.codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Response

_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]+")
_WRITTEN: Final = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
"""The same in UTF-8, looked for in every page."""
_KEPT_OR_SAID: Final = re.compile(r"<textarea\b.*?</textarea>|<[^>]*>|[^<]+", re.DOTALL)
"""What is left alone begins with ``<``: tags, in whose attributes ``>`` is always escaped, and fields of many lines."""


def straighten(response: Response) -> Response:
    """Return *response*, its texts without such marks if it is a page."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    if _WRITTEN.search(response.get_data()):
        response.set_data(straightened(response.get_data(as_text=True)))
    return response


def straightened(page: str) -> str:
    """Return the HTML *page* with no such mark in its texts."""
    return _KEPT_OR_SAID.sub(_straightened_part, page)


def _straightened_part(part: re.Match[str]) -> str:
    return part[0] if part[0].startswith("<") else _MARKS.sub("", part[0])

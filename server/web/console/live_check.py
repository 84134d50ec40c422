"""What of a page that is being filled in comes anew while somebody types: the questions that look otherwise by now.

Every question carries a mark of how it looks, the page one of what stands on it; both come back with what was typed, so
that an answer over a slow line holds no more than what changed. Nothing of it is kept.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from flask import request

from server.submissions.questionnaire import Page, Question, Repeat, Told
from server.submissions.typed_answers import typed_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.submissions.questionnaire import Part

_LENGTH: Final = 8
_CARRIED: Final = re.compile(r' data-mark="([0-9a-f]+)"')


def marking(page: Page) -> dict[str, object]:
    """Return what the templates of a page that is filled in draw its fields and marks with."""
    return {"layout": layout_mark(page), "mark": mark, "mark_in": mark_in, "part_of": typed_part}


def mark(*looks: object) -> str:
    """Return a short mark of how something looks; it is no seal."""
    return hashlib.sha256("\n".join(map(str, looks)).encode()).hexdigest()[:_LENGTH]


def mark_in(drawn: str) -> str:
    """Return the mark that a question drawn for the page carries."""
    found = _CARRIED.search(drawn)
    return "" if found is None else found[1]


def layout_mark(page: Page) -> str:
    """Return the mark of what stands on the page and where, whatever is answered."""
    return mark(*_layout(page))


def marks_shown() -> frozenset[str]:
    """Return the marks of what stands on the page that asks."""
    return frozenset(request.form.get("shown", "").split())


def _layout(part: Part) -> Iterator[str]:
    match part:
        case Question():
            yield part.path
        case Told():
            yield f"{part.path} told"
        case Repeat():
            yield f"{part.path} {part.may_be_added}"
            for instance in part.instances:
                yield from _layout(instance)
        case Page():
            yield f"{part.path} {part.may_be_dropped}"
            for one in part.parts:
                yield from _layout(one)

"""The filters in force on a list of records, each in words and with the list as it is without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.language.display import display_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.operations.list_choices import Choices
    from server.web.console.asked import Asked

_NO_FILTER: Final = frozenset({"state", "sort"})
"""Parameters that have a place of their own on the page."""


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """One filter: the code of its words, what it is narrowed to as words or as a code, and the list without it."""

    name: str
    value: str
    value_code: str
    without: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Naming:
    """What names the values of filters."""

    choices: Choices
    findings: Mapping[str, str]
    """What findings are called, by code."""


def active_filters(asked: Asked, naming: Naming) -> tuple[ActiveFilter, ...]:
    """Return the filters in force, in the order of their parameters."""
    found = []
    for name in asked.parameters:
        if name not in _NO_FILTER:
            value, code = _words(name, asked, naming)
            without = {one: text for one, text in asked.parameters.items() if one != name}
            found.append(ActiveFilter(f"console.records.active.{name}", value, code, without))
    return tuple(found)


def _words(name: str, asked: Asked, naming: Naming) -> tuple[str, str]:
    """Return what a filter is narrowed to, as words, or as the code of them."""
    question, text = asked.question, asked.parameters[name]
    codes = {
        "lately": f"console.records.lately.{text}",
        "flagged": f"console.records.flagged.{'yes' if question.is_flagged else 'no'}",
        "files": "console.records.lacking_files",
        "practice": "console.records.practice",
    }
    words = {
        "form": {one.form_key: one.title for one in naming.choices.forms}.get(question.form_key or 0),
        "unit": naming.choices.unit_name,
        "sender": {one.collaborator_id: one.name for one in naming.choices.senders}.get(question.sender_id or 0),
        "finding": naming.findings.get(text),
        "from": question.first_day and display_date(question.first_day),
        "to": question.last_day and display_date(question.last_day),
    }
    code = codes.get(name, "")
    return "" if code else words.get(name) or text, code

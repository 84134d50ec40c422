"""Reading what an address or a form asks for, and writing it back into links.

What cannot be read is as if it were not there: a mistyped address shows the list, not an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from server.operations.browse_submissions import FIRST_DAY, LAST_DAY, Lately, Question
from server.operations.review_submissions import Target
from server.operations.sights import Desk
from server.storage.repositories.record_orders import Cursor, Order
from server.submissions.review import AWAITING, QuestionComment, ReviewState
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.datastructures import MultiDict


_T = TypeVar("_T")
FEW: Final = 12
"""A list of so many people is read through; there is nothing to narrow."""
PIECE: Final = 40
"""So many people stand on a page of theirs."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS: Final = 16
_CURSOR_PARTS: Final = 4
_LAST_DAY: Final = date.max.toordinal()
_LONGEST_WORDS: Final = 100
_YEARS: Final = range(2000, 2101)
_FINDING_CODE: Final = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,29}")
_COMMENT_ON: Final = "on:"
_QUESTION_PATH: Final = re.compile(r"(?:/[\w.-]+(?:\[[0-9]{1,6}\])?){1,60}")
_LONGEST_PATH: Final = 500
_AWAITING: Final = "awaiting"
_STATES: Final[Mapping[str, frozenset[ReviewState]]] = {
    _AWAITING: AWAITING,
    "all": frozenset(),
    **{state.value: frozenset({state}) for state in ReviewState},
}
STATE_CHOICES: Final = (
    _AWAITING,
    ReviewState.HAS_ISSUES.value,
    ReviewState.EDITED.value,
    ReviewState.APPROVED.value,
    ReviewState.REJECTED.value,
    "all",
)
"""What a list can be narrowed to by state, in the order of the menu; the first is what one sees unasked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its address asks for it, with the same as parameters for links (only what narrows)."""

    question: Question
    parameters: Mapping[str, str]
    state: str


def asked_list(arguments: Mapping[str, str], desk: Desk) -> Asked:
    """Return the list that the parameters of an address ask for."""
    state = arguments.get("state", _AWAITING)
    state = state if state in _STATES else _AWAITING
    is_masked = desk is Desk.INCIDENTS
    first_day, last_day = day_of(arguments.get("from")), day_of(arguments.get("to"))
    lately = None if first_day or last_day else arguments.get("lately")
    question = Question(
        desk,
        is_practice=arguments.get("practice") == "1",
        form_key=number(arguments.get("form")),
        unit_id=unit_of(arguments.get("unit")),
        states=_STATES[state],
        is_flagged={"1": True, "0": False}.get(arguments.get("flagged", "")),
        finding="" if is_masked else _code(arguments.get("finding", "")),
        lacks_files=arguments.get("files") == "lacking",
        sender_id=None if is_masked else number(arguments.get("sender")),
        lately=next((one for one in Lately if one.value == lately), None),
        first_day=first_day,
        last_day=last_day,
        figure_year=year_of(arguments.get("of")),
        words="" if is_masked else words_sought(arguments),
        order=next((one for one in orders_at(desk) if one.value == arguments.get("sort")), Order.NEWEST),
    )
    return Asked(question, _parameters(question, state), state)


def asked_within(arguments: Mapping[str, str], desk: Desk) -> Asked:
    """Return the list somebody came from; its links lead back to the page of it that was in view."""
    asked, place = asked_list(arguments, desk), place_in(arguments)
    return replace(asked, parameters={**asked.parameters, "after": place}) if place else asked


def place_in(arguments: Mapping[str, str]) -> str | None:
    """Return where the page of a list begins that an address asks for; None for its first."""
    return cursor_text(read_cursor(arguments.get("after")))


def orders_at(desk: Desk) -> tuple[Order, ...]:
    """Return the orders a list can be in; of cases nobody is told who sent them."""
    return tuple(one for one in Order if desk is Desk.EVERYDAY or one is not Order.SENDER)


def number(text: str | None) -> int | None:
    """Return a whole number, None for anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        return None
    return int(text)


def year_of(text: str | None) -> int | None:
    """Return a year that figures can be of, None for anything else."""
    found = number(text)
    return found if found is not None and found in _YEARS else None


def read_cursor(text: str | None) -> Cursor | None:
    """Return the place in a list that `cursor_text` wrote."""
    parts = [number(one) for one in (text or "").split("-")]
    if len(parts) != _CURSOR_PARTS:
        return None
    microseconds, submission_id, day, collaborator_id = parts
    if microseconds is None or submission_id is None or day is None:
        return None
    received_at = _EPOCH + timedelta(microseconds=microseconds)
    return Cursor(received_at, submission_id, date.fromordinal(day) if 0 < day < _LAST_DAY else None, collaborator_id)


def cursor_text(cursor: Cursor | None) -> str | None:
    """Return a place in a list for an address: microseconds of receipt, the record, its day, who sent it."""
    if cursor is None:
        return None
    microseconds = (cursor.received_at - _EPOCH) // timedelta(microseconds=1)
    day = cursor.event_date.toordinal() if cursor.event_date else 0
    return f"{microseconds}-{cursor.submission_id}-{day}-{cursor.collaborator_id or ''}"


def read_targets(ticked: Iterable[str]) -> tuple[Target, ...]:
    """Return the records ticked in a form, each as ``id:version``, or many in one text with spaces between."""
    every = (one for several in ticked for one in several.split())
    pairs = [(number(left), number(right)) for left, _, right in (one.partition(":") for one in every)]
    return tuple(Target(left, right) for left, right in pairs if left is not None and right is not None)


def ticks_text(targets: Iterable[Target]) -> str:
    """Return records as one text, for `read_targets`."""
    return " ".join(f"{one.submission_id}:{one.version_id}" for one in targets)


def came_from_list(form: MultiDict[str, str]) -> bool:
    """Return whether the ticks of a list were sent; *from* may hold the first day of its filter as well."""
    return "list" in form.getlist("from")


def read_seen(text: str) -> frozenset[ReviewState]:
    """Return the state a record's page showed it in; none where it did not say."""
    return frozenset(one for one in ReviewState if one.value == text)


def read_question_comments(form: MultiDict[str, str]) -> tuple[QuestionComment, ...]:
    """Return what was written beside questions of a record: fields called ``on:`` and the path of the question."""
    written = ((name.removeprefix(_COMMENT_ON), typed(text)) for name, text in form.items() if _is_comment(name))
    return tuple(QuestionComment(path, text) for path, text in written if text)


def typed(text: str) -> str:
    """Return a text as it was typed: a browser counts the end of a line as one letter and sends two."""
    return text.replace("\r\n", "\n").strip()


def remarks_in(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return what the fields of a record's page say of it and of its questions."""
    written = (typed(text) for name, text in fields if name == "comment" or _is_comment(name))
    return tuple(text for text in written if text)


def _is_comment(name: str) -> bool:
    path = name.removeprefix(_COMMENT_ON)
    return path != name and len(path) <= _LONGEST_PATH and _QUESTION_PATH.fullmatch(path) is not None


def _parameters(question: Question, state: str) -> dict[str, str]:
    written = {
        "practice": "1" if question.is_practice else "",
        "form": str(question.form_key or ""),
        "unit": str(question.unit_id or ""),
        "state": "" if state == _AWAITING else state,
        "flagged": {True: "1", False: "0", None: ""}[question.is_flagged],
        "finding": question.finding,
        "files": "lacking" if question.lacks_files else "",
        "sender": str(question.sender_id or ""),
        "lately": question.lately or "",
        "from": question.first_day.isoformat() if question.first_day else "",
        "to": question.last_day.isoformat() if question.last_day else "",
        "of": str(question.figure_year or ""),
        "q": question.words,
        "sort": "" if question.order is Order.NEWEST else question.order.value,
    }
    return {name: text for name, text in written.items() if text}


def _code(text: str) -> str:
    return text if _FINDING_CODE.fullmatch(text) else ""


def unit_of(text: str | None) -> UnitId | None:
    """Return the unit a text names by its id; None for no number."""
    found = number(text)
    return None if found is None else UnitId(found)


def day_of(text: str | None) -> date | None:
    """Return a day to look from or until, the nearest there is to ask for; None for anything else."""
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        return None
    return min(max(asked, FIRST_DAY), LAST_DAY)


def words_sought(given: Mapping[str, str]) -> str:
    """Return what somebody looks for, cut to a length that anybody types."""
    return given.get("q", "").strip()[:_LONGEST_WORDS]


def piece(every: Sequence[_T], start: int) -> tuple[Sequence[_T], int | None]:
    """Return what a page of a list shows from a place on, and where the next begins; None after the last."""
    end = start + PIECE
    return every[start:end], end if len(every) > end else None

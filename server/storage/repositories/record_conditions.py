"""What a list of records is narrowed by, as the database is asked it; the filters stand in `record_lists`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, exists, literal, literal_column, or_, select

from server.storage.models.projects import ProjectRow
from server.storage.models.submissions import FindingRow, RecordWordRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.written_out import among, written
from server.submissions.review import AWAITING, ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.storage.repositories.record_lists import Filters

# Written as the indexes of these few rows are: parameters in their place would hide from SQLite that they serve.
_AWAITING: Final = SubmissionRow.review_state.in_([literal_column("'received'"), literal_column("'edited'")])
_IS_SET_BACK: Final = SubmissionRow.review_state.in_(
    [literal_column("'has_issues'"), literal_column("'edited'"), literal_column("'rejected'")]
)
SET_BACK: Final = frozenset({ReviewState.HAS_ISSUES, ReviewState.EDITED, ReviewState.REJECTED})
"""States few records are in, with an index of their own."""


def conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Yield what holds of the records the filters leave."""
    rows = SubmissionRow
    practice = select(ProjectRow.id).where(ProjectRow.kind == "practice")
    yield rows.project_id.in_(practice) if filters.is_practice else rows.project_id.not_in(practice)
    yield rows.is_sensitive.is_(filters.is_sensitive)
    yield from (has_word(rows.id, word) for word in filters.words)
    if filters.keys is not None:
        yield among(rows.id, filters.keys)
    if filters.form_key is not None:
        yield rows.form_key == filters.form_key
    if filters.sender_id is not None:
        yield rows.collaborator_id == filters.sender_id
    if filters.unit_id is not None:
        yield rows.unit_id.in_(
            select(UnitAncestorRow.unit_id).where(among(UnitAncestorRow.ancestor_id, [filters.unit_id]))
        )
    if filters.lacks_files:
        yield rows.missing_media > literal_column("0")  # as the index of these few rows is written
    yield from _in_state(filters)
    yield from _in_time(filters)


def _in_state(filters: Filters) -> Iterator[ColumnElement[bool]]:
    rows = SubmissionRow
    if filters.states == AWAITING:
        yield _AWAITING
    elif filters.states:
        yield rows.review_state.in_(sorted(filters.states))
    if filters.states and filters.states <= SET_BACK:
        yield _IS_SET_BACK
    if filters.is_flagged is not None:
        yield or_(rows.is_flagged, ~rows.is_derived).is_(filters.is_flagged)
    if filters.finding:
        yield _has_finding(filters.finding)


def _in_time(filters: Filters) -> Iterator[ColumnElement[bool]]:
    rows = SubmissionRow
    if filters.figure_year is not None:
        yield rows.figure_year == filters.figure_year
    if filters.since is not None:
        yield rows.received_at >= written(filters.since, rows.received_at)
    if filters.before is not None:
        yield rows.received_at < written(filters.before, rows.received_at)


def has_word(key: Any, word: str) -> ColumnElement[bool]:  # noqa: ANN401 a column of a table or of its alias
    """Return that the record has a word that begins so."""
    other = RecordWordRow.__table__.alias()
    return exists(select(literal(1)).where(other.c.submission_id == key, *starts_with(other.c.word, word)))


def starts_with(column: Any, word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:  # noqa: ANN401 a column
    """Return that a word begins so, as a range of an index in the order of bytes."""
    return column >= word, column < word[:-1] + chr(ord(word[-1]) + 1)


def _has_finding(code: str) -> ColumnElement[bool]:
    """Return whether a record's current version has a finding of that code; asked record by record, for a page."""
    found = select(FindingRow.id).join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
    of_record = found.where(SubmissionVersionRow.submission_id == SubmissionRow.id, SubmissionVersionRow.is_current)
    return of_record.where(FindingRow.code == code).correlate(SubmissionRow).exists()

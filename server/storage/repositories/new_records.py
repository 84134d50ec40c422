"""A record that nobody sent before: its row, its first version, the words it is found by and what it adds.

PostgreSQL takes all four in one statement, which saves three trips there and back for each record; to SQLite a
statement is a call, and it takes them one by one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from server.storage.models.row_ids import EverydayId, SensitiveId, sensitive_id
from server.storage.models.submissions import RecordWordRow, SubmissionRow, SubmissionVersionRow
from server.storage.ready import Ready
from server.storage.repositories.figures import Figures
from server.storage.repositories.new_contributions import added_contributions, given_contributions
from server.storage.repositories.record_words import WORD_COLUMNS, RecordWords, found_words, given_words
from server.storage.repositories.submissions import Submissions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.indicators.contribution import Contribution
    from server.storage.repositories.record_words import Findable
    from server.storage.visible import Sight


class Kept(NamedTuple):
    """The ids of a new record and of its first version."""

    submission_id: int
    version_id: int


class Said(NamedTuple):
    """What a new record says beside its row: what it is *found* by, None for no word, and what it adds to measures."""

    found: Findable | None
    contributions: Sequence[Contribution]


class NewRecords:
    """Records as they first arrive. *sight* is an `Intake` or an `Operator`."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def add(self, record: Mapping[str, Any], version: Mapping[str, Any], said: Said) -> Kept | None:
        """Insert a record with its version and all that *said*; None, and nothing is written, if its root is known.

        Where both mappings name a fact it is the same one.
        """
        if self._connection.dialect.name == "postgresql":
            return self._add_at_once(record, version, said)
        submissions = Submissions(self._connection, self.sight)
        history = submissions.claim(record)
        if history is None:
            return None
        facts = {"submission_id": history.submission_id, **version}
        version_id = submissions.add_version(facts, is_sensitive=record["is_sensitive"])
        if said.found is not None:
            RecordWords(self._connection).add(history.submission_id, said.found)
        Figures(self._connection, self.sight).add(record["project_id"], version_id, said.contributions)
        return Kept(history.submission_id, version_id)

    def _add_at_once(self, record: Mapping[str, Any], version: Mapping[str, Any], said: Said) -> Kept | None:
        facts = {f"given_{name}": value for name, value in {**version, **record}.items()}
        words = {} if said.found is None else given_words("postgresql", said.found)
        statement = _statement(
            is_sensitive=record["is_sensitive"],
            is_found=said.found is not None,
            of_entities="entity_ids" in words,
            adds=bool(said.contributions),
        )
        added = given_contributions(said.contributions) if said.contributions else {}
        row = statement.run(self._connection, facts | words | added).first()
        return Kept(row.submission_id, row.version_id) if row else None


_RECORD: Final = [
    one
    for one in SubmissionRow.__table__.c
    if one.key not in {"id", "counted_version_id", "cleared_at", "merged_into_id"}
]
_VERSION: Final = [one for one in SubmissionVersionRow.__table__.c if one.key not in {"id", "submission_id"}]


@cache
def _statement(*, is_sensitive: bool, is_found: bool, of_entities: bool, adds: bool) -> Ready:
    record = (
        postgresql_insert(SubmissionRow)
        .values({one.key: _given(one) for one in _RECORD} | {"id": _next_id(SubmissionRow, is_sensitive=is_sensitive)})
        .on_conflict_do_nothing()
        .returning(SubmissionRow.id)
        .cte("record")
    )
    version_id = _next_id(SubmissionVersionRow, is_sensitive=is_sensitive)
    version = (
        insert(SubmissionVersionRow)
        .from_select(
            ["id", "submission_id", *(one.key for one in _VERSION)],
            select(version_id, record.c.id, *(_given(one) for one in _VERSION)),
        )
        .returning(SubmissionVersionRow.id, SubmissionVersionRow.project_id)
        .cte("version")
    )
    ids = select(record.c.id.label("submission_id"), version.c.id.label("version_id"))
    whole = ids.join_from(record, version, true())
    if adds:
        whole = whole.add_cte(added_contributions(version))
    if not is_found:
        return Ready(whole)
    found = found_words("postgresql", of_entities=of_entities)
    words = select(record.c.id, found.c.word, found.c.unit_id).join_from(record, found, true())
    return Ready(whole.add_cte(insert(RecordWordRow).from_select(WORD_COLUMNS, words).cte("words")))


def _given(column: Any) -> Any:  # noqa: ANN401 a column, and what is to stand in it
    return bindparam(f"given_{column.key}", type_=column.type)


def _next_id(model: Any, *, is_sensitive: bool) -> EverydayId | SensitiveId:  # noqa: ANN401 a mapped class
    return sensitive_id(model) if is_sensitive else EverydayId(literal_column(model.__tablename__))

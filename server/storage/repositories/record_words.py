"""The words records are found by, written wherever a record's row says something new of its current version.

They are those of the row itself, of who sent it, and of the household or other entity it changed, as that is found at
the time. Sensitive records are found by none. What pages look up with them is for `record_lists`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, any_, bindparam, delete, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from server.language.folding import words_in
from server.storage.models.people import CollaboratorRow
from server.storage.models.registers import EntityEffectRow, EntityListRow, EntityRow, EntityWordRow
from server.storage.models.schema import Id
from server.storage.models.submissions import RecordWordRow, SubmissionRow, SubmissionVersionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause, Insert

    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Findable:
    """What a new record is found by: its words, who sent it, and the ids of what it changes in its project's lists."""

    project_id: int
    unit_id: UnitId
    words: str
    sender_name: str
    entity_ids: tuple[str, ...]
    """UUIDs; an id of another shape is of nothing that is kept."""


class RecordWords:
    """Words of records; *sight* has no part in it: intake and background work write them, and show nobody any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, submission_id: int, one: Findable) -> None:
        """Let a record be found that was found by no word before."""
        dialect = self._connection.dialect.name
        given = given_words(dialect, one)
        statement = _adding(dialect, of_entities="entity_ids" in given)
        self._connection.execute(statement, {**given, "found_submission_id": submission_id})

    def replace(self, submission_id: int) -> None:
        """Let a record be found by what its row says now, and by nothing else."""
        self._replace_all((submission_id,))

    def _replace_all(self, submission_ids: Sequence[int]) -> None:
        """Do so for some records at once."""
        self._connection.execute(delete(RecordWordRow).where(RecordWordRow.submission_id.in_(submission_ids)))
        rows = SubmissionRow
        found = self._connection.execute(
            select(rows.id, rows.unit_id, rows.name_folded, CollaboratorRow.name)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == rows.collaborator_id)
            .where(rows.id.in_(submission_ids), rows.is_sensitive.is_(False), rows.unit_id.is_not(None))
            .order_by(rows.id)
        ).all()
        theirs = self._of_entities([row.id for row in found])
        words = [
            {"submission_id": row.id, "unit_id": row.unit_id, "word": word}
            for row in found
            for word in sorted({*row.name_folded.split(), *words_in(row.name or ""), *theirs[row.id]})
        ]
        if words:
            self._connection.execute(insert(RecordWordRow), words)

    def mend(self, submission_ids: Iterable[int]) -> int:
        """Write the words of those of these records that lack one of their own; return how many those were."""
        wanted = sorted(set(submission_ids))
        rows, kept = SubmissionRow, RecordWordRow
        has: dict[int, set[tuple[str, int]]] = defaultdict(set)
        for row in self._connection.execute(
            select(kept.submission_id, kept.word, kept.unit_id).where(kept.submission_id.in_(wanted))
        ).all():
            has[row[0]].add((row[1], row[2]))
        found = self._connection.execute(
            select(rows.id, rows.unit_id, rows.name_folded).where(
                rows.id.in_(wanted), rows.is_sensitive.is_(False), rows.unit_id.is_not(None)
            )
        ).all()
        lacking = [
            row.id for row in found if not {(one, row.unit_id) for one in row.name_folded.split()} <= has[row.id]
        ]
        if lacking:
            self._replace_all(lacking)
        return len(lacking)

    def _of_entities(self, submission_ids: Sequence[int]) -> Mapping[int, set[str]]:
        """Return the words of the entities that records changed, by record."""
        versions, effects, words = SubmissionVersionRow, EntityEffectRow, EntityWordRow
        found = (
            select(versions.submission_id, words.word)
            .join(effects, effects.entity_key == words.entity_key)
            .join(versions, versions.id == effects.submission_version_id)
            .where(versions.submission_id.in_(submission_ids))
        )
        named: dict[int, set[str]] = defaultdict(set)
        for submission_id, word in self._connection.execute(found.distinct()).all():
            named[submission_id].add(word)
        return named


WORD_COLUMNS: Final = ("submission_id", "word", "unit_id")


def given_words(dialect: str, one: Findable) -> dict[str, Any]:
    """Return the parameters of `found_words`; none for entities where it changes none."""
    words = dict.fromkeys((*one.words.split(), *words_in(one.sender_name)))
    given: dict[str, Any] = {"words": _as_one(dialect, words), "found_unit_id": one.unit_id}
    if one.entity_ids:
        given |= {"entity_ids": _as_one(dialect, one.entity_ids), "found_project_id": one.project_id}
    return given


def found_words(dialect: str, *, of_entities: bool) -> FromClause:
    """Return the words a new record is found by, as `given_words` says, each once, with their unit.

    Entities are looked for by an array of ids. Of rows out of a document PostgreSQL expects a hundred, and for so many
    it reads every entity there is.
    """
    unit_id = bindparam("found_unit_id", type_=Id).label("unit_id")
    own = select(_strings(dialect, "words").label("word"), unit_id)
    if not of_entities:
        return own.subquery("found")
    lists, entities, words = EntityListRow, EntityRow, EntityWordRow
    theirs = (
        select(words.word, unit_id)
        .join(entities, entities.id == words.entity_key)
        .join(lists, lists.id == entities.list_id)
        .where(
            lists.project_id == bindparam("found_project_id", type_=Id),
            _is_among(dialect, entities.entity_id, "entity_ids"),
        )
    )
    return own.union(theirs).subquery("found")


def _as_one(dialect: str, texts: Iterable[str]) -> str:
    """Return *texts*, in which there are no spaces, as one parameter."""
    return " ".join(texts) if dialect == "postgresql" else json.dumps(list(texts))


def _split(name: str) -> ColumnElement[Any]:
    return func.string_to_array(bindparam(name, type_=Text), literal_column("' '"), type_=ARRAY(Text))


def _strings(dialect: str, name: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return func.unnest(_split(name)).column_valued("word")
    return _each(name)


def _is_among(dialect: str, column: Any, name: str) -> Any:  # noqa: ANN401 a mapped column, and what is said of it
    return column == any_(_split(name)) if dialect == "postgresql" else column.in_(select(_each(name)))


def _each(name: str) -> ColumnElement[Any]:
    return func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value


@cache
def _adding(dialect: str, *, of_entities: bool) -> Insert:
    found = found_words(dialect, of_entities=of_entities)
    submission_id = bindparam("found_submission_id", type_=Id)
    return insert(RecordWordRow).from_select(WORD_COLUMNS, select(submission_id, found.c.word, found.c.unit_id))

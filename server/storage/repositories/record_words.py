"""The words records are found by, written wherever a record's row says something new of its current version.

They are those of the row itself, of who sent it, and of the household or other entity it changed, as that is found at
the time. Sensitive records are found by none. What pages look up with them is for `record_lists`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, text

from server.language.folding import words_in
from server.storage.models.people import CollaboratorRow
from server.storage.models.registers import EntityEffectRow, EntityWordRow
from server.storage.models.submissions import RecordWordRow, SubmissionRow, SubmissionVersionRow
from server.storage.repositories.given_rows import as_parameter, given_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Findable:
    """A new record that is found: its words, who sent it, and the ids of what it changes in its project's lists."""

    project_id: int
    submission_id: int
    unit_id: UnitId | None
    words: str
    sender_name: str
    entity_ids: tuple[str, ...]


class RecordWords:
    """Words of records; *sight* has no part in it: intake and background work write them, and show nobody any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Findable) -> None:
        """Let a record be found that was found by no word before; one that lies nowhere is found by none."""
        if one.unit_id is None:
            return
        words = dict.fromkeys((*one.words.split(), *words_in(one.sender_name)))
        rows = [*((word, "") for word in words), *(("", entity_id) for entity_id in one.entity_ids)]
        given = {
            "rows": as_parameter(rows),
            "project_id": one.project_id,
            "submission_id": one.submission_id,
            "unit_id": one.unit_id,
        }
        self._connection.execute(_ADD[self._connection.dialect.name][bool(one.entity_ids)], given)

    def replace(self, submission_id: int) -> None:
        """Let a record be found by what its row says now, and by nothing else."""
        self._connection.execute(delete(RecordWordRow).where(RecordWordRow.submission_id == submission_id))
        rows = SubmissionRow
        found = self._connection.execute(
            select(rows.unit_id, rows.name_folded, rows.is_sensitive, CollaboratorRow.name)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == rows.collaborator_id)
            .where(rows.id == submission_id)
        ).one()
        if found.is_sensitive or found.unit_id is None:
            return
        words = {*found.name_folded.split(), *words_in(found.name or ""), *self._of_entities(submission_id)}
        facts = {"submission_id": submission_id, "unit_id": found.unit_id}
        if words:
            self._connection.execute(insert(RecordWordRow), [{**facts, "word": word} for word in sorted(words)])

    def mend(self, submission_ids: Iterable[int]) -> int:
        """Write the words of those of these records that lack one of their own; return how many those were."""
        wanted = sorted(set(submission_ids))
        rows, kept = SubmissionRow, RecordWordRow
        has: dict[int, set[tuple[str, int]]] = defaultdict(set)
        for row in self._connection.execute(
            select(kept.submission_id, kept.word, kept.unit_id).where(kept.submission_id.in_(wanted))
        ):
            has[row.submission_id].add((row.word, row.unit_id))
        found = self._connection.execute(
            select(rows.id, rows.unit_id, rows.name_folded).where(
                rows.id.in_(wanted), rows.is_sensitive.is_(False), rows.unit_id.is_not(None)
            )
        ).all()
        lacking = [
            row.id for row in found if not {(one, row.unit_id) for one in row.name_folded.split()} <= has[row.id]
        ]
        for submission_id in lacking:
            self.replace(submission_id)
        return len(lacking)

    def _of_entities(self, submission_id: int) -> Sequence[str]:
        versions, effects, words = SubmissionVersionRow, EntityEffectRow, EntityWordRow
        found = (
            select(words.word)
            .join(effects, effects.entity_key == words.entity_key)
            .join(versions, versions.id == effects.submission_version_id)
            .where(versions.submission_id == submission_id)
        )
        return self._connection.execute(found.distinct()).scalars().all()


_OWN: Final = """
        SELECT CAST(:submission_id AS BIGINT), given.word, CAST(:unit_id AS BIGINT)
          FROM {given}
         WHERE given.word <> ''"""
_OF_ENTITIES: Final = """
         UNION
        SELECT CAST(:submission_id AS BIGINT), w.word, CAST(:unit_id AS BIGINT)
          FROM {given}
          JOIN entity_list AS l ON l.project_id = :project_id
          JOIN entity AS e ON e.list_id = l.id AND e.entity_id = given.entity_id
          JOIN entity_word AS w ON w.entity_key = e.id
         WHERE given.entity_id <> ''"""
_GIVEN: Final = {
    dialect: given_table(dialect, {"word": "text", "entity_id": "text"}) for dialect in ("sqlite", "postgresql")
}
_ADD: Final = {
    dialect: {
        has_entities: text(
            "INSERT INTO record_word (submission_id, word, unit_id)"
            + (_OWN + (_OF_ENTITIES if has_entities else "")).replace("{given}", given)
        )
        for has_entities in (False, True)
    }
    for dialect, given in _GIVEN.items()
}

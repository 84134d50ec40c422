"""Received versions as they are derived again: the raw bytes with what they depend on, and what was made of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, update

from server.registers.versions import REGISTER_REMARKS
from server.storage.models.figures import ContributionRow
from server.storage.models.people import CollaboratorPostRow
from server.storage.models.row_ids import insertion, is_sensitive_id
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.repositories.record_words import RecordWords
from server.submissions.findings import BRANCH
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

_OF_ARRIVAL = (BRANCH, *REGISTER_REMARKS)
"""Findings that come of the order of arrival: deriving again neither makes nor takes them."""


@dataclass(frozen=True, slots=True)
class RawVersion:
    """One received instance, byte for byte, with what else it is derived from."""

    version_id: int
    submission_id: int
    project_id: int
    form_version_id: int
    xml: bytes
    received_at: datetime
    collaborator_id: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What the tables say was made of a version, as sorted plain rows; *facts* of the record if it is current."""

    findings: tuple[tuple[object, ...], ...]
    contributions: tuple[tuple[object, ...], ...]
    facts: Mapping[str, object]


class Versions:
    """Versions and what was derived from them; for the command line and background work alone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self) -> int:
        """Return how many versions there are."""
        return self._connection.execute(select(func.count()).select_from(SubmissionVersionRow)).scalar_one()

    def one(self, version_id: int) -> RawVersion | None:
        """Return one version."""
        found = self._raw(SubmissionVersionRow.id == version_id, 1)
        return found[0] if found else None

    def after(self, version_id: int, most: int) -> list[RawVersion]:
        """Return the next versions by id, for a walk over all of them."""
        return self._raw(SubmissionVersionRow.id > version_id, most)

    def posts_on(self, collaborator_id: int, on: date) -> frozenset[UnitId]:
        """Return where a collaborator worked on that day."""
        rows = CollaboratorPostRow
        found = select(rows.unit_id).where(
            rows.collaborator_id == collaborator_id,
            or_(rows.valid_from.is_(None), rows.valid_from <= on),
            or_(rows.valid_to.is_(None), rows.valid_to >= on),
        )
        return frozenset(UnitId(one) for one in self._connection.execute(found).scalars())

    def place_of(self, submission_id: int) -> tuple[UnitId | None, date | None]:
        """Return where and of which day a record is."""
        rows = SubmissionRow
        row = self._connection.execute(select(rows.unit_id, rows.event_date).where(rows.id == submission_id)).one()
        return None if row.unit_id is None else UnitId(row.unit_id), row.event_date

    def made_of(self, versions: Sequence[RawVersion], fact_names: Sequence[str]) -> dict[int, Made]:
        """Return what was made of each of *versions*."""
        ids = [one.version_id for one in versions]
        findings, contributions = self._findings(ids), self.contributions_of(ids)
        facts = self._facts([one.submission_id for one in versions if one.is_current], fact_names)
        return {
            one.version_id: Made(
                tuple(sorted(findings[one.version_id])),
                contributions[one.version_id],
                facts[one.submission_id] if one.is_current else {},
            )
            for one in versions
        }

    def files_here(self, version_ids: Sequence[int]) -> dict[int, set[str]]:
        """Return the keys of the names of the files that have come, by version."""
        rows = AttachmentRow
        found = self._connection.execute(
            select(rows.version_id, rows.name_key).where(rows.version_id.in_(version_ids), rows.sha256.is_not(None))
        )
        here: dict[int, set[str]] = {version_id: set() for version_id in version_ids}
        for row in found:
            here[row.version_id].add(row.name_key)
        return here

    def replace_findings(self, version_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep *rows* as the findings of a version instead of what was derived before."""
        self._connection.execute(
            delete(FindingRow).where(FindingRow.version_id == version_id, FindingRow.code.not_in(_OF_ARRIVAL))
        )
        if rows:
            statement = insertion(FindingRow, is_sensitive=is_sensitive_id(version_id))
            self._connection.execute(statement, [dict(row) for row in rows])

    def set_facts(self, submission_id: int, facts: Mapping[str, Any]) -> None:
        """Write what a record's row says because of its current version."""
        self._connection.execute(update(SubmissionRow).where(SubmissionRow.id == submission_id).values(**facts))
        RecordWords(self._connection).replace(submission_id)

    def _raw(self, where: Any, most: int) -> list[RawVersion]:  # noqa: ANN401 a column expression
        rows = SubmissionVersionRow
        found = self._connection.execute(
            select(
                rows.id,
                rows.submission_id,
                rows.project_id,
                rows.form_version_id,
                rows.xml,
                rows.received_at,
                rows.collaborator_id,
                rows.is_current,
            )
            .where(where)
            .order_by(rows.id)
            .limit(most)
        )
        return [RawVersion(*row) for row in found]

    def _findings(self, ids: Sequence[int]) -> dict[int, list[tuple[object, ...]]]:
        rows = FindingRow
        found = self._connection.execute(
            select(rows.version_id, rows.code, rows.path, rows.severity, rows.params).where(
                rows.version_id.in_(ids), rows.code.not_in(_OF_ARRIVAL)
            )
        ).all()
        made: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for row in found:
            made[row.version_id].append((row.code, row.path, row.severity, repr(sorted(row.params.items()))))
        return made

    def contributions_of(self, ids: Sequence[int]) -> dict[int, tuple[tuple[object, ...], ...]]:
        """Return what versions add to measures, by version, as sorted plain rows."""
        rows = ContributionRow
        found = self._connection.execute(
            select(
                rows.version_id,
                rows.measure,
                rows.position,
                rows.category,
                rows.subject,
                rows.period,
                rows.event_date,
                rows.unit_id,
                rows.combine,
                rows.thousandths,
            ).where(rows.version_id.in_(ids))
        ).all()  # at once: asking for one after the other takes half as long again
        made: dict[int, list[tuple[object, ...]]] = {version_id: [] for version_id in ids}
        for row in found:
            made[row[0]].append(row[1:])
        return {version_id: tuple(sorted(rows)) for version_id, rows in made.items()}

    def _facts(self, submission_ids: Sequence[int], names: Sequence[str]) -> dict[int, dict[str, object]]:
        columns = [getattr(SubmissionRow, name) for name in names]
        found = self._connection.execute(select(SubmissionRow.id, *columns).where(SubmissionRow.id.in_(submission_ids)))
        return {row.id: dict(zip(names, tuple(row)[1:], strict=True)) for row in found}

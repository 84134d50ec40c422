"""What pages read of an entity's past: its versions with what made each, the records that told of it, open conflicts.

The entity itself was found in sight before (`register`); a record is named only if it is in sight as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, select, update

from server.registers.versions import Action, Conflict
from server.storage.models.forms import FormVersionRow
from server.storage.models.people import AccountRow, CollaboratorRow
from server.storage.models.registers import EntityEffectRow, EntityRow, EntityVersionRow, RegisterBatchRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.visible import Sight, visible, visible_entities
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class RecordSource:
    """A version of a record; whether the reader may see the record is not said here."""

    submission_id: int
    version_id: int
    instance_name: str
    form_title: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class BatchSource:
    """Something a person did to a register."""

    batch_id: int
    kind: str
    account_name: str
    """Empty for the command line."""
    comment: str
    file_name: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Who settled a conflict, and when; nobody where it was undone together with what made it."""

    at: datetime
    account_name: str
    comment: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of an entity."""

    version: int
    action: Action
    label: str
    properties: Mapping[str, str]
    changed: tuple[str, ...]
    base_version: int | None
    conflict: Conflict
    settled: Settled | None
    source: RecordSource | BatchSource
    recorded_at: datetime

    @property
    def is_open_conflict(self) -> bool:
        """Tell whether it conflicts and nobody settled that."""
        return self.conflict is not Conflict.NONE and self.settled is None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A record that tells of an entity, as it stands, with the bytes of its version in force."""

    submission_id: int
    form_version_id: int
    form_title: str
    instance_name: str
    event_date: date | None
    received_at: datetime
    sender_name: str
    state: ReviewState
    counted_version_id: int | None
    xml: bytes


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What one entity block of a version of a record came to."""

    path: str
    outcome: str
    entity_key: int | None


class EntityHistory:
    """Pasts of entities in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def versions(self, key: int, *, before: int | None = None, most: int | None = None) -> list[VersionLine]:
        """Return the versions of an entity in sight, the newest first, that came before *before*."""
        rows = EntityVersionRow
        settling, settler = RegisterBatchRow.__table__.alias("settling"), AccountRow.__table__.alias("settler")
        found = (
            select(
                rows,
                SubmissionVersionRow.submission_id,
                SubmissionRow.instance_name,
                FormVersionRow.title.label("form_title"),
                CollaboratorRow.name.label("sender_name"),
                RegisterBatchRow.kind,
                RegisterBatchRow.comment,
                RegisterBatchRow.file_name,
                RegisterBatchRow.undone_by_id,
                AccountRow.name.label("account_name"),
                settling.c.comment.label("settling_comment"),
                settler.c.name.label("settler_name"),
            )
            .outerjoin(SubmissionVersionRow, SubmissionVersionRow.id == rows.submission_version_id)
            .outerjoin(SubmissionRow, SubmissionRow.id == SubmissionVersionRow.submission_id)
            .outerjoin(FormVersionRow, FormVersionRow.id == SubmissionVersionRow.form_version_id)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == SubmissionVersionRow.collaborator_id)
            .outerjoin(RegisterBatchRow, RegisterBatchRow.id == rows.batch_id)
            .outerjoin(AccountRow, AccountRow.id == RegisterBatchRow.account_id)
            .outerjoin(settling, settling.c.id == rows.settled_by_id)
            .outerjoin(settler, settler.c.id == settling.c.account_id)
            .where(rows.entity_key.in_(self._in_sight(key)))
            .order_by(rows.version.desc())
            .limit(most)
        )
        if before is not None:
            found = found.where(rows.version < before)
        return [_version(row) for row in self._connection.execute(found)]

    def settle(self, key: int, batch_id: int, at: datetime) -> None:
        """Note that the open conflicts of an entity were settled by a batch."""
        rows = EntityVersionRow
        self._connection.execute(
            update(rows)
            .where(rows.entity_key == key, rows.conflict != Conflict.NONE.value, rows.settled_at.is_(None))
            .values(settled_at=at, settled_by_id=batch_id)
        )

    def seen_records(self, submission_ids: Iterable[int]) -> frozenset[int]:
        """Return those of these records that are in sight."""
        wanted = sorted(set(submission_ids))
        found = visible(self.sight).where(SubmissionRow.id.in_(wanted)).with_only_columns(SubmissionRow.id)
        return frozenset(self._connection.execute(found).scalars()) if wanted else frozenset()

    def visits(self, keys: Iterable[int], *, most: int) -> list[VisitLine]:
        """Return the records in sight that tell of these entities, the newest first; a refused block tells nothing."""
        effects = (
            select(EntityEffectRow.submission_version_id)
            .where(EntityEffectRow.entity_key.in_(sorted(keys)), EntityEffectRow.outcome != REFUSED)
            .distinct()
        )
        versions = SubmissionVersionRow
        found = (
            visible(self.sight)
            .join(versions, and_(versions.submission_id == SubmissionRow.id, versions.is_current))
            .join(FormVersionRow, FormVersionRow.id == versions.form_version_id)
            .outerjoin(CollaboratorRow, CollaboratorRow.id == SubmissionRow.collaborator_id)
            .where(versions.id.in_(effects))
            .add_columns(
                versions.form_version_id,
                versions.xml,
                FormVersionRow.title.label("form_title"),
                func.coalesce(CollaboratorRow.name, "").label("sender_name"),
            )
            .order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())
            .limit(most)
        )
        return [_visit(row) for row in self._connection.execute(found)]

    def effects_of(self, submission_version_id: int) -> list[EffectLine]:
        """Return what the entity blocks came to of a version of a record that was found in sight."""
        rows = EntityEffectRow
        found = self._connection.execute(
            select(rows.path, rows.outcome, rows.entity_key)
            .where(rows.submission_version_id == submission_version_id)
            .order_by(rows.path)
        )
        return [EffectLine(*row) for row in found]

    def _in_sight(self, key: int) -> Any:  # noqa: ANN401 a select of one column
        return visible_entities(self.sight).where(EntityRow.id == key).with_only_columns(EntityRow.id)


def _version(row: Row[*tuple[Any, ...]]) -> VersionLine:
    settled = None
    if row.settled_at is not None:
        settled = Settled(row.settled_at, row.settler_name or "", row.settling_comment or "")
    return VersionLine(
        version=row.version,
        action=Action(row.action),
        label=row.label,
        properties=row.properties,
        changed=tuple(row.changed),
        base_version=row.base_version,
        conflict=Conflict(row.conflict),
        settled=settled,
        source=_source(row),
        recorded_at=row.recorded_at,
    )


def _source(row: Row[*tuple[Any, ...]]) -> RecordSource | BatchSource:
    if row.submission_version_id is not None:
        return RecordSource(
            row.submission_id,
            row.submission_version_id,
            row.instance_name or "",
            row.form_title or "",
            row.sender_name or "",
        )
    return BatchSource(
        row.batch_id,
        row.kind,
        row.account_name or "",
        row.comment or "",
        row.file_name or "",
        is_undone=row.undone_by_id is not None,
    )


def _visit(row: Row[*tuple[Any, ...]]) -> VisitLine:
    return VisitLine(
        submission_id=row.id,
        form_version_id=row.form_version_id,
        form_title=row.form_title,
        instance_name=row.instance_name,
        event_date=row.event_date,
        received_at=row.received_at,
        sender_name=row.sender_name,
        state=ReviewState(row.review_state),
        counted_version_id=row.counted_version_id,
        xml=row.xml,
    )

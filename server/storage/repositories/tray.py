"""The tray of held uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.people import CollaboratorRow
from server.storage.models.row_ids import sensitive_id
from server.storage.models.tray import HeldAttachmentRow, HeldUploadRow
from server.storage.visible import Sight, visible_held

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class HeldUpload:
    """One held upload as the tray shows it, without its answers."""

    upload_id: int
    project_id: int
    collaborator_id: int
    collaborator_name: str
    reason: str
    state: str
    form_id: str
    form_version: str
    instance_id: str
    device_id: str
    received_at: datetime
    submission_id: int | None
    files: int
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file of a held upload, in the media store."""

    name: str
    content_type: str
    sha256: str
    media_key: str
    size_bytes: int


_INSERT: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


class Tray:
    """Held uploads in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def hold(self, facts: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> int:
        """Keep an upload, once however often it is sent, with the files that are new; return its id.

        New files of one that was settled open it again: the phone sent it in pieces, and nobody has seen these yet.
        """
        self._connection.execute(self._insert(HeldUploadRow, is_sensitive=facts["is_sensitive"]), dict(facts))
        rows = HeldUploadRow
        upload_id = self._connection.execute(
            select(rows.id).where(
                rows.project_id == facts["project_id"],
                rows.collaborator_id == facts["collaborator_id"],
                rows.sha256 == facts["sha256"],
                rows.reason == facts["reason"],
            )
        ).scalar_one()
        added = self._insert(HeldAttachmentRow, is_sensitive=facts["is_sensitive"]).returning(HeldAttachmentRow.id)
        fresh = [self._connection.execute(added, {**file, "upload_id": upload_id}).scalar() for file in files]
        if any(one is not None for one in fresh):
            self._reopen(upload_id)
        return int(upload_id)

    def _insert(self, model: Any, *, is_sensitive: bool) -> Any:  # noqa: ANN401 as `_INSERT`
        # Inline: else SQLite would be asked for an everyday id first, and the time it takes would tell the two apart.
        statement = _INSERT[self._connection.dialect.name](model).inline().on_conflict_do_nothing()
        return statement.values(id=sensitive_id(model)) if is_sensitive else statement

    def _reopen(self, upload_id: int) -> None:
        self._connection.execute(
            update(HeldUploadRow)
            .where(HeldUploadRow.id == upload_id, HeldUploadRow.state != "held")
            .values(state="held", settled_at=None, settled_by=None, settled_comment="")
        )

    def page(self, *, before: int | None, size: int) -> list[HeldUpload]:
        """Return held uploads in sight, newest first, *size* at most, below the id *before*."""
        scoped = self._shown().where(HeldUploadRow.state == "held").order_by(HeldUploadRow.id.desc())
        if before is not None:
            scoped = scoped.where(HeldUploadRow.id < before)
        return [_held(row) for row in self._connection.execute(scoped.limit(size))]

    def count(self, project_id: int) -> int:
        """Return how many uploads of a project are held, of those in sight."""
        rows = HeldUploadRow
        held = visible_held(self.sight).where(rows.project_id == project_id, rows.state == "held")
        counted = held.with_only_columns(rows.id).subquery()
        return self._connection.execute(select(func.count()).select_from(counted)).scalar_one()

    def count_held(self) -> int:
        """Return how many uploads in sight are held."""
        held = visible_held(self.sight).where(HeldUploadRow.state == "held").with_only_columns(func.count())
        return int(self._connection.execute(held).scalar_one())

    def one(self, upload_id: int) -> HeldUpload | None:
        """Return one upload in sight, whatever its state."""
        row = self._connection.execute(self._shown().where(HeldUploadRow.id == upload_id)).first()
        return _held(row) if row else None

    def waiting_for(self, project_ids: Sequence[int], form_id: str, form_version: str) -> list[int]:
        """Return uploads in sight that wait for exactly this form version, oldest first."""
        rows = self._connection.execute(
            visible_held(self.sight)
            .where(
                HeldUploadRow.state == "held",
                HeldUploadRow.reason.in_(("unknown_form", "unknown_version")),
                HeldUploadRow.project_id.in_(project_ids),
                HeldUploadRow.form_id == form_id,
                HeldUploadRow.form_version == form_version,
            )
            .order_by(HeldUploadRow.id)
        ).all()
        return [row.id for row in rows]

    def content(self, upload_id: int) -> tuple[bytes, list[HeldFile]]:
        """Return the bytes and files of an upload that was found in sight before."""
        xml = self._connection.execute(select(HeldUploadRow.xml).where(HeldUploadRow.id == upload_id)).scalar_one()
        rows = self._connection.execute(
            select(HeldAttachmentRow).where(HeldAttachmentRow.upload_id == upload_id).order_by(HeldAttachmentRow.id)
        ).all()
        return xml, [HeldFile(row.name, row.content_type, row.sha256, row.media_key, row.size_bytes) for row in rows]

    def settle(self, upload_id: int, *, state: str, at: datetime, account_id: int | None, comment: str) -> bool:
        """Mark an upload as released or discarded, unless it is already; its bytes stay. Return whether it was held."""
        settled = self._connection.execute(
            update(HeldUploadRow)
            .where(HeldUploadRow.id == upload_id, HeldUploadRow.state == "held")
            .values(state=state, settled_at=at, settled_by=account_id, settled_comment=comment)
        )
        return settled.rowcount == 1

    def note_record(self, upload_id: int, submission_id: int) -> None:
        """Keep of which record an upload became part when it was released."""
        rows = HeldUploadRow
        self._connection.execute(update(rows).where(rows.id == upload_id).values(submission_id=submission_id))

    def _shown(self) -> Select[Any]:
        files = select(func.count()).where(HeldAttachmentRow.upload_id == HeldUploadRow.id).scalar_subquery()
        return (
            visible_held(self.sight)
            .join(CollaboratorRow, CollaboratorRow.id == HeldUploadRow.collaborator_id)
            .add_columns(CollaboratorRow.name.label("collaborator_name"), files.label("files"))
        )


def _held(row: Row[*tuple[Any, ...]]) -> HeldUpload:
    return HeldUpload(
        row.id,
        row.project_id,
        row.collaborator_id,
        row.collaborator_name,
        row.reason,
        row.state,
        row.form_id,
        row.form_version,
        row.instance_id,
        row.device_id,
        row.received_at,
        row.submission_id,
        row.files,
        row.is_sensitive,
    )

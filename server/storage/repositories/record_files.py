"""The files of the records a list shows, for those who take them all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_

from server.storage.models.submissions import AttachmentRow, SubmissionRow, SubmissionVersionRow
from server.storage.repositories.record_conditions import conditions
from server.storage.visible import visible

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from server.storage.repositories.record_lists import Filters
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file that has arrived, of the version of a record that stands."""

    attachment_id: int
    submission_id: int
    name: str
    event_date: date | None


class RecordFiles:
    """Files of records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def of(self, filters: Filters, *, at_most: int) -> list[RecordFile]:
        """Return the files of the records that the filters leave, the newest record first, *at_most* of them."""
        rows, versions, files = SubmissionRow, SubmissionVersionRow, AttachmentRow
        found = (
            visible(self.sight)
            .join(versions, and_(versions.submission_id == rows.id, versions.is_current))
            .join(files, files.version_id == versions.id)
            .where(*conditions(filters), files.media_key.is_not(None))
            .order_by(rows.received_at.desc(), rows.id.desc(), files.id)
            .limit(at_most)
            .with_only_columns(files.id, rows.id.label("submission_id"), files.name, rows.event_date)
        )
        return [
            RecordFile(row.id, row.submission_id, row.name, row.event_date) for row in self._connection.execute(found)
        ]

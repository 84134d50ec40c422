"""What is known of collaborators' phones: what they sent, what waits for them, which form versions they hold.

People are found in sight by the caller; here they are asked for by number. Nothing is told of single records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.people import CollaboratorRow
from server.storage.models.phones import PhoneFormRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What came from somebody: the last upload filed, how many are held, how many records wait to be sent again."""

    last_sent_at: datetime | None
    held: int
    returned: int


@dataclass(frozen=True, slots=True)
class PhoneForm:
    """A form on somebody's phone: the version last fetched, and whether it is the one in force."""

    form_key: int
    title: str
    version: str
    is_newest: bool
    fetched_at: datetime


class Phones:
    """Phones of collaborators who were found in sight."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note_download(self, collaborator_id: int, version_id: int, at: datetime) -> None:
        """Remember that a phone fetched a version; the first time is the one that counts."""
        insert_of = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = {"collaborator_id": collaborator_id, "version_id": version_id, "fetched_at": at}
        self._connection.execute(insert_of(PhoneFormRow).on_conflict_do_nothing(), row)

    def facts(self, collaborator_ids: Iterable[int]) -> dict[int, PhoneFacts]:
        """Return what came from each of these people."""
        versions, held, records, person = SubmissionVersionRow, HeldUploadRow, SubmissionRow, CollaboratorRow.id
        sent = select(func.max(versions.received_at)).where(versions.collaborator_id == person)
        waiting = select(func.count()).where(held.collaborator_id == person, held.state == "held")
        # Written as the index of these few rows is: a parameter in its place would hide from SQLite that it serves.
        is_returned = records.review_state == literal_column("'has_issues'")
        returned = select(func.count()).where(is_returned, records.collaborator_id == person)
        rows = self._connection.execute(
            select(
                person,
                sent.scalar_subquery().label("sent"),
                waiting.scalar_subquery().label("held"),
                returned.where(records.merged_into_id.is_(None)).scalar_subquery().label("returned"),
            ).where(person.in_(sorted(collaborator_ids)))
        )
        return {row.id: PhoneFacts(row.sent, row.held, row.returned) for row in rows}

    def practice(self, collaborator_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return how many instances each of these people sent, and how many of them were edits; nobody: left out."""
        rows = SubmissionVersionRow
        found = (
            select(rows.collaborator_id, func.count(), func.count(rows.deprecated_id))
            .where(rows.collaborator_id.in_(sorted(collaborator_ids)))
            .group_by(rows.collaborator_id)
        )
        rows_found = self._connection.execute(found)
        return {person: (int(sent), int(edits)) for person, sent, edits in rows_found if person is not None}

    def fetched(self, collaborator_ids: Iterable[int]) -> set[int]:
        """Return those of these people whose phones fetched a form."""
        rows = PhoneFormRow
        found = select(rows.collaborator_id).where(rows.collaborator_id.in_(sorted(collaborator_ids))).distinct()
        return set(self._connection.execute(found).scalars())

    def newest_held(self, project_id: int) -> dict[tuple[int, int], int]:
        """Return the newest version each phone has fetched of each form of a project, by person and form."""
        held = func.max(PhoneFormRow.version_id)
        rows = self._connection.execute(
            select(PhoneFormRow.collaborator_id, FormVersionRow.form_key, held.label("version_id"))
            .join(FormVersionRow, FormVersionRow.id == PhoneFormRow.version_id)
            .join(FormRow, FormRow.id == FormVersionRow.form_key)
            .where(FormRow.project_id == project_id)
            .group_by(PhoneFormRow.collaborator_id, FormVersionRow.form_key)
        )
        return {(row.collaborator_id, row.form_key): row.version_id for row in rows}

    def forms_of(self, collaborator_id: int) -> list[PhoneForm]:
        """Return the forms a person's phone holds, by title."""
        rows = self._connection.execute(
            select(
                FormVersionRow.form_key,
                FormVersionRow.title,
                FormVersionRow.version,
                FormVersionRow.is_current,
                PhoneFormRow.fetched_at,
            )
            .join(FormVersionRow, FormVersionRow.id == PhoneFormRow.version_id)
            .where(PhoneFormRow.collaborator_id == collaborator_id)
            .order_by(PhoneFormRow.fetched_at, PhoneFormRow.version_id)
        )
        newest = {
            row.form_key: PhoneForm(row.form_key, row.title, row.version, row.is_current, row.fetched_at)
            for row in rows
        }
        return sorted(newest.values(), key=lambda one: one.title)

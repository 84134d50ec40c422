"""What is known of collaborators' phones: what they sent, what waits for them, which form versions they hold.

People are found in sight by the caller; here they are asked for by number. Nothing is told of single records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.access.silence import Contact
from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.people import CollaboratorKeyRow, CollaboratorRow
from server.storage.models.phones import PhoneFormRow
from server.storage.models.projects import ProjectRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow
from server.storage.repositories.collaborators import works_below

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy import Connection, Row, Subquery

    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """A collaborator and what came from her phone, without what only her own line tells."""

    collaborator_id: int
    name: str
    phone: str
    project_kind: str
    revoked_at: datetime | None
    contact: Contact


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

    def known(self, post_units: frozenset[UnitId], today: date, *, collaborator_id: int | None) -> list[KnownPhone]:
        """Return what came from those who work at or below *post_units*, or from one of them, by id.

        A phone that sends is in contact, though it asked for nothing before.
        """
        person, keys, held, back = CollaboratorRow, _seen_by_key(), _held(), _sent_back()
        versions = SubmissionVersionRow
        sent = select(func.max(versions.received_at)).where(versions.collaborator_id == person.id).scalar_subquery()
        one = true() if collaborator_id is None else person.id == collaborator_id
        rows = self._connection.execute(
            select(
                person.id,
                person.name,
                person.phone,
                ProjectRow.kind,
                person.revoked_at,
                person.created_at,
                person.last_seen_at,
                keys.c.seen_at,
                sent.label("sent_at"),
                func.coalesce(held.c.records, 0).label("held"),
                func.coalesce(back.c.records, 0).label("returned"),
            )
            .join(ProjectRow, ProjectRow.id == person.project_id)
            .outerjoin(keys, keys.c.collaborator_id == person.id)
            .outerjoin(held, held.c.collaborator_id == person.id)
            .outerjoin(back, back.c.collaborator_id == person.id)
            .where(works_below(post_units, today), one)
            .order_by(person.id)
        ).all()
        return [KnownPhone(row.id, row.name, row.phone, row.kind, row.revoked_at, _contact(row)) for row in rows]

    def count_silent(self, post_units: frozenset[UnitId], today: date, *, since: datetime) -> int:
        """Return from how many of those who work there, and may send figures, nothing came since that moment."""
        person, versions = CollaboratorRow, SubmissionVersionRow
        sent = select(func.max(versions.received_at)).where(versions.collaborator_id == person.id).scalar_subquery()
        silent = (
            select(func.count())
            .select_from(person)
            .join(ProjectRow, ProjectRow.id == person.project_id)
            .where(works_below(post_units, today), person.revoked_at.is_(None), ProjectRow.kind == "main")
            .where(func.coalesce(sent, person.created_at) < since)
        )
        return int(self._connection.execute(silent).scalar_one())

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


def _seen_by_key() -> Subquery:
    rows = CollaboratorKeyRow
    seen = select(rows.collaborator_id, func.max(rows.last_seen_at).label("seen_at"))
    return seen.group_by(rows.collaborator_id).subquery()


def _held() -> Subquery:
    rows = HeldUploadRow
    held = select(rows.collaborator_id, func.count().label("records")).where(rows.state == "held")
    return held.group_by(rows.collaborator_id).subquery()


def _sent_back() -> Subquery:
    rows = SubmissionRow
    # Written as the index of these few rows is: a parameter in its place would hide from SQLite that it serves.
    is_returned = rows.review_state == literal_column("'has_issues'")
    back = select(rows.collaborator_id, func.count().label("records")).where(is_returned, rows.merged_into_id.is_(None))
    return back.group_by(rows.collaborator_id).subquery()


def _contact(row: Row[*tuple[Any, ...]]) -> Contact:
    seen_at = max((at for at in (row.last_seen_at, row.seen_at, row.sent_at) if at is not None), default=None)
    return Contact(row.created_at, seen_at, row.sent_at, row.held, row.returned)

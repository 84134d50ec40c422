"""Collaborators, where they work and the keys on their phones.

The two look-ups that stand before every phone request are one statement each: who holds this key (or user name), in
which project, with which posts today, and at which revision the project's forms and the territory stand.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, false, func, insert, or_, select, true, update

from server.storage.models.people import CollaboratorKeyRow, CollaboratorPostRow, CollaboratorRow
from server.storage.models.projects import ProjectRow
from server.storage.models.territory import TerritoryRevisionRow, UnitAncestorRow
from server.storage.models.tray import HeldAttachmentRow, HeldUploadRow
from server.storage.ready import Ready
from server.storage.written_out import among
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class Sender:
    """Who stands behind a phone's request, as the tables say at this moment."""

    collaborator_id: int
    name: str
    username: str
    ha1: str
    project_id: int
    forms_project_id: int
    """The project whose forms are served: the parent of a practice twin."""
    project_kind: str
    forms_revision: int
    territory_revision: int
    key_id: int | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    is_stolen: bool
    post_units: frozenset[UnitId]


@dataclass(frozen=True, slots=True)
class CollaboratorLine:
    """One collaborator as lists show her."""

    collaborator_id: int
    project_id: int
    project_name: str
    project_kind: str
    name: str
    phone: str
    username: str
    is_sample: bool
    created_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    unit_ids: tuple[UnitId, ...]


@dataclass(frozen=True, slots=True)
class PostedPerson:
    """A collaborator whose access has not ended, with her posts of one day."""

    collaborator_id: int
    project_id: int
    name: str
    post_units: frozenset[UnitId]


def _held_on(today: Any) -> ColumnElement[bool]:  # noqa: ANN401 a day, or the parameter that stands for one
    return and_(
        or_(CollaboratorPostRow.valid_from.is_(None), CollaboratorPostRow.valid_from <= today),
        or_(CollaboratorPostRow.valid_to.is_(None), CollaboratorPostRow.valid_to >= today),
    )


def _sender_select() -> Select[Any]:
    forms_project = ProjectRow.__table__.alias("forms_project")
    held_today = and_(CollaboratorPostRow.collaborator_id == CollaboratorRow.id, _held_on(bindparam("today")))
    return (
        select(
            CollaboratorRow.id,
            CollaboratorRow.name,
            CollaboratorRow.username,
            CollaboratorRow.ha1,
            CollaboratorRow.project_id,
            CollaboratorRow.revoked_at,
            CollaboratorRow.is_stolen,
            ProjectRow.kind,
            forms_project.c.id.label("forms_project_id"),
            forms_project.c.forms_revision,
            TerritoryRevisionRow.revision.label("territory_revision"),
            CollaboratorPostRow.unit_id,
        )
        .join(ProjectRow, ProjectRow.id == CollaboratorRow.project_id)
        .join(forms_project, forms_project.c.id == func.coalesce(ProjectRow.practice_of_id, ProjectRow.id))
        .join(TerritoryRevisionRow, TerritoryRevisionRow.id == 1)
        .outerjoin(CollaboratorPostRow, held_today)
    )


_BY_TOKEN = Ready(
    _sender_select()
    .add_columns(
        CollaboratorKeyRow.id.label("key_id"),
        CollaboratorKeyRow.last_seen_at,
        CollaboratorKeyRow.revoked_at.label("key_revoked_at"),
        CollaboratorKeyRow.is_stolen.label("key_is_stolen"),
    )
    .join(CollaboratorKeyRow, CollaboratorKeyRow.collaborator_id == CollaboratorRow.id)
    .where(CollaboratorKeyRow.token_sha256 == bindparam("token_sha256"))
)
_BY_USERNAME = (
    _sender_select().add_columns(CollaboratorRow.last_seen_at).where(CollaboratorRow.username == bindparam("username"))
)


class Collaborators:
    """Collaborators and their keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_token(self, token_sha256: str, today: date) -> Sender | None:
        """Return who holds the key with this hash, revoked or not."""
        rows = _BY_TOKEN.run(self._connection, {"token_sha256": token_sha256, "today": today}).all()
        if not rows:
            return None
        first = rows[0]
        revoked = [at for at in (first.key_revoked_at, first.revoked_at) if at is not None]
        return _sender(
            rows,
            key_id=first.key_id,
            last_seen_at=first.last_seen_at,
            revoked_at=min(revoked, default=None),
            is_stolen=first.is_stolen or first.key_is_stolen,
        )

    def by_username(self, username: str, today: date) -> Sender | None:
        """Return the collaborator of that device user name, revoked or not."""
        rows = self._connection.execute(_BY_USERNAME, {"username": username, "today": today}).all()
        if not rows:
            return None
        first = rows[0]
        return _sender(
            rows, key_id=None, last_seen_at=first.last_seen_at, revoked_at=first.revoked_at, is_stolen=first.is_stolen
        )

    def username_of(self, collaborator_id: int) -> str:
        """Return the device user name of a collaborator who exists."""
        return self._connection.execute(
            select(CollaboratorRow.username).where(CollaboratorRow.id == collaborator_id)
        ).scalar_one()

    def usernames(self, collaborator_ids: Iterable[int]) -> dict[int, str]:
        """Return the device user names of those there are, by number."""
        rows = CollaboratorRow
        found = select(rows.id, rows.username).where(rows.id.in_(sorted(collaborator_ids)))
        return {row.id: row.username for row in self._connection.execute(found)}

    def note_contact_by_name(self, collaborator_id: int, at: datetime) -> None:
        """Remember that a phone asked by user name."""
        rows = CollaboratorRow
        self._connection.execute(update(rows).where(rows.id == collaborator_id).values(last_seen_at=at))

    def set_phone(self, collaborator_id: int, phone: str) -> None:
        """Write the number somebody is called at."""
        rows = CollaboratorRow
        self._connection.execute(update(rows).where(rows.id == collaborator_id).values(phone=phone))

    def note_contact(self, key_id: int, at: datetime) -> None:
        """Remember that a phone asked with this key."""
        self._connection.execute(
            update(CollaboratorKeyRow).where(CollaboratorKeyRow.id == key_id).values(last_seen_at=at)
        )

    def held_since(self, collaborator_id: int, since: datetime) -> tuple[int, int]:
        """Return how many uploads with how many bytes of files the tray holds from this person since then."""
        recent = and_(HeldUploadRow.collaborator_id == collaborator_id, HeldUploadRow.received_at >= since)
        uploads = self._connection.execute(select(func.count()).select_from(HeldUploadRow).where(recent)).scalar_one()
        size = self._connection.execute(
            select(func.coalesce(func.sum(HeldAttachmentRow.size_bytes), 0))
            .join(HeldUploadRow, HeldUploadRow.id == HeldAttachmentRow.upload_id)
            .where(recent)
        ).scalar_one()
        return int(uploads), int(size)

    def username_taken(self, username: str) -> bool:
        """Tell whether a device user name is in use."""
        return (
            self._connection.execute(select(CollaboratorRow.id).where(CollaboratorRow.username == username)).first()
            is not None
        )

    def add(self, facts: Mapping[str, Any], posts: Sequence[Mapping[str, Any]]) -> int:
        """Insert a collaborator with her posts and return her id."""
        statement = insert(CollaboratorRow).returning(CollaboratorRow.id)
        collaborator_id = int(self._connection.execute(statement, dict(facts)).scalar_one())
        self.add_posts(collaborator_id, posts)
        return collaborator_id

    def unit_of(self, collaborator_id: int, today: date) -> UnitId | None:
        """Return a unit of a person's work on that day or later, else the last she had; None: she never had any."""
        return self.units_of((collaborator_id,), today).get(collaborator_id)

    def units_of(self, collaborator_ids: Iterable[int], today: date) -> dict[int, UnitId]:
        """Return what `unit_of` does of some people; who never had one is not in the answer."""
        rows = CollaboratorPostRow
        theirs = select(rows.collaborator_id, rows.unit_id).where(rows.collaborator_id.in_(sorted(collaborator_ids)))
        best_last = theirs.order_by(_ends_not_before(today), rows.id)
        return {row.collaborator_id: UnitId(row.unit_id) for row in self._connection.execute(best_last)}

    def names(self, collaborator_ids: Iterable[int]) -> dict[int, str]:
        """Return what people are called, by number."""
        rows = select(CollaboratorRow.id, CollaboratorRow.name).where(CollaboratorRow.id.in_(sorted(collaborator_ids)))
        return {row.id: row.name for row in self._connection.execute(rows)}

    def at_work(self, project_id: int, on: date) -> list[PostedPerson]:
        """Return those of the project who have access and a post on that day, by name of enrolment."""
        return self._posted(on, CollaboratorRow.project_id == project_id)

    def at_work_in(self, units: frozenset[UnitId], on: date, *, apart_from: str) -> list[PostedPerson]:
        """Return those who have access and on that day a post at one of these units, but in that kind of project."""
        rows = CollaboratorPostRow
        here = select(rows.collaborator_id).where(among(rows.unit_id, units), _held_on(on))
        projects = select(ProjectRow.id).where(ProjectRow.kind != apart_from)
        return self._posted(on, CollaboratorRow.id.in_(here), CollaboratorRow.project_id.in_(projects))

    def _posted(self, on: date, *where: ColumnElement[bool]) -> list[PostedPerson]:
        person = CollaboratorRow
        rows = self._connection.execute(
            select(person.id, person.project_id, person.name, CollaboratorPostRow.unit_id)
            .join(CollaboratorPostRow, CollaboratorPostRow.collaborator_id == person.id)
            .where(person.revoked_at.is_(None), _held_on(on), *where)
            .order_by(person.id)
        )
        found: dict[tuple[int, int, str], set[UnitId]] = {}
        for person_id, project_id, name, unit_id in rows:
            found.setdefault((person_id, project_id, name), set()).add(UnitId(unit_id))
        return [PostedPerson(*one, frozenset(units)) for one, units in found.items()]

    def end_posts(self, collaborator_id: int, last_day: date) -> None:
        """Let every post of a person end on that day at the latest; those that would begin later never do."""
        rows = CollaboratorPostRow
        mine = rows.collaborator_id == collaborator_id
        self._connection.execute(delete(rows).where(mine, rows.valid_from > last_day))
        self._connection.execute(
            update(rows).where(mine, or_(rows.valid_to.is_(None), rows.valid_to > last_day)).values(valid_to=last_day)
        )

    def add_posts(self, collaborator_id: int, posts: Sequence[Mapping[str, Any]]) -> None:
        """Give a person posts."""
        self._connection.execute(
            insert(CollaboratorPostRow), [{**post, "collaborator_id": collaborator_id} for post in posts]
        )

    def add_keys(self, facts: Iterable[Mapping[str, Any]]) -> None:
        """Insert keys, one at least."""
        self._connection.execute(insert(CollaboratorKeyRow), [dict(one) for one in facts])

    def set_ha1(self, collaborator_id: int, ha1: str) -> None:
        """Replace the device password's digest."""
        self._connection.execute(update(CollaboratorRow).where(CollaboratorRow.id == collaborator_id).values(ha1=ha1))

    def revoke_keys(self, collaborator_id: int, at: datetime, *, is_stolen: bool) -> None:
        """End every key of a person; a key ended before keeps its day but learns that it was stolen."""
        rows = CollaboratorKeyRow
        mine = rows.collaborator_id == collaborator_id
        self._connection.execute(update(rows).where(mine, rows.revoked_at.is_(None)).values(revoked_at=at))
        if is_stolen:
            self._connection.execute(update(rows).where(mine).values(is_stolen=True))

    def revoke(self, collaborator_id: int, at: datetime, *, is_stolen: bool) -> None:
        """End a collaborator's access altogether."""
        rows = CollaboratorRow
        self._connection.execute(
            update(rows)
            .where(rows.id == collaborator_id)
            .values(
                revoked_at=func.coalesce(rows.revoked_at, at),
                is_stolen=or_(rows.is_stolen, true() if is_stolen else false()),
            )
        )
        self.revoke_keys(collaborator_id, at, is_stolen=is_stolen)

    def lines(
        self,
        post_units: frozenset[UnitId] | None,
        today: date,
        *,
        collaborator_ids: Collection[int] | None = None,
    ) -> list[CollaboratorLine]:
        """Return the collaborators who work at or below *post_units* (None: everywhere, for the command line).

        All of them, or those with one of these ids. Who has no post today or later is where her last ones were:
        somebody must be able to see to her.
        """
        where = [] if post_units is None else [works_below(post_units, today)]
        if collaborator_ids is not None:
            where.append(among(CollaboratorRow.id, collaborator_ids))
        seen = (
            select(func.max(CollaboratorKeyRow.last_seen_at))
            .where(CollaboratorKeyRow.collaborator_id == CollaboratorRow.id)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            select(
                CollaboratorRow,
                ProjectRow.name.label("project_name"),
                ProjectRow.kind.label("project_kind"),
                seen.label("key_seen_at"),
            )
            .join(ProjectRow, ProjectRow.id == CollaboratorRow.project_id)
            .where(*where)
            .order_by(CollaboratorRow.id)
        ).all()
        posts = self._posts([row.id for row in rows], today)
        return [_line(row, tuple(posts.get(row.id, ()))) for row in rows]

    def among(self, post_units: frozenset[UnitId], today: date, collaborator_ids: Collection[int]) -> frozenset[int]:
        """Return which of these work at or below *post_units*, as `lines` has it."""
        found = select(CollaboratorRow.id).where(
            works_below(post_units, today), among(CollaboratorRow.id, collaborator_ids)
        )
        return frozenset(self._connection.execute(found).scalars())

    def _posts(self, collaborator_ids: Sequence[int], today: date) -> dict[int, list[UnitId]]:
        rows, found = CollaboratorPostRow, defaultdict[int, list[UnitId]](list)
        theirs = select(rows.collaborator_id, rows.unit_id).where(among(rows.collaborator_id, collaborator_ids))
        for row in self._connection.execute(theirs.where(_ends_not_before(today)).order_by(rows.id)):
            found[row.collaborator_id].append(UnitId(row.unit_id))
        return found


def _line(row: Row[CollaboratorRow, str, str, datetime | None], unit_ids: tuple[UnitId, ...]) -> CollaboratorLine:
    return CollaboratorLine(
        row.id,
        row.project_id,
        row.project_name,
        row.project_kind,
        row.name,
        row.phone,
        row.username,
        row.is_sample,
        row.created_at,
        row.revoked_at,
        max((at for at in (row.key_seen_at, row.last_seen_at) if at is not None), default=None),
        unit_ids,
    )


def works_below(post_units: frozenset[UnitId], today: date) -> ColumnElement[bool]:
    """Return that a collaborator works at or below units: she has a post there now or later, or had her last ones."""
    below = select(UnitAncestorRow.unit_id).where(among(UnitAncestorRow.ancestor_id, post_units))
    mine = select(CollaboratorPostRow.collaborator_id).where(CollaboratorPostRow.unit_id.in_(below))
    at_work = select(CollaboratorPostRow.collaborator_id).where(_ends_not_before(today))
    is_here = CollaboratorRow.id.in_(mine.where(_ends_not_before(today)))
    return or_(is_here, and_(CollaboratorRow.id.in_(mine), CollaboratorRow.id.not_in(at_work)))


def _ends_not_before(today: date) -> ColumnElement[bool]:
    return or_(CollaboratorPostRow.valid_to.is_(None), CollaboratorPostRow.valid_to >= today)


def _sender(
    rows: Sequence[Row[Any]],
    *,
    key_id: int | None,
    last_seen_at: datetime | None,
    revoked_at: datetime | None,
    is_stolen: bool,
) -> Sender:
    first = rows[0]
    return Sender(
        collaborator_id=first.id,
        name=first.name,
        username=first.username,
        ha1=first.ha1,
        project_id=first.project_id,
        forms_project_id=first.forms_project_id,
        project_kind=first.kind,
        forms_revision=first.forms_revision,
        territory_revision=first.territory_revision,
        key_id=key_id,
        last_seen_at=last_seen_at,
        revoked_at=revoked_at,
        is_stolen=is_stolen,
        post_units=frozenset(UnitId(row.unit_id) for row in rows if row.unit_id is not None),
    )

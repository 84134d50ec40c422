"""Collaborators who worked somewhere and do no more: what they wrote on paper may lie at the commune still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from server.storage.models.people import CollaboratorPostRow, CollaboratorRow
from server.storage.models.projects import ProjectRow
from server.storage.repositories.collaborators import PostedPerson
from server.storage.written_out import among
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import ColumnElement, Connection


class FormerCollaborators:
    """Posts at units the caller answers for, whether they have ended or not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def worked_in(self, units: Iterable[UnitId], since: date, until: date, *, apart_from: str) -> list[PostedPerson]:
        """Return who had a post at one of these units between two days, but in that kind of project; with these posts.

        Whose access has ended is among them, and who works there still.
        """
        rows, person = CollaboratorPostRow, CollaboratorRow
        found = self._connection.execute(
            select(person.id, person.project_id, person.name, rows.unit_id)
            .join(rows, rows.collaborator_id == person.id)
            .join(ProjectRow, ProjectRow.id == person.project_id)
            .where(ProjectRow.kind != apart_from, among(rows.unit_id, units), _begun(until))
            .where(or_(rows.valid_to.is_(None), rows.valid_to >= since))
            .order_by(person.id)
        )
        posts: dict[tuple[int, int, str], set[UnitId]] = {}
        for person_id, project_id, name, unit_id in found:
            posts.setdefault((person_id, project_id, name), set()).add(UnitId(unit_id))
        return [PostedPerson(*one, frozenset(there)) for one, there in posts.items()]

    def last_day(self, collaborator_id: int, units: Iterable[UnitId], until: date) -> date | None:
        """Return the last day, at most *until*, on which somebody had a post at one of these units."""
        rows = CollaboratorPostRow
        days = self._connection.execute(
            select(func.coalesce(rows.valid_to, until)).where(
                and_(rows.collaborator_id == collaborator_id, among(rows.unit_id, units), _begun(until))
            )
        ).scalars()
        return max((min(day, until) for day in days), default=None)


def _begun(until: date) -> ColumnElement[bool]:
    rows = CollaboratorPostRow
    return or_(rows.valid_from.is_(None), rows.valid_from <= until)

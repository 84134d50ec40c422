"""Projects and the plan workbooks in force in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from server.storage.models.projects import PlanRow, ProjectRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Project:
    """A project; kind is main, practice or separate."""

    project_id: int
    name: str
    kind: str
    practice_of_id: int | None

    @property
    def forms_project_id(self) -> int:
        """Return the project whose forms this one serves."""
        return self.practice_of_id or self.project_id


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan workbook, by the hash of its bytes."""

    plan_id: int
    name: str
    sha256: str
    workbook: bytes


class Projects:
    """Projects and plans."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Project]:
        """Return every project in order of making."""
        rows = self._connection.execute(select(ProjectRow).order_by(ProjectRow.id)).all()
        return [Project(row.id, row.name, row.kind, row.practice_of_id) for row in rows]

    def by_id(self, project_id: int) -> Project | None:
        """Return one project."""
        return next((one for one in self.all() if one.project_id == project_id), None)

    def by_name(self, name: str) -> Project | None:
        """Return the project of that name."""
        return next((one for one in self.all() if one.name == name), None)

    def practice_of(self, project_id: int) -> Project | None:
        """Return the practice twin of a project."""
        return next((one for one in self.all() if one.practice_of_id == project_id), None)

    def add(self, facts: Mapping[str, Any]) -> int:
        """Insert a project and return its id."""
        return int(self._connection.execute(insert(ProjectRow).returning(ProjectRow.id), dict(facts)).scalar_one())

    def plan(self, project_id: int, name: str) -> Plan | None:
        """Return the newest plan workbook of that name."""
        row = self._connection.execute(
            select(PlanRow)
            .where(PlanRow.project_id == project_id, PlanRow.name == name)
            .order_by(PlanRow.published_at.desc(), PlanRow.id.desc())
            .limit(1)
        ).first()
        return Plan(row.id, row.name, row.sha256, row.workbook) if row else None

    def plan_names(self, project_id: int) -> list[str]:
        """Return the names of the project's plans."""
        rows = select(PlanRow.name).where(PlanRow.project_id == project_id).distinct().order_by(PlanRow.name)
        return list(self._connection.execute(rows).scalars())

    def add_plan(self, facts: Mapping[str, Any]) -> int:
        """Insert a plan workbook and return its id."""
        return int(self._connection.execute(insert(PlanRow).returning(PlanRow.id), dict(facts)).scalar_one())

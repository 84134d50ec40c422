"""Release tables: the exact counts they are made from, what was frozen, and what of it may be shown.

Exact counts of sensitive measures leave this module for two uses only: freezing release tables, and the official copy.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import aliased

from server.indicators.contribution import TOTAL, Combine
from server.storage.models.figures import ContributionRow
from server.storage.models.forms import FormRow
from server.storage.models.projects import PlanRow
from server.storage.models.releases import ReleaseExactRow, ReleaseRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class ExactCase:
    """One thing that was counted: where and when, in which measures, and its answers by question."""

    unit_id: int
    event_date: date
    measures: frozenset[str]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FrozenRevision:
    """One revision of a plan's tables for a year; *families* is its exact basis as JSON."""

    plan_id: int
    plan_name: str
    project_id: int
    year: int
    revision: int
    frozen_at: datetime
    frozen_by: str
    families: str


@dataclass(frozen=True, slots=True)
class FrozenTable:
    """One table as it is shown: JSON, and its hash."""

    name: str
    k: int
    cells: str
    sha256: str


class Releases:
    """Release tables and their basis."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exact_cases(self, project_id: int, measures: Iterable[str], year: int) -> list[ExactCase]:
        """Return every case that counts in any of *measures* in that year, exactly."""
        rows, total = ContributionRow, aliased(ContributionRow)
        found = self._connection.execute(
            select(rows.version_id, rows.position, rows.measure, rows.category, rows.unit_id, rows.event_date)
            .join(
                total,
                and_(
                    total.version_id == rows.version_id,
                    total.measure == rows.measure,
                    total.position == rows.position,
                ),
            )
            .where(
                total.project_id == project_id,
                total.measure.in_(sorted(measures)),
                total.period == year,
                total.category == TOTAL,
                rows.is_counted,
            )
            .order_by(rows.version_id, rows.position, rows.measure, rows.category)
        )
        groups: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for row in found:
            groups[row.version_id, row.position].append(row)
        return [_case(group) for group in groups.values()]

    def reporting(self, project_id: int, form_ids: Iterable[str], year: int) -> dict[str, list[tuple[int, date]]]:
        """Return where and when anything of a form counted in that year, a report of no case included, by form."""
        rows = ContributionRow
        found = self._connection.execute(
            select(rows.measure, rows.unit_id, rows.event_date)
            .where(rows.project_id == project_id, rows.period == year, rows.category == TOTAL, rows.is_counted)
            .distinct()
        )
        wanted: dict[str, list[tuple[int, date]]] = {one: [] for one in form_ids}
        for row in found:
            form_id = row.measure.rpartition(".")[0]
            if form_id in wanted:
                wanted[form_id].append((row.unit_id, row.event_date))
        return wanted

    def with_cases(self, project_id: int, form_id: str, year: int) -> frozenset[int]:
        """Return the units in which anything of a form added up in that year.

        What counts once however often it is said, as a report of no case does, adds nothing up.
        """
        rows = ContributionRow
        found = self._connection.execute(
            select(rows.unit_id)
            .where(
                rows.project_id == project_id,
                rows.measure.startswith(f"{form_id}.", autoescape=True),
                rows.period == year,
                rows.category == TOTAL,
                rows.combine == Combine.SUM.value,
                rows.is_counted,
                rows.thousandths > 0,
            )
            .distinct()
        )
        return frozenset(found.scalars())

    def sensitive_forms(self, project_id: int) -> frozenset[str]:
        """Return the forms of the project that are sensitive."""
        rows = select(FormRow.form_id).where(FormRow.project_id == project_id, FormRow.is_sensitive.is_(True))
        return frozenset(self._connection.execute(rows).scalars())

    def workbook(self, plan_id: int) -> bytes:
        """Return the workbook of a plan, in force or not."""
        return bytes(self._connection.execute(select(PlanRow.workbook).where(PlanRow.id == plan_id)).scalar_one())

    def revisions(self, project_id: int | None = None, year: int | None = None) -> list[FrozenRevision]:
        """Return what was frozen, by project, year and revision, the oldest first."""
        kept = ReleaseExactRow
        rows = (
            select(*_REVISION)
            .join(PlanRow, PlanRow.id == kept.plan_id)
            .order_by(PlanRow.project_id, kept.year, kept.frozen_at, kept.revision)
        )
        if project_id is not None:
            rows = rows.where(PlanRow.project_id == project_id)
        if year is not None:
            rows = rows.where(kept.year == year)
        return [_revision(row) for row in self._connection.execute(rows)]

    def tables(self, revision: FrozenRevision) -> list[FrozenTable]:
        """Return the tables of a revision as they are shown, in the order of the plan."""
        rows = self._connection.execute(
            select(ReleaseRow.name, ReleaseRow.k, ReleaseRow.cells, ReleaseRow.sha256)
            .where(
                ReleaseRow.plan_id == revision.plan_id,
                ReleaseRow.year == revision.year,
                ReleaseRow.revision == revision.revision,
            )
            .order_by(ReleaseRow.position)
        )
        return [FrozenTable(row.name, row.k, row.cells, row.sha256) for row in rows]

    def newest_cells(self, year: int) -> list[str]:
        """Return the cells of every table of a year as they were frozen last, plan after plan."""
        kept, exact, plan = ReleaseRow, ReleaseExactRow, PlanRow
        last = func.row_number().over(
            partition_by=(plan.project_id, plan.name), order_by=(exact.frozen_at.desc(), exact.revision.desc())
        )
        revisions = (
            select(exact.plan_id, exact.revision, plan.project_id, plan.name, last.label("place"))
            .join(plan, plan.id == exact.plan_id)
            .where(exact.year == year)
            .subquery()
        )
        is_its = and_(kept.plan_id == revisions.c.plan_id, kept.year == year, kept.revision == revisions.c.revision)
        return list(
            self._connection.execute(
                select(kept.cells)
                .join(revisions, is_its)
                .where(revisions.c.place == 1)
                .order_by(revisions.c.project_id, revisions.c.name, kept.position)
            ).scalars()
        )

    def frozen(
        self, years: Collection[int], names: Collection[str]
    ) -> tuple[frozenset[int], dict[tuple[int, str], str]]:
        """Return those of *years* that have any table, and the cells of these tables, of any plan, as frozen last."""
        kept, exact = ReleaseRow, ReleaseExactRow
        is_its = and_(kept.plan_id == exact.plan_id, kept.year == exact.year, kept.revision == exact.revision)
        rows = self._connection.execute(
            select(exact.year, kept.name, kept.cells)
            .join(PlanRow, PlanRow.id == exact.plan_id)
            .outerjoin(kept, and_(is_its, kept.name.in_(sorted(names))))
            .where(exact.year.in_(sorted(years)))
            .order_by(PlanRow.project_id, exact.year, exact.frozen_at, exact.revision)
        ).all()
        return frozenset(row.year for row in rows), {(row.year, row.name): row.cells for row in rows if row.name}

    def add(self, revision: FrozenRevision, frame: str, tables: Sequence[FrozenTable]) -> None:
        """Keep a revision and its tables; neither is ever changed."""
        key = {"plan_id": revision.plan_id, "year": revision.year, "revision": revision.revision}
        self._connection.execute(
            insert(ReleaseExactRow),
            {
                **key,
                "frame": frame,
                "families": revision.families,
                "frozen_at": revision.frozen_at,
                "frozen_by": revision.frozen_by,
            },
        )
        self._connection.execute(
            insert(ReleaseRow),
            [
                {**key, "name": one.name, "position": at, "k": one.k, "cells": one.cells, "sha256": one.sha256}
                for at, one in enumerate(tables)
            ],
        )


_REVISION = (
    ReleaseExactRow.plan_id,
    PlanRow.name,
    PlanRow.project_id,
    ReleaseExactRow.year,
    ReleaseExactRow.revision,
    ReleaseExactRow.frozen_at,
    ReleaseExactRow.frozen_by,
    ReleaseExactRow.families,
)


def _revision(row: Any) -> FrozenRevision:  # noqa: ANN401 a row of the join
    return FrozenRevision(
        plan_id=row.plan_id,
        plan_name=row.name,
        project_id=row.project_id,
        year=row.year,
        revision=row.revision,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
        families=row.families,
    )


def _case(rows: Sequence[Any]) -> ExactCase:
    answers = (row.category.partition("=") for row in rows if row.category)
    return ExactCase(
        unit_id=rows[0].unit_id,
        event_date=rows[0].event_date,
        measures=frozenset(row.measure for row in rows),
        answers={question: answer for question, _, answer in answers},
    )

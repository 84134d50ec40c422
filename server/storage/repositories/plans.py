"""Plans in force: which indicators there are and what they should reach.

The workbook's bytes are kept by `projects`; here stand its indicators and targets, read once when it was published.
The newest plan of a name is in force; others stay as they were.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from server.indicators.periods import PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import parse_source
from server.storage.models.figures import IndicatorRow, TargetRow
from server.storage.models.projects import PlanOfferRow, PlanRow, ProjectRow
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from server.indicators.plan import Target


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """The newest plan of a name in a project."""

    plan_id: int
    project_id: int
    project_name: str
    name: str
    sha256: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """A target as kept: for one unit, or (without one) for every unit of a level."""

    unit_id: UnitId | None
    level: Level | None
    thousandths: int
    is_draft: bool


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A workbook somebody looks at; *base_plan_id* was in force under its name then."""

    project_id: int
    name: str
    workbook: bytes
    base_plan_id: int | None


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """The plans in force, the newest first; the years with targets by plan and indicator, and the targets of one."""

    plans: Sequence[PlanInForce]
    years: Mapping[tuple[int, str], tuple[int, ...]]
    targets: Sequence[tuple[int, str, PlannedTarget]]


class Plans:
    """Indicators and targets of plans."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._in_force: list[PlanInForce] | None = None
        """As they were read; nothing but `add` and `put_in_force` changes them here."""
        self._read: dict[int, tuple[frozenset[int], PlannedYear]] = {}
        """What these plans plan for a year; nothing but `add` and `put_in_force` changes it here."""

    def in_force(self) -> list[PlanInForce]:
        """Return the plans in force of all projects, the newest first."""
        if self._in_force is None:
            rows = self._connection.execute(select(*_IN_FORCE).join(ProjectRow, _ITS_PROJECT).order_by(*_NEWEST))
            newest: dict[tuple[int, str], PlanInForce] = {}
            for row in rows:
                newest.setdefault((row.project_id, row.name), PlanInForce(*row))
            self._in_force = list(newest.values())
        return self._in_force

    def known(self, project_id: int, name: str, sha256: str) -> int | None:
        """Return the plan of that name with those bytes, in force or not."""
        return self._connection.execute(
            select(PlanRow.id).where(PlanRow.project_id == project_id, PlanRow.name == name, PlanRow.sha256 == sha256)
        ).scalar()

    def put_in_force(self, plan_id: int, at: datetime) -> None:
        """Let a plan that is kept already be the newest of its name again."""
        self._in_force = None
        self._read.clear()
        self._connection.execute(update(PlanRow).where(PlanRow.id == plan_id).values(published_at=at))

    def add(
        self, plan_id: int, indicators: Iterable[Indicator], targets: Iterable[tuple[Target, UnitId | None]]
    ) -> None:
        """Insert what a plan says; a target for one unit comes with the unit it names."""
        self._in_force = None
        self._read.clear()
        rows = [_indicator_facts(plan_id, position, one) for position, one in enumerate(indicators)]
        if rows:
            self._connection.execute(insert(IndicatorRow), rows)
        goals = [_target_facts(plan_id, target, unit_id) for target, unit_id in targets]
        if goals:
            self._connection.execute(insert(TargetRow), goals)

    def workbook(self, plan_id: int) -> bytes:
        """Return the workbook of a plan that is there."""
        return bytes(self._connection.execute(select(PlanRow.workbook).where(PlanRow.id == plan_id)).scalar_one())

    def add_offer(self, facts: Mapping[str, Any]) -> None:
        """Keep a workbook to look at."""
        self._connection.execute(insert(PlanOfferRow), [dict(facts)])

    def offer(self, account_id: int) -> PlanOffer | None:
        """Return what the account looks at, None if there is nothing."""
        rows = PlanOfferRow
        row = self._connection.execute(select(rows).where(rows.account_id == account_id)).one_or_none()
        if row is None:
            return None
        return PlanOffer(row.project_id, row.name, bytes(row.workbook), row.base_plan_id)

    def drop_offer(self, account_id: int) -> None:
        """Keep what the account looked at no longer."""
        self._connection.execute(delete(PlanOfferRow).where(PlanOfferRow.account_id == account_id))

    def indicators(self, plan_ids: Sequence[int]) -> Mapping[int, list[Indicator]]:
        """Return the indicators of the plans, in the order of their workbook."""
        rows = self._connection.execute(
            select(IndicatorRow)
            .where(IndicatorRow.plan_id.in_(plan_ids))
            .order_by(IndicatorRow.plan_id, IndicatorRow.position)
        )
        found: dict[int, list[Indicator]] = {plan_id: [] for plan_id in plan_ids}
        for row in rows:
            found[row.plan_id].append(_indicator(row))
        return found

    def years(self, plan_ids: Sequence[int]) -> Mapping[tuple[int, str], tuple[int, ...]]:
        """Return the years for which there are targets, by plan and indicator."""
        rows = self._connection.execute(
            select(TargetRow.plan_id, TargetRow.indicator, TargetRow.year)
            .where(TargetRow.plan_id.in_(plan_ids))
            .distinct()
            .order_by(TargetRow.year)
        )
        found: dict[tuple[int, str], tuple[int, ...]] = {}
        for row in rows:
            key = (row.plan_id, row.indicator)
            found[key] = (*found.get(key, ()), row.year)
        return found

    def read_year(self, year: int, also: Collection[int] = ()) -> PlannedYear:
        """Return the plans in force with what they plan for a year, in one statement; the targets of *also* too.

        What it read is not read again, nor by `in_force` and `targets_of_year`.
        """
        known, read = self._read.get(year, (frozenset(), None))
        if read is not None and known.issuperset(also):
            return read
        found: dict[tuple[int, str], set[int]] = defaultdict(set)
        planned: list[tuple[int, int, str, PlannedTarget]] = []
        in_force: dict[PlanInForce, None] = {}
        for row in self._connection.execute(_of_year(), {"year": year, "also": sorted(also)}).all():
            if row.is_in_force:
                in_force[PlanInForce(*row[: len(_IN_FORCE)])] = None
            if row.place:
                planned.append((row.place, row.id, row.indicator, _planned(row)))
            elif row.place is not None and row.is_in_force:
                found[row.id, row.indicator].add(row.year)
        targets = [one[1:] for one in sorted(planned, key=itemgetter(0))]
        years = {key: tuple(sorted(several)) for key, several in found.items()}
        self._in_force = list(in_force)
        read = PlannedYear(self._in_force, years, targets)
        self._read[year] = frozenset({*also, *(one.plan_id for one in in_force)}), read
        return read

    def targets(self, plan_id: int, indicator: str, year: int) -> list[PlannedTarget]:
        """Return the targets of one indicator in one year."""
        return list(self.yearly_targets([plan_id], indicator).get((plan_id, year), ()))

    def yearly_targets(
        self, plan_ids: Sequence[int], indicator: str
    ) -> Mapping[tuple[int, int], tuple[PlannedTarget, ...]]:
        """Return the targets of one indicator, by plan and year; none for a year in which the plan has only others'."""
        # One target of every year of a plan is read too: it tells which years the plan is for.
        of_each_year = select(func.min(TargetRow.id)).group_by(TargetRow.plan_id, TargetRow.year)
        rows = self._connection.execute(
            select(TargetRow)
            .where(
                TargetRow.plan_id.in_(plan_ids), or_(TargetRow.indicator == indicator, TargetRow.id.in_(of_each_year))
            )
            .order_by(TargetRow.id)
        )
        found: dict[tuple[int, int], tuple[PlannedTarget, ...]] = {}
        for row in rows:
            key = (row.plan_id, row.year)
            found[key] = (*found.get(key, ()), *([_planned(row)] if row.indicator == indicator else ()))
        return found

    def targets_of_year(self, plan_ids: Collection[int], year: int) -> list[tuple[int, str, PlannedTarget]]:
        """Return every target of the plans for a year, with its plan and indicator."""
        known, read = self._read.get(year, (frozenset(), None))
        if read is not None and known.issuperset(plan_ids):
            return [one for one in read.targets if one[0] in plan_ids]
        rows = self._connection.execute(
            select(TargetRow)
            .where(TargetRow.plan_id.in_(sorted(plan_ids)), TargetRow.year == year)
            .order_by(TargetRow.id)
        )
        return [(row.plan_id, row.indicator, _planned(row)) for row in rows]

    def every_target(self, plan_id: int) -> list[tuple[str, int, PlannedTarget]]:
        """Return every target of a plan, with its indicator and year."""
        rows = self._connection.execute(select(TargetRow).where(TargetRow.plan_id == plan_id).order_by(TargetRow.id))
        return [(row.indicator, row.year, _planned(row)) for row in rows]


_ITS_PROJECT: Final = ProjectRow.id == PlanRow.project_id
_NEWEST: Final = (PlanRow.published_at.desc(), PlanRow.id.desc())
_IN_FORCE: Final[tuple[Any, ...]] = (
    PlanRow.id,
    PlanRow.project_id,
    ProjectRow.name.label("project_name"),
    PlanRow.name,
    PlanRow.sha256,
    PlanRow.published_at,
)


@lru_cache(maxsize=1)
def _of_year() -> Select[Any]:
    """Return the select of plans in force and of others, each with its targets of a year and the years it has any."""
    rows, plans, later = TargetRow, PlanRow, PlanRow.__table__.alias("later")
    is_newer = or_(
        later.c.published_at > plans.published_at,
        and_(later.c.published_at == plans.published_at, later.c.id > plans.id),
    )
    replaced = select(later.c.id).where(later.c.project_id == plans.project_id, later.c.name == plans.name, is_newer)
    is_in_force = ~replaced.exists()
    also = plans.id.in_(bindparam("also", type_=BigInteger, expanding=True))
    # What is nothing has a type too, without which PostgreSQL takes it for a text.
    nothing = [cast(null(), one.type) for one in (rows.unit_id, rows.level, rows.thousandths, rows.is_draft)]
    named = (rows.plan_id, rows.indicator, rows.year)
    years = select(literal(0).label("place"), *named, *nothing).distinct()
    targets = select(rows.id.label("place"), *named, rows.unit_id, rows.level, rows.thousandths, rows.is_draft).where(
        rows.year == bindparam("year")
    )
    told = union_all(targets, years).subquery("told")
    return (
        select(*_IN_FORCE, is_in_force.label("is_in_force"), *(one for one in told.c if one.name != "plan_id"))
        .join(ProjectRow, _ITS_PROJECT)
        .outerjoin(told, told.c.plan_id == plans.id)
        .where(or_(is_in_force, also))
        .order_by(*_NEWEST)
    )


def _indicator_facts(plan_id: int, position: int, one: Indicator) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "code": one.code,
        "position": position,
        "label_vi": one.label_vi,
        "label_en": one.label_en,
        "definition_vi": one.definition_vi,
        "definition_en": one.definition_en,
        "source": one.source,
        "numerator": str(one.numerator),
        "denominator": str(one.denominator) if one.denominator else "",
        "unit": one.unit.value,
        "direction": one.direction.value,
        "level": one.level.value,
        "period": one.period.value,
        "note": one.note,
    }


def _target_facts(plan_id: int, target: Target, unit_id: UnitId | None) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "indicator": target.indicator,
        "year": target.year,
        "unit_id": unit_id,
        "level": target.level.value if target.level else "",
        "thousandths": target.thousandths,
        "source": target.source,
        "is_draft": target.is_draft,
    }


def _planned(row: Any) -> PlannedTarget:  # noqa: ANN401 a row of the table
    return PlannedTarget(
        UnitId(row.unit_id) if row.unit_id is not None else None,
        Level(row.level) if row.level else None,
        row.thousandths,
        row.is_draft,
    )


def _indicator(row: Any) -> Indicator:  # noqa: ANN401 a row of the table
    return Indicator(
        code=row.code,
        label_vi=row.label_vi,
        label_en=row.label_en,
        definition_vi=row.definition_vi,
        definition_en=row.definition_en,
        source=row.source,
        numerator=parse_source(row.numerator),
        denominator=parse_source(row.denominator) if row.denominator else None,
        unit=IndicatorUnit(row.unit),
        direction=Direction(row.direction),
        level=Level(row.level),
        period=PeriodKind(row.period),
        note=row.note,
    )

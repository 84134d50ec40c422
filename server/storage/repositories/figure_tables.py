"""Reading figures: sums of the lowest units added upward, records received and approved, and the records behind.

Measures of sensitive forms do not exist here: whatever is asked for, they are left out before anything is read, so no
page, file or door can go round it. Sums are the province's to read; the records behind them start at `visible`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Select, and_, case, cast, distinct, false, func, null, or_, select, union_all

from server.indicators.contribution import POOL
from server.indicators.figures import Receipts
from server.indicators.sources import Basis
from server.storage.models.figures import ContributionRow, FigureSumRow
from server.storage.models.forms import FormPoolRow, FormRow
from server.storage.models.registers import EntityListRow, RegisterTallyRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.record_tallies import tallied
from server.storage.visible import visible
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

    from server.indicators.sources import Source
    from server.storage.visible import Sight

_NOWHERE: Final = cast(null(), BigInteger)


@dataclass(frozen=True, slots=True)
class Extent:
    """Which figures are meant: of a project, in a period, added up on the boundaries of *frame* to *units*."""

    project_id: int
    period: int
    frame: str
    units: frozenset[UnitId]


@dataclass(frozen=True, slots=True)
class Added:
    """What was added up: thousandths, and how many contributions made them; none did what *is_typed* from paper."""

    thousandths: int
    contributions: int
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class RecordBehind:
    """One record that a figure is made of; *thousandths* is what it adds."""

    submission_id: int
    unit_id: UnitId
    event_date: date
    received_at: datetime
    instance_name: str
    review_state: str
    thousandths: int


class FigureTables:
    """Sums, counts of records and the records themselves, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def sums(self, extent: Extent, sources: Sequence[Source]) -> Mapping[tuple[int | None, Source], Added]:
        """Return what was added up for each unit with all that lies in it, and under None for the whole project.

        Units and sources to which nothing was added are not in the answer.
        """
        rows = FigureSumRow
        asked = _asked(self._open(extent, sources))
        sums = (
            select(rows.unit_id, rows.measure, rows.category, rows.thousandths, rows.contributions)
            .where(
                rows.project_id == extent.project_id,
                rows.period == extent.period,
                or_(false(), *(and_(rows.measure == one, rows.category == category) for one, category in asked)),
            )
            .subquery()
        )
        what = (
            sums.c.measure,
            sums.c.category,
            func.sum(sums.c.thousandths).label("thousandths"),
            func.sum(sums.c.contributions).label("contributions"),
        )
        above = UnitAncestorRow
        by_unit = (
            select(above.ancestor_id.label("place"), *what)
            .select_from(sums)
            .join(above, above.unit_id == sums.c.unit_id)
            .where(_lies_in(extent))
            .group_by(above.ancestor_id, sums.c.measure, sums.c.category)
        )
        everywhere = select(_NOWHERE, *what).select_from(sums).group_by(sums.c.measure, sums.c.category)
        found = self._connection.execute(union_all(by_unit, everywhere)) if asked else ()
        return _gathered(
            (row.place, source, int(row.thousandths), int(row.contributions))
            for row in found
            for source in asked[row.measure, row.category]
        )

    def register_sums(self, extent: Extent, sources: Sequence[Source]) -> Mapping[tuple[int | None, Source], Added]:
        """Return how many each register held at the end of the period, by unit and under None for all.

        Registers of dangerous places do not exist here. Those that hold nothing are not in the answer.
        """
        asked = _asked(sources)
        rows, lists = RegisterTallyRow, EntityListRow
        held = (
            select(rows.unit_id, lists.name, rows.category, func.sum(rows.live).label("live"))
            .join(lists, lists.id == rows.list_id)
            .where(
                lists.project_id == extent.project_id,
                lists.is_sensitive.is_(False),
                rows.year <= extent.period,
                or_(false(), *(and_(lists.name == name, rows.category == category) for name, category in asked)),
            )
            .group_by(rows.unit_id, lists.name, rows.category)
            .subquery()
        )
        what = (held.c.name, held.c.category, func.sum(held.c.live).label("live"))
        above = UnitAncestorRow
        by_unit = (
            select(above.ancestor_id.label("place"), *what)
            .select_from(held)
            .join(above, above.unit_id == held.c.unit_id)
            .where(_lies_in(extent))
            .group_by(above.ancestor_id, held.c.name, held.c.category)
        )
        everywhere = select(_NOWHERE, *what).select_from(held).group_by(held.c.name, held.c.category)
        found = self._connection.execute(union_all(by_unit, everywhere)) if asked else ()
        return _gathered(
            (row.place, source, int(row.live) * 1000, int(row.live))
            for row in found
            for source in asked[row.name, row.category]
            if row.live
        )

    def receipts(self, extent: Extent, sources: Sequence[Source]) -> Mapping[int | None, Receipts]:
        """Return how many records of the forms of *sources* there are and of how many an approved version counts.

        By unit, and under None for all. Read off tallies: it costs the same however many records there are.
        """
        behind = self.forms_behind(extent.project_id, [one.measure for one in sources if one.basis is Basis.MEASURE])
        forms = sorted({form_id for form_ids in behind.values() for form_id in form_ids})
        if not forms:
            return {}
        rows = tallied()
        seen = (
            select(rows.c.unit_id, rows.c.records, case((rows.c.is_counted, rows.c.records), else_=0).label("approved"))
            .join(FormRow, FormRow.id == rows.c.form_key)
            .where(rows.c.project_id == extent.project_id, rows.c.year == extent.period, FormRow.form_id.in_(forms))
            .subquery()
        )
        what = (func.sum(seen.c.records).label("received"), func.sum(seen.c.approved).label("approved"))
        above = UnitAncestorRow
        by_unit = (
            select(above.ancestor_id.label("place"), *what)
            .select_from(seen)
            .join(above, above.unit_id == seen.c.unit_id)
            .where(_lies_in(extent))
            .group_by(above.ancestor_id)
        )
        found = self._connection.execute(union_all(by_unit, select(_NOWHERE, *what).select_from(seen)))
        return {row.place: Receipts(int(row.received), int(row.approved)) for row in found if row.received}

    def records_behind(self, extent: Extent, source: Source, *, after: int | None, at_most: int) -> list[RecordBehind]:
        """Return records in sight that make the sum of *source*, the newest first, those before record *after*.

        Without units in *extent*, of the whole project. What adds nothing (a *latest* with value 0) is not among them.
        """
        if not self._open(extent, [source]):
            return []
        rows = ContributionRow
        found = (
            visible(self.sight)
            .join(SubmissionVersionRow, SubmissionVersionRow.submission_id == SubmissionRow.id)
            .join(rows, rows.version_id == SubmissionVersionRow.id)
            .where(_counted_in(extent, source))
            .group_by(SubmissionRow.id)
            .order_by(SubmissionRow.id.desc())
            .limit(at_most)
            .with_only_columns(
                SubmissionRow.id,
                SubmissionRow.received_at,
                SubmissionRow.instance_name,
                SubmissionRow.review_state,
                func.max(rows.unit_id).label("unit_id"),
                func.max(rows.event_date).label("event_date"),
                func.sum(rows.thousandths).label("thousandths"),
            )
        )
        if after is not None:
            found = found.where(SubmissionRow.id < after)
        return [
            RecordBehind(
                submission_id=row.id,
                unit_id=UnitId(row.unit_id),
                event_date=row.event_date,
                received_at=row.received_at,
                instance_name=row.instance_name,
                review_state=row.review_state,
                thousandths=int(row.thousandths),
            )
            for row in self._connection.execute(found)
        ]

    def count_behind(self, extent: Extent, source: Source) -> int:
        """Return how many records make the sum of *source*, in sight or not: a figure's size is no secret."""
        if not self._open(extent, [source]):
            return 0
        rows = ContributionRow
        return self._connection.execute(
            select(func.count(distinct(SubmissionVersionRow.submission_id)))
            .join(rows, rows.version_id == SubmissionVersionRow.id)
            .where(_counted_in(extent, source))
        ).scalar_one()

    def open_measures(self, project_id: int, measures: Iterable[str]) -> frozenset[str]:
        """Return those of *measures* all of whose forms are the project's and not sensitive."""
        return frozenset(self.forms_behind(project_id, measures))

    def forms_behind(self, project_id: int, measures: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the forms each measure is read from, of a pool all that ever joined it; without a sensitive one."""
        forms = {measure: measure.rpartition(".")[0] for measure in measures}
        pools = sorted(measure for measure, form_id in forms.items() if form_id == POOL)
        here = FormRow.project_id == project_id
        alone = select(FormRow.form_id).where(
            here, FormRow.is_sensitive.is_(False), FormRow.form_id.in_(sorted(set(forms.values()) - {POOL}))
        )
        known = set(self._connection.execute(alone).scalars())
        behind = {measure: frozenset({form_id}) for measure, form_id in forms.items() if form_id in known}
        if not pools:
            return behind
        joined = (
            select(FormPoolRow.pool, FormRow.form_id, FormRow.is_sensitive)
            .join(FormRow, FormRow.id == FormPoolRow.form_key)
            .where(here, FormPoolRow.pool.in_(pools))
        )
        members = self._connection.execute(joined).all()
        closed = {row.pool for row in members if row.is_sensitive}
        for row in members:
            if row.pool not in closed:
                behind[row.pool] = behind.get(row.pool, frozenset()) | {row.form_id}
        return behind

    def _open(self, extent: Extent, sources: Sequence[Source]) -> list[Source]:
        measures = [source for source in sources if source.basis is Basis.MEASURE]
        allowed = self.open_measures(extent.project_id, [source.measure for source in measures])
        return [source for source in measures if source.measure in allowed]


def _asked(sources: Iterable[Source]) -> Mapping[tuple[str, str], list[Source]]:
    """Return who asks for each measure (or list) and category; two sources may ask for the same."""
    asked: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in dict.fromkeys(sources):
        for category in source.categories:
            asked[source.measure, category].append(source)
    return asked


def _gathered(parts: Iterable[tuple[int | None, Source, int, int]]) -> Mapping[tuple[int | None, Source], Added]:
    """Return the categories of each source, added together."""
    found: dict[tuple[int | None, Source], Added] = {}
    for place, source, thousandths, contributions in parts:
        before = found.get((place, source), Added(0, 0))
        found[place, source] = Added(before.thousandths + thousandths, before.contributions + contributions)
    return found


def _counted_in(extent: Extent, source: Source) -> ColumnElement[bool]:
    """Return what makes a contribution one of those the sum of *source* is made of."""
    rows = ContributionRow
    counted = and_(
        rows.is_counted,
        rows.project_id == extent.project_id,
        rows.measure == source.measure,
        rows.period == extent.period,
        rows.category.in_(source.categories),
        rows.thousandths != 0,
    )
    return and_(counted, rows.unit_id.in_(_below(extent))) if extent.units else counted


def _below(extent: Extent) -> Select[int]:
    return select(UnitAncestorRow.unit_id).where(_lies_in(extent))


def _lies_in(extent: Extent) -> ColumnElement[bool]:
    """Return what makes an ancestor row say that a unit lies wholly in one of the extent's units."""
    above = UnitAncestorRow
    return and_(above.frame == extent.frame, above.is_partial.is_(False), above.ancestor_id.in_(extent.units))

"""The records a figure is made of: how many there are, and those in sight, the newest first.

Measures of sensitive forms do not exist here, as in `figure_tables`. How many records there are is no secret and is
kept beside the sums; the records themselves start at `visible`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, and_, case, func, literal_column, select, text, true, union_all
from sqlalchemy.orm import aliased

from server.storage.models.figures import ContributionRow, FigureSumRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.repositories.figure_tables import units_below
from server.storage.visible import Reading, visible, visible_by_unit
from server.storage.written_out import among
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select

    from server.indicators.sources import Source
    from server.storage.repositories.figure_tables import Extent, FigureTables
    from server.storage.visible import Sight

_NOTHING: Final[ColumnElement[int]] = literal_column("0")
"""Written out: a database cannot tell that a parameter is what the index of rows that add something says."""
_ABOVE_ALL: Final = 2**62
_PAGES_WALKED: Final = 4
"""How many pages of records, of whoever they are, are gone through for one page in sight."""


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


class RecordsBehind:
    """The records a figure is made of, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight, tables: FigureTables) -> None:
        self._connection = connection
        self.sight = sight
        self._tables = tables
        self._below: dict[Extent, tuple[int, ...]] = {}

    def page(self, extent: Extent, source: Source, *, after: int | None, at_most: int) -> list[RecordBehind]:
        """Return records in sight that make the sum of *source*, the newest first, those before record *after*.

        Without units in *extent*, of the whole project. What adds nothing (a *latest* with value 0) is not among them.
        Some of what counts is gone through in the order of an index, whoever may see it; where a reader has so few
        records among them that this fills no page, her own are. So a page never costs more than either.
        """
        if not self._tables.open_sources(extent, [source]):
            return []
        walked = self._walked(extent, source, after, _PAGES_WALKED * at_most)
        found = [_behind(row, row) for row in walked if row.seen is not None]
        if len(found) >= at_most or len(walked) < _PAGES_WALKED * at_most:
            return found[:at_most]
        return self._own(extent, source, walked[0].version_id, at_most)

    def count(self, extent: Extent, source: Source) -> int:
        """Return how many records make the sum of *source*, in sight or not: a figure's size is no secret.

        Those that add something at their first place are kept beside the sums; of a measure that is read in a repeat,
        those that add something further on alone come to them.
        """
        if not self._tables.open_sources(extent, [source]):
            return 0
        sums, rows, first = FigureSumRow, ContributionRow, aliased(ContributionRow, name="first")
        kept = select(func.coalesce(func.sum(sums.adding), 0)).where(self._of(sums, extent, source))
        further = (
            select(rows.version_id)
            .where(self._of(rows, extent, source), _adds(rows), rows.position > _NOTHING)
            .group_by(rows.version_id)
            .subquery()
        )
        # Counted and not asked for with NOT EXISTS, for which PostgreSQL would go through the firsts of a whole year.
        leading = select(func.count()).where(
            first.version_id == further.c.version_id,
            first.position == _NOTHING,
            self._of(first, extent, source),
            _adds(first, "first"),
        )
        others = select(func.count()).select_from(further).where(leading.scalar_subquery() == 0)
        both = select(kept.scalar_subquery() + others.scalar_subquery())
        return int(self._connection.execute(both).scalar_one())

    def by_quarter(self, extent: Extent, source: Source) -> Mapping[int, int]:
        """Return what each quarter of the year adds to the sum of *source*, in thousandths, by the day of the event.

        Read off the records that lie in the extent's units, of that year alone; where they are not all that the sums
        kept of these units are made of, as what a training elsewhere adds, off all that counts in the project.
        """
        if not self._tables.open_sources(extent, [source]):
            return {}
        here = self._units_below(extent)
        own, lacking = self._own_by_quarter(extent, source, here)
        if not lacking:
            return own
        rows_of = ContributionRow
        of_all = self._of(rows_of, replace(extent, units=frozenset()), source)
        # The sums hide the index in which the units come last: it would be gone through once for each of them.
        lies_here = among(rows_of.unit_id + _NOTHING, here)
        asked = select(_quarter_of(extent), func.sum(rows_of.thousandths)).where(
            of_all, _adds(rows_of), lies_here, rows_of.version_id.in_(self._versions_in(here, extent, source))
        )
        found = self._connection.execute(asked.group_by(text("1")))
        return {int(number): int(thousandths) for number, thousandths in found}

    def _own_by_quarter(self, extent: Extent, source: Source, here: Iterable[int]) -> tuple[dict[int, int], int]:
        """Return what records that lie in *here* add there in each quarter, and how many rows of others count there."""
        rows, records = ContributionRow, SubmissionRow
        in_year = records.event_date.between(date(extent.period, 1, 1), date(extent.period, 12, 31))
        counts = and_(self._what(rows, replace(extent, units=frozenset()), source), rows.is_counted)
        # The sum hides the index of what a project's measure adds, in which each version would be looked for.
        here_too = and_(rows.project_id + _NOTHING == extent.project_id, among(rows.unit_id, here))
        asked = (
            select(_quarter_of(extent), func.sum(rows.thousandths), func.count())
            .join_from(records, rows, rows.version_id == records.counted_version_id)
            .where(among(records.unit_id, here), in_year, counts, here_too)
            .group_by(text("1"))
        )
        sums = FigureSumRow
        of_all = self._of(sums, replace(extent, units=frozenset()), source)
        nothing = literal_column("0", Integer)
        kept = (
            select(nothing, nothing, -func.coalesce(func.sum(sums.contributions), 0))
            .where(of_all)
            .where(among(sums.unit_id, here))
        )
        found = self._connection.execute(union_all(asked, kept)).all()
        adding = {int(number): int(thousandths) for number, thousandths, _ in found if thousandths}
        return adding, -sum(rows for _, _, rows in found)

    def _versions_in(self, units: Iterable[int], extent: Extent, source: Source) -> Select[int]:
        """Return the select of versions that may add something in *units*: the index alone tells which."""
        placed = aliased(ContributionRow, name="placed")
        of_all = self._of(placed, replace(extent, units=frozenset()), source)
        may_add = and_(literal_column("NOT placed.is_displaced"), placed.thousandths != _NOTHING)
        return select(placed.version_id).where(of_all, may_add, among(placed.unit_id + _NOTHING, units)).distinct()

    def _walked(self, extent: Extent, source: Source, after: int | None, at_most: int) -> Sequence[Row[Any]]:
        """Return the next versions that add to the sum of *source*, the newest first, and whether they are in sight."""
        rows, versions, records = ContributionRow, SubmissionVersionRow, SubmissionRow
        # Whose version each is is looked for afterwards: PostgreSQL would go through all there are to find a few.
        adding = (
            select(rows.version_id, *_ADDED)
            .where(self._of(rows, extent, source), _adds(rows))
            .group_by(rows.version_id)
            .order_by(rows.version_id.desc())
            .limit(at_most)
        )
        if after is not None:
            adding = adding.where(rows.version_id < _before(after))
        walked = adding.subquery("walked")
        seen = visible(self.sight).where(records.id == versions.submission_id).with_only_columns(records.id)
        # Asked with EXISTS, PostgreSQL would find all there are in sight, for a hundred of them.
        columns = (walked, *_OF_RECORD, seen.correlate(versions).scalar_subquery().label("seen"))
        joined = select(*columns).join_from(walked, versions, versions.id == walked.c.version_id)
        joined = joined.join(records, records.id == versions.submission_id)
        return self._connection.execute(joined.order_by(walked.c.version_id.desc())).all()

    def _own(self, extent: Extent, source: Source, newest: int, at_most: int) -> list[RecordBehind]:
        """Return what `page` does from version *newest* on, found by going through the records in sight and no others.

        None of whoever's is newer: so a year of long ago is not looked for among all that came after it.
        """
        rows, records = ContributionRow, SubmissionRow
        # What counts is of the version a review approved. The sum hides the index in whose order everybody's would be
        # gone through.
        adds = and_(
            rows.version_id == records.counted_version_id,
            records.counted_version_id <= newest,
            rows.project_id + _NOTHING == extent.project_id,
            self._what(rows, extent, source),
            _adds(rows),
        )
        mine = visible(self.sight)
        if isinstance(self.sight, Reading) and self._connection.dialect.name == "postgresql":
            mine = select(records).where(records.id.in_(self._newest_by_unit(self.sight, adds, newest, at_most)))
        added = mine.join(rows, adds).with_only_columns(*_OF_RECORD, *_ADDED).group_by(records.id)
        shown = added.order_by(records.counted_version_id.desc()).limit(at_most)
        return [_behind(row, row) for row in self._connection.execute(shown)]

    def _newest_by_unit(
        self, sight: Reading, adds: ColumnElement[bool], newest: int, at_most: int
    ) -> ScalarSelect[int]:
        """Return the ids of a page's records: of each unit no more are read than it takes to fill the page."""
        records = SubmissionRow
        places, seen = visible_by_unit(sight, is_sensitive=False)
        # Counted and not asked for with EXISTS, of which PostgreSQL expects so few that it would sort all there are.
        times = select(func.count()).where(adds).correlate(records).scalar_subquery()
        each = seen.where(records.counted_version_id <= newest, times > _NOTHING)
        ordered = each.order_by(records.counted_version_id.desc()).limit(at_most)
        found = ordered.with_only_columns(records.id, records.counted_version_id).lateral()
        page = select(found.c.id).select_from(places.join(found, true()))
        return page.order_by(found.c.counted_version_id.desc()).limit(at_most).scalar_subquery()

    def _of(self, rows: Any, extent: Extent, source: Source) -> ColumnElement[bool]:  # noqa: ANN401 either table
        """Return what makes rows of contributions, or of sums, those of *source* in the extent."""
        return and_(rows.project_id == extent.project_id, self._what(rows, extent, source))

    def _what(self, rows: Any, extent: Extent, source: Source) -> ColumnElement[bool]:  # noqa: ANN401 either table
        several = source.categories
        what = and_(
            rows.measure == source.measure,
            rows.period == extent.period,
            rows.category.in_(several) if len(several) > 1 else rows.category == several[0],
        )
        if extent.units:
            return and_(what, among(rows.unit_id, self._units_below(extent)))
        return and_(what, ~among(rows.unit_id, extent.without)) if extent.without else what

    def _units_below(self, extent: Extent) -> tuple[int, ...]:
        """Return what the function of this name does, but for those left out; asked once."""
        if extent not in self._below:
            below = units_below(self._connection, extent)
            self._below[extent] = tuple(one for one in below if one not in extent.without)
        return self._below[extent]


_ADDED: Final[tuple[Any, ...]] = (
    func.max(ContributionRow.unit_id).label("unit_id"),
    func.max(ContributionRow.event_date).label("event_date"),
    func.sum(ContributionRow.thousandths).label("thousandths"),
)
_OF_RECORD: Final[tuple[Any, ...]] = (
    SubmissionRow.id.label("submission_id"),
    SubmissionRow.received_at,
    SubmissionRow.instance_name,
    SubmissionRow.review_state,
)


def _quarter_of(extent: Extent) -> ColumnElement[int]:
    """Return the quarter of the extent's year that a contribution's day lies in."""
    ends = [(ContributionRow.event_date < date(extent.period, 3 * number + 1, 1), number) for number in (1, 2, 3)]
    return case(*ends, else_=4)


def _before(submission_id: int) -> ScalarSelect[int]:
    """Return the version of a record that counts, else its newest; of none, one above all there are."""
    records, versions = SubmissionRow.__table__.alias("shown"), SubmissionVersionRow.__table__.alias("newest")
    newest = select(func.max(versions.c.id)).where(versions.c.submission_id == submission_id).scalar_subquery()
    counted = select(records.c.counted_version_id).where(records.c.id == submission_id).scalar_subquery()
    return select(func.coalesce(counted, newest, _ABOVE_ALL)).scalar_subquery()


def _adds(rows: type[ContributionRow], called: str = "contribution") -> ColumnElement[bool]:
    """Return what makes a row count and add something, with what the index of rows that add says word for word.

    What counts is never displaced. To SQLite, ``is_displaced = 0`` as it would be written for a column is another
    condition than the index's.
    """
    written = f"{called}.is_counted AND NOT {called}.is_displaced"
    return and_(literal_column(written), rows.thousandths != _NOTHING)


def _behind(record: Row[Any], added: Row[Any]) -> RecordBehind:
    return RecordBehind(
        submission_id=record.submission_id,
        unit_id=UnitId(added.unit_id),
        event_date=added.event_date,
        received_at=record.received_at,
        instance_name=record.instance_name,
        review_state=record.review_state,
        thousandths=int(added.thousandths),
    )

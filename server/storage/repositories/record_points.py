"""Where records in sight were made: added up by place from the tallies, or one by one where few are asked for.

Sensitive records have no spot (the table refuses it), and nothing here is asked about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from server.storage.models.forms import FormRow
from server.storage.models.projects import ProjectRow
from server.storage.models.submissions import SubmissionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.record_conditions import conditions
from server.storage.repositories.record_tallies import tallied
from server.storage.visible import Reading, units_in_sight, visible
from server.storage.written_out import among, number
from server.submissions.review import ReviewState
from server.territory.map_cells import STEPS_A_DEGREE, cells_in, steps_of
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, Select

    from server.storage.repositories.record_lists import Filters
    from server.territory.outlines import Box

MOST_CELLS = 200
"""A box over more squares is looked for by its edges alone."""

_STATES = {state.value: state for state in ReviewState}
"""Looked up thousands of times for a province."""


@dataclass(frozen=True, slots=True)
class PlaceNumbers:
    """Records of one state in one unit: how many, how many of them with a spot, and where these lie on the whole."""

    unit_id: UnitId
    state: ReviewState
    records: int
    points: int = 0
    longitude: float = 0.0
    latitude: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordSpot:
    """One record and where it was made."""

    submission_id: int
    unit_id: UnitId
    state: ReviewState
    longitude: float
    latitude: float


class RecordPoints:
    """Places of everyday records in sight."""

    def __init__(self, connection: Connection, sight: Reading) -> None:
        self._connection = connection
        self._sight = sight

    def by_place(self, filters: Filters) -> list[PlaceNumbers]:
        """Return the numbers of all records by unit and state; the filters narrow by nothing the tallies do not know.

        These are the form, the year of figures, states, the unit and whether it is practice.
        """
        rows = tallied()
        sums = [func.sum(rows.c[name]).label(name) for name in ("records", "points", "longitude_sum", "latitude_sum")]
        found = self._connection.execute(
            select(rows.c.unit_id, rows.c.state, *sums)
            .select_from(rows)
            .join(FormRow, FormRow.id == rows.c.form_key)
            .join(ProjectRow, ProjectRow.id == rows.c.project_id)
            .where(rows.c.unit_id.in_(units_in_sight(self._sight)), *_tallies_left(rows, filters))
            .group_by(rows.c.unit_id, rows.c.state)
        )
        return [numbers for numbers in map(_numbers, found) if numbers.records]

    def counted(self, filters: Filters, *, at_most: int) -> list[PlaceNumbers]:
        """Return the numbers of records by unit and state, counted one by one and no further than *at_most*."""
        rows = SubmissionRow
        some = self._left(filters).with_only_columns(rows.unit_id, rows.review_state, rows.cell)
        newest = some.order_by(rows.received_at.desc(), rows.id.desc()).limit(number(at_most)).subquery()
        found = self._connection.execute(
            select(
                newest.c.unit_id,
                newest.c.review_state.label("state"),
                func.count().label("records"),
                func.count(newest.c.cell).label("points"),
            ).group_by(newest.c.unit_id, newest.c.review_state)
        )
        return [PlaceNumbers(UnitId(row.unit_id), ReviewState(row.state), row.records, row.points) for row in found]

    def spots(self, filters: Filters, box: Box | None, *, at_most: int) -> list[RecordSpot]:
        """Return the newest records in a box that have a spot, *at_most* so many."""
        rows = SubmissionRow
        within = [rows.cell.is_not(None)] if box is None else _in_box(box)
        found = (
            self._left(filters).where(*within).order_by(rows.received_at.desc(), rows.id.desc()).limit(number(at_most))
        )
        columns = (rows.id, rows.unit_id, rows.review_state, rows.longitude_e5, rows.latitude_e5)
        return [_spot(row) for row in self._connection.execute(found.with_only_columns(*columns))]

    def _left(self, filters: Filters) -> Select[Any]:
        return visible(self._sight).where(*conditions(filters))


def _tallies_left(rows: Any, filters: Filters) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401 a subquery
    yield FormRow.is_sensitive.is_(False)
    yield ProjectRow.kind == "practice" if filters.is_practice else ProjectRow.kind != "practice"
    if filters.form_key is not None:
        yield rows.c.form_key == filters.form_key
    if filters.states:
        yield rows.c.state.in_(sorted(filters.states))
    if filters.figure_year is not None:
        yield rows.c.year == filters.figure_year
    if filters.unit_id is not None:
        below = select(UnitAncestorRow.unit_id).where(among(UnitAncestorRow.ancestor_id, [filters.unit_id]))
        yield rows.c.unit_id.in_(below)


def _in_box(box: Box) -> list[ColumnElement[bool]]:
    rows = SubmissionRow
    edges = and_(
        rows.longitude_e5.between(steps_of(box.west), steps_of(box.east)),
        rows.latitude_e5.between(steps_of(box.south), steps_of(box.north)),
    )
    cells = cells_in(box)
    return [edges, rows.cell.in_(cells) if len(cells) <= MOST_CELLS else rows.cell.is_not(None)]


def _numbers(row: Any) -> PlaceNumbers:  # noqa: ANN401 a row of the statement above
    unit_id, state, records, points, longitude_sum, latitude_sum = row
    scale = STEPS_A_DEGREE * (int(points) or 1)
    middle = int(longitude_sum) / scale, int(latitude_sum) / scale
    return PlaceNumbers(UnitId(unit_id), _STATES[state], int(records), int(points), *middle)


def _spot(row: Any) -> RecordSpot:  # noqa: ANN401 a row of the statement above
    submission_id, unit_id, state, longitude, latitude = row
    place = longitude / STEPS_A_DEGREE, latitude / STEPS_A_DEGREE
    return RecordSpot(submission_id, UnitId(unit_id), ReviewState(state), *place)

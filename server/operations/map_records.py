"""The map of records: where they were made, by state, as few marks as an eye can tell apart; and how many lie where.

A question that asks for no more than the tallies know is answered from them, exactly, however many records there are:
far away the records of a village are one spot in their middle. Close by, and for any other question, records are looked
at one by one, the newest of them to a bound that is told. Only everyday records are ever on a map.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.operations.browse_submissions import filters_of, is_counted_by_place, within
from server.operations.places import communes_in_order, opened_commune
from server.operations.sights import sight_of
from server.territory.clusters import Spot, clusters
from server.territory.outlines import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.browse_submissions import Question
    from server.operations.services import Services
    from server.storage.repositories.record_lists import Filters, FormLine
    from server.storage.repositories.record_points import PlaceNumbers
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.review import ReviewState
    from server.territory.clusters import Cluster
    from server.territory.units import UnitId, UnitPeriod

SPOTS_AT_MOST: Final = 2_000
COUNTED_AT_MOST: Final = 3_000
CLOSE_ZOOM: Final = 13
"""From here on single records are looked at: some kilometres fill the screen."""
_LEAST_EXTENT: Final = 0.02


@dataclass(frozen=True, slots=True)
class Window:
    """What of the map is on a screen; no box: all of it."""

    box: Box | None
    zoom: int


@dataclass(frozen=True, slots=True)
class MapMarks:
    """What to draw, and what the places are called whose records are a mark of their own."""

    clusters: tuple[Cluster, ...]
    names: Mapping[UnitId, str]
    is_bounded: bool
    """Only the newest `SPOTS_AT_MOST` records were looked at."""


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A line of the table under the map: a unit, its records by state, and how many of them have a spot."""

    unit: UnitPeriod
    states: Mapping[ReviewState, int]
    points: int

    @property
    def records(self) -> int:
        """Return how many there are in all."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class MapOverview:
    """What stands around a map: what it can be narrowed to, the table, where to look first (None: nowhere known)."""

    forms: tuple[FormLine, ...]
    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]
    opened: UnitPeriod | None
    places: tuple[MapPlace, ...]
    records: int
    points: int
    is_bounded: bool
    """The table counts the newest `COUNTED_AT_MOST` records alone."""
    box: Box | None
    has_outlines: bool


def map_marks(services: Services, account: Account, question: Question, window: Window) -> MapMarks:
    """Return the marks of the records asked for that are on the screen."""
    today, here = services.today(), services.atlas.current()
    sight, filters = within(here, sight_of(account, question.desk, today), filters_of(services, question))
    is_by_place, is_bounded = _is_by_place(question), False
    spots: list[Spot] = []
    with services.reading(sight) as uow:
        if not is_by_place or window.zoom >= CLOSE_ZOOM:
            spots, is_bounded = _close_by(uow, filters, window)
        if is_by_place and (is_bounded or window.zoom < CLOSE_ZOOM):
            spots, is_bounded = _far_away(uow.record_points.by_place(filters), window.box), False
    found = clusters(spots, zoom=window.zoom)
    alone = {unit_id for one in found if len(one.units) == 1 for unit_id in one.units}
    names = {unit_id: here.territory.name(unit_id, today) for unit_id in alone if here.territory.holds(unit_id)}
    return MapMarks(found, names, is_bounded)


def map_overview(services: Services, account: Account, question: Question) -> MapOverview:
    """Return what stands around the map of the records asked for."""
    today, here = services.today(), services.atlas.current()
    communes = communes_in_order(here, units_for(account, question.desk.read, today), today)
    opened = opened_commune(here, communes, question.unit_id, today)
    villages = () if opened is None else tuple(here.territory.children(opened.unit_id, today))
    sight, filters = within(here, sight_of(account, question.desk, today), filters_of(services, question))
    with services.reading(sight) as uow:
        forms = uow.record_lists.forms(is_sensitive=False)
        numbers = _numbers(uow, filters, question)
    records = sum(one.records for one in numbers)
    shown = communes if opened is None else (opened, *villages)
    return MapOverview(
        forms=tuple(forms),
        communes=communes,
        villages=villages,
        opened=opened,
        places=_places(here, shown, opened, numbers),
        records=records,
        points=sum(one.points for one in numbers),
        is_bounded=not _is_by_place(question) and records >= COUNTED_AT_MOST,
        box=_first_box(here, communes if opened is None else (opened,), numbers, services),
        has_outlines=not here.boundaries.is_empty(),
    )


def _is_by_place(question: Question) -> bool:
    return is_counted_by_place(replace(question, figure_year=None))


def _close_by(uow: UnitOfWork, filters: Filters, window: Window) -> tuple[list[Spot], bool]:
    found = uow.record_points.spots(uow.record_lists.looked_up(filters), window.box, at_most=SPOTS_AT_MOST + 1)
    spots = [
        Spot(one.longitude, one.latitude, 1, one.state.value, one.unit_id, one.submission_id)
        for one in found[:SPOTS_AT_MOST]
    ]
    return spots, len(found) > SPOTS_AT_MOST


def _far_away(numbers: Iterable[PlaceNumbers], box: Box | None) -> list[Spot]:
    return [
        Spot(one.longitude, one.latitude, one.points, one.state.value, one.unit_id)
        for one in numbers
        if one.points and (box is None or box.holds(one.longitude, one.latitude))
    ]


def _numbers(uow: UnitOfWork, filters: Filters, question: Question) -> list[PlaceNumbers]:
    if _is_by_place(question):
        return uow.record_points.by_place(filters)
    return uow.record_points.counted(uow.record_lists.looked_up(filters), at_most=COUNTED_AT_MOST)


def _places(
    here: Map, shown: tuple[UnitPeriod, ...], opened: UnitPeriod | None, numbers: list[PlaceNumbers]
) -> tuple[MapPlace, ...]:
    """Return the numbers of each unit with all that lies below it, as the list behind it counts them."""
    by_unit: dict[UnitId, list[PlaceNumbers]] = {}
    for one in numbers:
        by_unit.setdefault(one.unit_id, []).append(one)
    places = []
    for unit in shown:
        below = [one for unit_id in here.scope_of({unit.unit_id}).unit_ids for one in by_unit.get(unit_id, ())]
        states: dict[ReviewState, int] = {}
        for one in below:
            states[one.state] = states.get(one.state, 0) + one.records
        if below or unit == opened:
            places.append(MapPlace(unit, states, sum(one.points for one in below)))
    return tuple(places)


def _first_box(
    here: Map, communes: tuple[UnitPeriod, ...], numbers: list[PlaceNumbers], services: Services
) -> Box | None:
    """Return the box around the outlines of these communes, else around the spots that are known."""
    boundaries = here.boundaries.among((one.unit_id for one in communes), services.today())
    boxes = [one.box for one in boundaries] or [
        Box(one.longitude, one.latitude, one.longitude, one.latitude) for one in numbers if one.points and one.longitude
    ]
    if not boxes:
        return None
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.joined(box)
    if whole.east - whole.west >= _LEAST_EXTENT:
        return whole
    return Box(
        whole.west - _LEAST_EXTENT, whole.south - _LEAST_EXTENT, whole.east + _LEAST_EXTENT, whole.north + _LEAST_EXTENT
    )

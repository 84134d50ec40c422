"""Cases as lists show them: number, day, commune and state; no name, no house, no village, not who reported it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.submissions.case_numbers import case_number
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.operations.atlas import Map
    from server.storage.repositories.records import RecordLine
    from server.territory.units import UnitId


def masked(line: RecordLine) -> RecordLine:
    """Return a record without what may tell of somebody."""
    return replace(
        line,
        instance_name=case_number(line.instance_name),
        collaborator_id=None,
        collaborator_name="",
        paper_number="",
    )


def masked_place(here: Map, line: RecordLine, today: date) -> tuple[str, ...]:
    """Return the names of the commune a record is of and of the unit above; none where the place is not known."""
    on = line.event_date or today
    unit_id = commune_or_above(here, line.unit_id, on)
    return () if unit_id is None else here.territory.path(unit_id, on)[:2]


def commune_or_above(here: Map, unit_id: UnitId | None, on: date) -> UnitId | None:
    """Return the commune a village lies in, any other unit as it is; None where the place is not known."""
    if unit_id is None or not here.territory.holds(unit_id):
        return None
    period = here.territory.period(unit_id, on)
    return period.parent_id if period.level is Level.VILLAGE else unit_id

"""Sensitive numbers of a report's public copy: what the frozen release tables of the year show, and nothing else.

A number that no release table shows, or whose tables are not frozen yet, is not in the public copy either.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from server.indicators.releases_tables import CellState
from server.indicators.report_fill import NOTHING, Amount, Mark
from server.operations.release_format import read_table
from server.territory.units import Level

if TYPE_CHECKING:
    from server.indicators.releases_tables import ReleasedCell
    from server.indicators.report_cells import Counted
    from server.operations.report_numbers import ReportPlace, SensitiveReader
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

_TOTAL = 0
"""The unit of the total of a release table."""


def released_numbers(_services: Services, uow: UnitOfWork, place: ReportPlace) -> SensitiveReader:
    """Return what reads sensitive numbers of a year off the newest frozen release tables."""
    shown = _cells(uow, place)
    provinces = {one.unit_id for one in place.here.territory.units_of_level(Level.PROVINCE, place.on)}

    def read(slot: Counted, unit_id: UnitId) -> Amount:
        categories = slot.source.categories
        if not place.parts(slot, unit_id):
            return NOTHING
        if len(slot.splits) > 1 or len(categories) > 1 or slot.settlement is not None:
            return Amount(Mark.NOT_RELEASED)
        units = (unit_id, _TOTAL) if provinces == {unit_id} else (unit_id,)
        found = (shown.get((slot.measure.measure, one, categories[0])) for one in units)
        return next((_amount(one) for one in found if one is not None), Amount(Mark.NOT_RELEASED))

    return read


def _cells(uow: UnitOfWork, place: ReportPlace) -> dict[tuple[str, int, str], ReleasedCell]:
    """Return the cells of the year's tables, each for the whole year, by measure, unit and category."""
    return {
        (table.release.measure, cell.unit_id, cell.category): cell
        for table in map(read_table, uow.releases.newest_cells(place.period.year))
        for cell in table.cells
        if not cell.quarter
    }


def _amount(cell: ReleasedCell) -> Amount:
    match cell.state:
        case CellState.SHOWN:
            return Amount(Mark.COUNTED, Decimal(cell.count or 0))
        case CellState.HIDDEN:
            return Amount(Mark.HIDDEN)
        case CellState.NOT_REPORTED:
            return Amount(Mark.NOT_REPORTED)

"""Fill a report's public copy in: what pages, files and the command show of it before it is issued.

The one clear entry point: `fill_report`. It asks nobody who they are; doors come through `read_reports`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.indicators.report_fill import Copy
from server.operations.released_numbers import released_numbers
from server.operations.report_filling import Making, fill_in

if TYPE_CHECKING:
    from server.operations.report_filling import FilledReport, ReportOrder
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork


def fill_report(services: Services, order: ReportOrder, *, has_draft: bool) -> FilledReport:
    """Return the public copy of a report, filled in as of now, with or without the words that are still drafted.

    Raises what `fill_in` raises.
    """
    with services.reading(services.operator()) as uow:
        return fill_public(services, uow, order, has_draft=has_draft)


def fill_public(services: Services, uow: UnitOfWork, order: ReportOrder, *, has_draft: bool) -> FilledReport:
    """Return the same within a unit of work that is open."""
    return fill_in(services, uow, order, Making(Copy.PUBLIC, released_numbers, has_draft))

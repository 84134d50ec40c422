"""How much of its province a table of communes covers: until all are loaded, its heading must say so.

From 1 July 2025 the province of Quảng Ngãi, into which Kon Tum was merged (Resolution 202/2025/QH15), has 96 communes
and wards, 40 of them on the land of Kon Tum. Which are loaded is `load_units`' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from server.operations.figure_questions import boundaries_of
from server.territory.units import Level

if TYPE_CHECKING:
    from server.operations.figure_questions import FigureQuestion
    from server.operations.services import Services
    from server.territory.collection import Territory

_MERGER: Final = date(2025, 7, 1)
_COMMUNES: Final = 96


@dataclass(frozen=True, slots=True)
class Coverage:
    """*held* of *whole* communes are loaded; *is_former*: none but those of what was the province of Kon Tum."""

    held: int
    whole: int
    is_former: bool


def read_coverage(services: Services, question: FigureQuestion) -> Coverage | None:
    """Return what part of the province a table of communes covers, None when it is whole.

    Raises what `boundaries_of` raises.
    """
    territory = services.atlas.current().territory
    _, on = boundaries_of(question, territory, services.today())
    return coverage_of(territory, on)


def coverage_of(territory: Territory, on: date) -> Coverage | None:
    """Return what part of the province the communes of that day are, None when they are all of it."""
    held = territory.units_of_level(Level.COMMUNE, on)
    if on < _MERGER or len(held) >= _COMMUNES:
        return None
    # The 40 new communes of Kon Tum all use a code of its old ones again (see the README of the seed).
    former = {one.code for one in territory.units_of_level(Level.COMMUNE, _MERGER - timedelta(days=1))}
    return Coverage(len(held), _COMMUNES, is_former=all(one.code in former for one in held))

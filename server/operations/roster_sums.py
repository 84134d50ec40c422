"""How many people of the staff roster a measure named over the years: trained since 2021, or in the last 24 months.

A person counts once, in the unit they belong to at the end of the year, however often and wherever they were named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Final

from server.storage.repositories.figure_tables import Added
from server.storage.repositories.roster_counts import Named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from server.indicators.sources import Source
    from server.storage.repositories.figure_tables import Extent
    from server.storage.unit_of_work import UnitOfWork

_MONTHS: Final = 12


def roster_sums(
    uow: UnitOfWork, extent: Extent, *, sources: Iterable[Source], years: Collection[int]
) -> dict[int, dict[tuple[int | None, Source], Added]]:
    """Return how many people each of *sources* names by the end of each year, by unit and under None for everything."""
    found: dict[int, dict[tuple[int | None, Source], Added]] = {year: {} for year in years}
    several = list(product(sources, years))
    asked = [(replace(extent, period=year), named_by(source, year)) for source, year in several]
    for (source, year), people in zip(several, uow.roster_counts.counts(asked), strict=True):
        found[year] |= {(place, source): Added(number * 1000, number) for place, number in people.items()}
    return found


def named_by(source: Source, year: int) -> Named:
    """Return whom a source means in a year: ``since=2021``, or ``months=24`` to the end of the year."""
    name, _, value = source.category.partition("=")
    if name == "since":
        return Named(source.measure, date(int(value), 1, 1))
    first_year, first_month = divmod((year + 1) * _MONTHS - int(value), _MONTHS)
    return Named(source.measure, date(first_year, first_month + 1, 1))

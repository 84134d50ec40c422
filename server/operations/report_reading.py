"""What a report is made from besides its sums: papers, drafts and issues, and what came from the units below.

It is read once, in a few statements, and passed on to whoever fills, words and judges the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.report_cells import paper_keys
from server.operations.typed_sums import keys_of
from server.storage.repositories.paper_figures import ReportKeys
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from server.indicators.paper_figures import PaperFigure
    from server.indicators.sources import Source
    from server.operations.report_numbers import Asked, ReportPlace
    from server.storage.repositories.record_tallies import UnitTally
    from server.storage.repositories.reports import Papers, ReportKey
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitPeriod

_BELOW: Final = {Level.COMMUNE: Level.VILLAGE, Level.DISTRICT: Level.COMMUNE, Level.PROVINCE: Level.COMMUNE}


@dataclass(frozen=True, slots=True)
class ReportReading:
    """*below* are the units whose news a report waits for; *typed* what documents say, *tallies* what phones sent."""

    below: tuple[UnitPeriod, ...]
    typed: tuple[PaperFigure, ...]
    tallies: tuple[UnitTally, ...]
    papers: Papers

    @property
    def states(self) -> Mapping[int, Mapping[str, int]]:
        """Return how many records lie in each unit, by state; units without one are absent."""
        found: dict[int, dict[str, int]] = {}
        for one in self.tallies:
            states = found.setdefault(one.unit_id, {})
            states[one.state] = states.get(one.state, 0) + one.records
        return found

    @property
    def heard(self) -> frozenset[int]:
        """Return the units from which anything came: records, figures on paper, a report of their own."""
        return frozenset(
            {one.unit_id for one in self.tallies} | {one.place.unit_id for one in self.typed} | self.papers.issued_units
        )


def read_beside(
    uow: UnitOfWork, place: ReportPlace, key: ReportKey, asked: Collection[Asked], *, sources: Collection[Source]
) -> ReportReading:
    """Return what a report with these cells is made from, *sources* being what is added up for them."""
    lower = place.here.below.get(key.unit_id, frozenset())
    level = _BELOW[place.here.territory.period(key.unit_id, place.on).level]
    below = tuple(one for one in place.here.territory.units_of_level(level, place.on) if one.unit_id in lower)
    news = frozenset({key.unit_id, *(one.unit_id for one in below)})
    units = frozenset(unit for _, unit in asked)
    keys = ReportKeys(
        units=units,
        of_cells=frozenset(one for slot in {slot for slot, _ in asked} for one in paper_keys(slot)),
        of_sources=frozenset(keys_of(sources)),
        news=news,
    )
    year = place.period.year
    return ReportReading(
        below=below,
        typed=tuple(uow.paper_figures.of_report(place.project_id, year, keys)),
        tallies=tuple(
            uow.record_tallies.of_units(place.project_id, year, place.frame, {*place.counted_in(asked), *news})
        ),
        papers=uow.reports.papers(key, {UnitId(one) for one in news}),
    )

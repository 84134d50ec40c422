"""Sensitive numbers of a report's official copy: the exact counts, for whoever `official_copy` let in.

A count of 0 is said only where cases were counted in the year, or where every commune confirmed each quarter that is
due to have had none; elsewhere it is *chưa báo cáo*.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from server.indicators.releases_layout import Family
from server.indicators.report_fill import NOTHING, Amount, Mark
from server.operations.release_basis import exact_cases_of
from server.operations.report_measures import known_to
from server.operations.said_nothing import SaidNothing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.indicators.report_cells import Counted
    from server.operations.report_numbers import ReportPlace, SensitiveReader
    from server.operations.services import Services
    from server.storage.repositories.releases import ExactCase
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId


def official_numbers(services: Services, uow: UnitOfWork, place: ReportPlace) -> SensitiveReader:
    """Return what reads sensitive numbers of a year exactly."""
    home = known_to(services, uow, place.project_id).home
    below = _below(place)
    year = place.period.year

    @lru_cache(maxsize=200)
    def cases_of(measure: str) -> list[ExactCase]:
        return exact_cases_of(uow, home[measure], Family((measure,), (), (), ()), year)

    said = SaidNothing(services, uow, place, below)

    def read(slot: Counted, unit_id: UnitId) -> Amount:
        measure, parts = slot.measure.measure, [below[one] for one in place.parts(slot, unit_id)]
        if measure not in home or not parts:
            return NOTHING
        cases = Counter(one.unit_id for one in cases_of(measure) if _has(one, slot))
        counts = [sum(cases[one] for one in units) for units in parts]
        form_id = measure.rpartition(".")[0]
        silent = sum(
            not count and not said.in_units(home[measure], form_id, units)
            for count, units in zip(counts, parts, strict=True)
        )
        # As of any other sum over communes, those that have said nothing are lacking in it.
        return (
            Amount(Mark.NOT_REPORTED)
            if silent == len(parts)
            else Amount(Mark.COUNTED, Decimal(sum(counts)), lacking=silent)
        )

    return read


def _has(case: ExactCase, slot: Counted) -> bool:
    return all(case.answers.get(question, "") in values for question, values in slot.splits)


def _below(place: ReportPlace) -> Mapping[int, set[int]]:
    """Return what lies wholly in each unit on the report's boundaries, itself included."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in place.here.territory.ancestors():
        if row.frame == place.frame and not row.partial:
            found[row.ancestor_id].add(row.unit_id)
    return found

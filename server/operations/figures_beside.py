"""The figures that must stand beside a yearly change of cases: how many they were, who reported, who did not.

Fewer cases may mean that nobody told of them. The plan names what stands beside ``I7`` by its code: ``I7a``, ``I7b``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.indicators.figures import figure_of
from server.indicators.plan import IndicatorUnit
from server.operations.figure_counts import counts_of_each
from server.operations.figure_questions import boundaries_of, indicators_in_force
from server.storage.repositories.figure_tables import Extent

if TYPE_CHECKING:
    from server.indicators.figures import Figure
    from server.indicators.plan import Indicator
    from server.operations.figure_questions import FigureQuestion, IndicatorEntry
    from server.operations.services import Services


def figures_beside(
    services: Services, entry: IndicatorEntry, question: FigureQuestion
) -> tuple[tuple[Indicator, Figure], ...]:
    """Return the indicators of the same plan that stand beside a change, each with its total in the question's year."""
    if entry.indicator.unit is not IndicatorUnit.CHANGE:
        return ()
    here = services.atlas.current()
    frame, _ = boundaries_of(question, here.territory, services.today())
    units = frozenset(() if question.within is None else (question.within,))
    extent = Extent(entry.project_id, question.year, frame.key, units)
    named = re.compile(re.escape(entry.indicator.code) + "[a-z]")
    with services.reading(services.operator()) as uow:
        beside = [
            one
            for plan, indicators in indicators_in_force(uow)
            for one in indicators
            if plan.plan_id == entry.plan_id and named.fullmatch(one.code)
        ]
        counts = counts_of_each(uow, here, extent, beside, whole=question.within)
    return tuple(
        (one, figure_of(one, found.all_amounts, None, found.all_receipts))
        for one, found in zip(beside, counts, strict=True)
    )

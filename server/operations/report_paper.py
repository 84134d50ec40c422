"""Figures typed from paper as a report takes them: the one place reports know how those are kept.

A figure for the very cell (``report:ROW.COLUMN``) was typed to say what the report says, so it stands before what was
counted; one for a measure or an indicator stands only where nothing was counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.indicators.report_cells import FromPaper, paper_keys
from server.indicators.report_fill import Amount, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.indicators.paper_figures import PaperFigure
    from server.operations.report_numbers import Asked, ReportPlace
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId


def with_paper(
    uow: UnitOfWork,
    place: ReportPlace,
    amounts: Mapping[Asked, Amount],
    *,
    everyday: Iterable[PaperFigure],
    sealed: frozenset[int] | None,
) -> Mapping[Asked, Amount]:
    """Return the numbers of a report with what was typed from paper in them: *everyday* is read already.

    *sealed* are the projects whose sensitive figures are read too, None for the public copy, which has none of them.
    """
    secret = [] if sealed is None else _secret(uow, place, amounts, sealed - {place.project_id})
    typed = {
        (one.place.unit_id, one.place.key): one
        for one in (*(one for one in everyday if not one.is_sensitive), *secret)
        if one.place.period == place.period
    }
    return {asked: _amount(asked, one, typed, is_public=sealed is None) for asked, one in amounts.items()}


def _secret(
    uow: UnitOfWork, place: ReportPlace, asked: Iterable[Asked], projects: Iterable[int]
) -> Sequence[PaperFigure]:
    """Return the sensitive figures of other *projects* that were typed for what is asked."""
    several = tuple(asked)
    units = {unit for _, unit in several}
    keys = {key for slot, _ in several for key in paper_keys(slot)}
    found = (uow.paper_figures.of_year(one, place.period.year, units, keys) for one in sorted(projects))
    return [one for figures in found for one in figures if one.is_sensitive]


def _amount(
    asked: Asked, amount: Amount, typed: Mapping[tuple[UnitId, str], PaperFigure], *, is_public: bool
) -> Amount:
    slot, unit_id = asked
    if slot.paper.is_sensitive and is_public:
        return Amount(Mark.HIDDEN) if isinstance(slot, FromPaper) else amount
    for key in paper_keys(slot):
        found = typed.get((unit_id, key))
        if found is None or found.value is None:
            continue
        if key.startswith("report:") or amount.mark is not Mark.COUNTED:
            counted = amount.value if amount.mark is Mark.COUNTED else None
            return Amount(Mark.TYPED, found.value, str(found.source), counted)
    return amount

"""The sheet behind a report: where each of its numbers comes from, cell by cell, so that anybody can look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.indicators.report_fill import Mark
from server.language.display import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.indicators.report_fill import Copy, FilledCell, FillPlan
    from server.operations.services import Services

_HEADINGS = ("cell", "place", "asked", "key", "value", "kind", "remark")


def source_rows(services: Services, plan: FillPlan, copy: Copy) -> tuple[str, Sequence[Sequence[str]]]:
    """Return the title and the rows of that sheet, headings first."""

    def say(code: str, **params: object) -> str:
        return services.catalogue.sentence(code, params, "vi")

    def row(one: FilledCell) -> Sequence[str]:
        amount = one.amount
        assert amount is not None, "only numbers have a source"
        value = "" if amount.value is None or not amount.mark.is_number else number(amount.value)
        remark = amount.document
        if amount.counted is not None:
            remark = say("report.sources.counted", count=number(amount.counted), document=amount.document)
        if amount.lacking:
            remark = " ".join(filter(None, (remark, say("report.sources.lacking", count=amount.lacking))))
        kind = say(f"report.mark.{amount.mark.value}")
        place = one.place.name if one.place else ""
        return (f"{one.sheet}!{one.column}{one.row}", place, one.asked, one.key, value, kind, remark)

    found = [row(one) for one in plan.cells if one.amount is not None]
    heading = [say(f"report.sources.{one}") for one in _HEADINGS]
    missing = say("report.sources.missing", count=plan.count(Mark.EMPTY))
    title = say("report.sources.title")
    return title, ((say(f"report.copy.{copy.value}"),), (missing,), heading, *found)

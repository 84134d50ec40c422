"""A locked period as it is kept and given out: JSON in UTF-8, always the same bytes for the same tables.

Keys are sorted and numbers are decimal text, so that a hash of the bytes says whether they are what was locked, on
any machine and in any year. What is read back is written again as the very same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from server.indicators.figures import Figure, Standing
from server.indicators.locks import LockedPeriod, LockedPlan, LockedTable, LockedUnit
from server.indicators.periods import Period, PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import parse_source
from server.indicators.tables import IndicatorTable, ListedUnit, TableRow
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = "nepnha-period-lock-1"


def written_lock(lock: LockedPeriod) -> bytes:
    """Return *lock* as bytes."""
    facts = {
        "format": FORMAT,
        "project": {"id": lock.project_id, "name": lock.project_name},
        "unit": _unit_facts(lock.unit),
        "period": lock.period.label,
        "frame": lock.frame,
        "revision": lock.revision,
        "reason": lock.reason,
        "locked_by": lock.author,
        "locked_at": lock.locked_at.isoformat(),
        "tables": [_table_facts(one) for one in lock.tables],
    }
    return (json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


@lru_cache(maxsize=8)
def read_lock(content: bytes) -> LockedPeriod:
    """Return the lock that was written as *content*; that takes a while, and a lock never changes."""
    facts = json.loads(content)
    period = Period.parse(facts["period"])
    return LockedPeriod(
        project_id=facts["project"]["id"],
        project_name=facts["project"]["name"],
        unit=_unit(facts["unit"]),
        period=period,
        frame=facts["frame"],
        revision=facts["revision"],
        reason=facts["reason"],
        author=facts["locked_by"],
        locked_at=datetime.fromisoformat(facts["locked_at"]),
        tables=tuple(_table(one, period.year, facts["frame"]) for one in facts["tables"]),
    )


def _unit_facts(unit: LockedUnit) -> dict[str, object]:
    return {
        "id": unit.unit_id,
        "code": unit.code,
        "name": unit.name,
        "level": unit.level.value,
        "within": unit.within,
    }


def _unit(facts: Mapping[str, Any]) -> LockedUnit:
    return LockedUnit(UnitId(facts["id"]), facts["code"], facts["name"], Level(facts["level"]), facts["within"])


def _table_facts(one: LockedTable) -> dict[str, object]:
    table = one.table
    return {
        "plan": {"id": one.plan.plan_id, "name": one.plan.name, "sha256": one.plan.sha256},
        "indicator": _indicator_facts(table.indicator),
        "rows": [
            {"unit": {"id": row.unit.unit_id, "name": row.unit.name}, **_figure_facts(row.figure)} for row in table.rows
        ],
        "unplaced": None if table.unplaced is None else _figure_facts(table.unplaced),
        "total": _figure_facts(table.total),
    }


def _table(facts: Mapping[str, Any], year: int, frame: str) -> LockedTable:
    indicator = _indicator(facts["indicator"])
    rows = (
        TableRow(ListedUnit(UnitId(one["unit"]["id"]), one["unit"]["name"], ""), _figure(one, indicator.unit))
        for one in facts["rows"]
    )
    table = IndicatorTable(
        indicator=indicator,
        year=year,
        frame=frame,
        rows=tuple(rows),
        unplaced=None if facts["unplaced"] is None else _figure(facts["unplaced"], indicator.unit),
        total=_figure(facts["total"], indicator.unit),
    )
    plan = facts["plan"]
    return LockedTable(LockedPlan(plan["id"], plan["name"], plan["sha256"]), table)


def _indicator_facts(one: Indicator) -> dict[str, object]:
    return {
        "code": one.code,
        "label::vi": one.label_vi,
        "label::en": one.label_en,
        "definition::vi": one.definition_vi,
        "definition::en": one.definition_en,
        "source": one.source,
        "numerator": str(one.numerator),
        "denominator": None if one.denominator is None else str(one.denominator),
        "unit": one.unit.value,
        "direction": one.direction.value,
        "level": one.level.value,
        "period": one.period.value,
        "note": one.note,
    }


def _indicator(facts: Mapping[str, Any]) -> Indicator:
    return Indicator(
        code=facts["code"],
        label_vi=facts["label::vi"],
        label_en=facts["label::en"],
        definition_vi=facts["definition::vi"],
        definition_en=facts["definition::en"],
        source=facts["source"],
        numerator=parse_source(facts["numerator"]),
        denominator=None if facts["denominator"] is None else parse_source(facts["denominator"]),
        unit=IndicatorUnit(facts["unit"]),
        direction=Direction(facts["direction"]),
        level=Level(facts["level"]),
        period=PeriodKind(facts["period"]),
        note=facts["note"],
    )


def _figure_facts(one: Figure) -> dict[str, object]:
    return {
        "numerator": _text(one.numerator),
        "denominator": _text(one.denominator),
        "denominator_is_typed": one.denominator_is_typed,
        "value": _text(one.value),
        "is_of_few": one.is_of_few,
        "target": _text(one.target),
        "target_is_draft": one.target_is_draft,
        "gap": _text(one.gap),
        "standing": one.standing.value,
        "received": one.received,
        "approved": one.approved,
        # What seldom holds is written only where it does, so that a table frozen before reads as it did.
        **({"numerator_is_typed": True} if one.numerator_is_typed else {}),
        **({"is_withheld": True} if one.is_withheld else {}),
        **({} if one.is_known else {"is_known": False}),
        **({"left_out": one.left_out} if one.left_out else {}),
    }


def _figure(facts: Mapping[str, Any], unit: IndicatorUnit) -> Figure:
    return Figure(
        unit=unit,
        numerator=Decimal(facts["numerator"]),
        denominator=_number(facts["denominator"]),
        value=_number(facts["value"]),
        target=_number(facts["target"]),
        target_is_draft=facts["target_is_draft"],
        gap=_number(facts["gap"]),
        standing=Standing(facts["standing"]),
        received=facts["received"],
        approved=facts["approved"],
        denominator_is_typed=facts["denominator_is_typed"],
        is_of_few=facts["is_of_few"],
        numerator_is_typed=facts.get("numerator_is_typed", False),
        is_withheld=facts.get("is_withheld", False),
        is_known=facts.get("is_known", True),
        left_out=facts.get("left_out", 0),
    )


def _text(value: Decimal | None) -> str | None:
    """Return a number as it stands, without an exponent or zeros at the end."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

"""A plan as its workbook says it: indicators in words and measures, and the targets they should reach.

Sheet ``indicators`` has a row per indicator, sheet ``targets`` a row per indicator, year and unit; both may be missing
where sheet ``releases`` declares how sensitive measures are shown (see `releases`). Sheets ``deadlines`` and
``review_policy`` are rules beside them. Every fault is reported at once, with sheet, row and column. Whether the
measures are published and the units exist is checked by the operation that publishes the plan. Source: the plan's
sentences, one definition each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.forms.faults import Fault
from server.forms.sheets import Sheet
from server.indicators.cells import missing_columns, repeated, rows_of
from server.indicators.deadlines import DEADLINES, read_deadlines
from server.indicators.periods import PeriodKind
from server.indicators.releases import RELEASES, read_releases
from server.indicators.review_policies import REVIEW_POLICY, read_policies
from server.indicators.sources import PREVIOUS, Basis, Source, parse_source
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.indicators.cells import Cells
    from server.indicators.deadlines import Deadline
    from server.indicators.releases import Release
    from server.indicators.review_policies import ReviewPolicy

INDICATORS: Final = "indicators"
TARGETS: Final = "targets"
_INDICATOR_COLUMNS: Final = ("code", "label::vi", "numerator", "unit", "direction", "level", "period")
_TARGET_COLUMNS: Final = ("indicator", "unit", "year", "value")
_CODE: Final = re.compile(r"(?!\.+$)[\w.\-]{1,40}")
"""Part of an address: of dots alone a browser makes another one."""
_LONGEST: Final = {"label::vi": 300, "label::en": 300, "numerator": 480, "denominator": 480}
"""In characters, as they are kept."""
_YEARS: Final = {str(year): year for year in range(2000, 2101)}
_MOST: Final = Decimal(10) ** 12
_OF_OTHERS: Final = frozenset({Basis.RELEASE, Basis.IMPORT})


class IndicatorUnit(StrEnum):
    """What the value is written in."""

    PERCENT = "percent"
    PERMILLE = "permille"
    COUNT = "count"
    CHANGE = "change"
    """By how many per cent the numerator changed since the year before."""

    @property
    def scale(self) -> int:
        """Return what a ratio is multiplied with."""
        return {"percent": 100, "permille": 1000, "count": 1, "change": 100}[self.value]


_PERIODS: Final = {PeriodKind.YEAR.value: PeriodKind.YEAR}
_UNITS: Final = {
    "%": IndicatorUnit.PERCENT,
    "percent": IndicatorUnit.PERCENT,
    "‰": IndicatorUnit.PERMILLE,
    "permille": IndicatorUnit.PERMILLE,
    "count": IndicatorUnit.COUNT,
    "change": IndicatorUnit.CHANGE,
}


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class CountedState(StrEnum):
    """The review states that may make a figure: decisions count, what nobody has looked at does not."""

    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. A plain count has no *denominator*; *level* is the level whose units the table lists."""

    code: str
    label_vi: str
    label_en: str
    definition_vi: str
    definition_en: str
    source: str
    numerator: Source
    denominator: Source | None
    unit: IndicatorUnit
    direction: Direction
    level: Level
    period: PeriodKind
    note: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return numerator and denominator."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Target:
    """What *indicator* should reach in *year*, in its own unit (70 means 70 %), as thousandths.

    *unit* is ``CODE`` or ``CODE@2025-06-30``, or the name of a level, for every unit of it. *row* is where it stands.
    """

    indicator: str
    unit: str
    year: int
    thousandths: int
    source: str
    is_draft: bool
    row: int

    @property
    def level(self) -> Level | None:
        """Return the level all of whose units are meant, None if one unit is."""
        return Level(self.unit) if self.unit in set(Level) else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan; *indicator_rows* are the rows of the workbook its indicators stand in."""

    indicators: tuple[Indicator, ...]
    indicator_rows: tuple[int, ...]
    targets: tuple[Target, ...]
    releases: tuple[Release, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    policies: tuple[ReviewPolicy, ...] = ()


class PlanRefused(InvalidInput):
    """A plan that cannot be published, with every fault found (code ``plan.refused``)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep *faults*; the parameters name their number and the codes, for logs."""
        super().__init__("plan.refused", count=len(faults), codes=[fault.code for fault in faults])
        self.faults = tuple(faults)


def read_plan(sheets: Iterable[Sheet]) -> Plan:
    """Return the plan in a workbook's *sheets*; raises `PlanRefused` with every fault of it."""
    named = {sheet.name: sheet for sheet in sheets}
    released = read_releases(named.get(RELEASES, Sheet(RELEASES, (), ())))
    if released.releases:
        named = {
            INDICATORS: Sheet(INDICATORS, _INDICATOR_COLUMNS, ()),
            TARGETS: Sheet(TARGETS, _TARGET_COLUMNS, ()),
        } | named
    faults = [*_unusable(named, INDICATORS, _INDICATOR_COLUMNS), *_unusable(named, TARGETS, _TARGET_COLUMNS)]
    if faults:
        raise PlanRefused([*faults, *released.faults])
    indicator_rows, target_rows = list(rows_of(named[INDICATORS])), list(rows_of(named[TARGETS]))
    indicators = [_indicator(cells) for cells in indicator_rows]
    units = {cells.text("code"): _UNITS.get(cells.text("unit").lower()) for cells in indicator_rows}
    targets = [_target(cells, units) for cells in target_rows]
    faults = [fault for cells in (*indicator_rows, *target_rows) for fault in cells.faults]
    faults += repeated(((cells, cells.text("code")) for cells in indicator_rows), "code", "plan.repeated_indicator")
    faults += repeated(((cells, _target_key(cells)) for cells in target_rows), "unit", "plan.repeated_target")
    deadlines = read_deadlines(named.get(DEADLINES, Sheet(DEADLINES, (), ())))
    policies = read_policies(named.get(REVIEW_POLICY, Sheet(REVIEW_POLICY, (), ())))
    faults += (*released.faults, *deadlines.faults, *policies.faults)
    if faults:
        raise PlanRefused(faults)
    return Plan(
        tuple(filter(None, indicators)),
        tuple(cells.row.number for cells in indicator_rows),
        tuple(filter(None, targets)),
        released.releases,
        deadlines.deadlines,
        policies.policies,
    )


def _unusable(named: Mapping[str, Sheet], name: str, columns: Iterable[str]) -> list[Fault]:
    if name not in named:
        return [Fault("plan.no_sheet", {"name": name}, sheet=name)]
    return missing_columns(named[name], columns, "plan.no_column")


def _indicator(cells: Cells) -> Indicator | None:
    code = cells.required("code", "plan.empty_cell")
    if code and not _CODE.fullmatch(code):
        cells.refuse("plan.bad_code", "code", given=code)
    label = cells.required("label::vi", "plan.empty_cell")
    cells.keep_within(_LONGEST, "plan.too_long")
    unit = cells.choice("unit", _UNITS, "plan.unknown_word")
    numerator, denominator = _numerator(cells, unit), _denominator(cells, unit)
    direction = cells.choice("direction", {one.value: one for one in Direction}, "plan.unknown_word")
    level = cells.choice("level", {one.value: one for one in Level}, "plan.unknown_word")
    period = cells.choice("period", _PERIODS, "plan.unknown_word")
    cells.choice("states", {one.value: one for one in CountedState}, "plan.unknown_word", CountedState.APPROVED)
    if cells.faults or not (unit and numerator and direction and level and period):
        return None
    return Indicator(
        code=code,
        label_vi=label,
        label_en=cells.text("label::en", label),
        definition_vi=cells.text("definition::vi"),
        definition_en=cells.text("definition::en", cells.text("definition::vi")),
        source=cells.text("source"),
        numerator=numerator,
        denominator=denominator,
        unit=unit,
        direction=direction,
        level=level,
        period=period,
        note=cells.text("note"),
    )


def _numerator(cells: Cells, unit: IndicatorUnit | None) -> Source | None:
    """Return what to count: what is published or typed by others is a number by itself, and no part of a register."""
    found = _source(cells, "numerator")
    if found is not None and found.basis is Basis.PREVIOUS:
        cells.refuse("plan.previous_for_change", "numerator")
        return None
    if found is not None and found.basis in _OF_OTHERS and unit in {IndicatorUnit.PERCENT, IndicatorUnit.PERMILLE}:
        cells.refuse("plan.count_or_change_alone", "numerator", given=str(found))
        return None
    return found


def _source(cells: Cells, column: str) -> Source | None:
    text = cells.required(column, "plan.empty_cell")
    if not text:
        return None
    try:
        return parse_source(text)
    except ValueError:
        cells.refuse("plan.bad_measure", column, given=text)
        return None


def _denominator(cells: Cells, unit: IndicatorUnit | None) -> Source | None:
    """Return what to divide by: a ratio needs it, a count has none, a change has the year before."""
    if unit is IndicatorUnit.COUNT:
        if cells.text("denominator"):
            cells.refuse("plan.count_has_denominator", "denominator")
        return None
    if unit is IndicatorUnit.CHANGE and not cells.text("denominator"):
        return PREVIOUS
    found = _source(cells, "denominator")
    if found is not None and found.basis in _OF_OTHERS:
        cells.refuse("plan.count_or_change_alone", "denominator", given=str(found))
        return None
    if found is not None and (found.basis is Basis.PREVIOUS) is not (unit is IndicatorUnit.CHANGE):
        cells.refuse("plan.previous_for_change", "denominator")
        return None
    return found


def _target(cells: Cells, units: Mapping[str, IndicatorUnit | None]) -> Target | None:
    code = cells.required("indicator", "plan.empty_cell")
    if code and code not in units:
        cells.refuse("plan.unknown_indicator", "indicator", given=code)
    unit = cells.required("unit", "plan.empty_cell")
    year = cells.choice("year", _YEARS, "plan.bad_year")
    thousandths = _thousandths(cells, units.get(code))
    is_draft = cells.choice("status", {"": False, "draft": True, "official": False}, "plan.unknown_word")
    if cells.faults or year is None or thousandths is None:
        return None
    return Target(code, unit, year, thousandths, cells.text("source"), bool(is_draft), cells.row.number)


def _thousandths(cells: Cells, unit: IndicatorUnit | None) -> int | None:
    text = cells.required("value", "plan.empty_cell")
    try:
        value = Decimal(text.replace(",", ".").removesuffix("%").strip()) if text else None
    except InvalidOperation:
        value = Decimal("NaN")
    if value is None:
        return None
    if not value.is_finite() or abs(value) > _MOST:
        cells.refuse("plan.not_a_number", "value", given=text)
        return None
    if unit is IndicatorUnit.PERCENT and 0 < value < 1:
        cells.refuse("plan.fraction_for_percent", "value", given=text)
        return None
    return int((value * 1000).to_integral_value())


def _target_key(cells: Cells) -> str:
    return " ".join(cells.text(column) for column in ("indicator", "year", "unit"))

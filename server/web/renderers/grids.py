"""A table to be written into a file: text and numbers in rows, made from the very values the pages show.

Numbers stay numbers, in the unit the heading names. Only what a page shows to the same reader may come in here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from server.indicators.plan import IndicatorUnit
from server.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.indicators.activities import ActivityTable
    from server.indicators.figures import Figure
    from server.operations.read_completeness import CompletenessTable
    from server.operations.read_figures import IndicatorReading
    from server.operations.read_series import IndicatorSeries

Value = str | int | Decimal | None
Say = Callable[..., str]
"""Says a code of the catalogue in the reader's language."""

_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: *name* for the file, in plain ASCII, *notes* to stand above, *columns* its headings."""

    name: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Iterable[tuple[Value, ...]]
    """Gone through once: a long table may be read as it is written."""


def file_name(*parts: object) -> str:
    """Return a name for a file: plain ASCII, no spaces, whatever the parts hold."""
    return "-".join(filter(None, (_NOT_IN_NAMES.sub("-", fold(str(part))).strip("-") for part in parts)))


def indicator_grid(reading: IndicatorReading, label: str, say: Say) -> Grid:
    """Return the table of one indicator by unit, as its page shows it."""
    table = reading.table
    year, unit = table.year, table.indicator.unit
    rows: list[tuple[str, str, Figure]] = [(row.unit.name, row.unit.within, row.figure) for row in table.rows]
    if table.unplaced is not None:
        rows.append((say("figures.unplaced"), "", table.unplaced))
    rows.append((reading.within or say("console.indicator.total"), "", table.total))
    return Grid(
        name=file_name(table.indicator.code, year, reading.level.value, reading.within),
        notes=(f"{table.indicator.code} · {label} · {year}", say("console.indicator.only_approved")),
        columns=(
            say(f"figures.level.{reading.level.value}"),
            say("console.files.within"),
            *_headings(unit, say),
            say("console.files.change", unit=_sign(unit), year=year - 1),
        ),
        rows=tuple(
            (name, within, *_figures(one, say), _rounded(one.trend.change if one.trend else None))
            for name, within, one in rows
        ),
    )


def series_grid(series: IndicatorSeries, label: str, say: Say) -> Grid:
    """Return one indicator over the years, as its page shows it."""
    indicator = series.entry.indicator
    place = series.unit.name if series.unit else say("console.indicator.total")
    return Grid(
        name=file_name(indicator.code, "years", series.unit.name if series.unit else ""),
        notes=(f"{indicator.code} · {label} · {place}", say("console.indicator.only_approved")),
        columns=(say("console.indicator.year"), say("console.files.plan"), *_headings(indicator.unit, say)),
        rows=tuple((one.year, one.entry.plan_name, *_figures(one.figure, say)) for one in series.points),
    )


def completeness_grid(table: CompletenessTable, say: Say) -> Grid:
    """Return who has sent, as its page shows it."""
    expectation = table.form.expectation.value
    rows = [(row.unit.name, row) for row in table.rows]
    rows.append((table.within or say("console.indicator.total"), table.total))
    return Grid(
        name=file_name("completeness", table.year, table.form.title, table.within),
        notes=(f"{say('completeness.title')} · {table.form.title} · {table.year}",),
        columns=(
            say(f"figures.level.{table.level.value}"),
            say(f"completeness.expected.{expectation}"),
            say(f"completeness.reached.{expectation}"),
            say("console.files.received"),
            say("console.files.approved"),
            say("completeness.parts_all"),
            say("completeness.parts"),
            say("completeness.sending"),
        ),
        rows=tuple(
            (
                name,
                row.expected,
                row.arrived.reached,
                row.arrived.received,
                row.arrived.approved,
                row.parts,
                row.parts_sent,
                say(f"figures.sending.{row.sending.value}"),
            )
            for name, row in rows
        ),
    )


def activity_grid(table: ActivityTable, language: str, say: Say) -> Grid:
    """Return the activities of a year, as their page shows them."""
    place = table.unit_name or say("console.indicator.total")
    every: list[tuple[Value, ...]] = [(say("console.activities.all"), "", table.events, table.attendees)]
    every += [
        (say(f"console.activities.by.{group.question}"), line.label(language), line.events, line.attendees)
        for group in table.groups
        for line in group.lines
    ]
    every += [(one.label(language), "", None, one.amount) for one in table.beside]
    return Grid(
        name=file_name("activities", table.year, table.unit_name),
        notes=(f"{say('console.activities.title')} · {table.year} · {place}", say("console.indicator.only_approved")),
        columns=(
            say("console.activities.by"),
            say("console.activities.answer"),
            say("console.activities.events"),
            say("console.activities.attendees"),
        ),
        rows=tuple(every),
    )


def _headings(unit: IndicatorUnit, say: Say) -> Iterable[str]:
    sign = _sign(unit)
    yield say("console.files.numerator")
    yield say("console.files.denominator")
    yield say("console.files.denominator_source")
    yield say("console.files.value", unit=sign)
    yield say("console.files.target", unit=sign)
    yield say("console.files.target_status")
    yield say("console.files.gap", unit=sign)
    yield say("console.indicator.standing")
    yield say("console.files.received")
    yield say("console.files.approved")
    yield say("console.files.numerator_source")
    yield say("console.files.remark")


def _figures(one: Figure, say: Say) -> tuple[Value, ...]:
    has_target = one.target is not None
    return (
        one.shown_numerator,
        one.shown_denominator,
        say("console.indicator.typed") if one.denominator_is_typed else None,
        _rounded(one.value),
        one.target,
        say("console.files.draft" if one.target_is_draft else "console.files.official") if has_target else None,
        _rounded(one.gap),
        say("figures.withheld" if one.is_withheld else f"figures.standing.{one.standing.value}"),
        one.received,
        one.approved,
        say("console.indicator.typed") if one.numerator_is_typed else None,
        say("figures.left_out", count=one.left_out) if one.left_out else None,
    )


def _sign(unit: IndicatorUnit) -> str:
    """Return the unit as headings name it, empty for a number of things."""
    match unit:
        case IndicatorUnit.PERCENT | IndicatorUnit.CHANGE:
            return "(%)"
        case IndicatorUnit.PERMILLE:
            return "(‰)"
        case IndicatorUnit.COUNT:
            return ""


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.0001")).normalize()

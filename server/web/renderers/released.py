"""Release tables laid out for reading: rows of units, columns of quarters and answers, each cell a count or a word.

A hidden cell holds no number here either; it says so in a word, and so does one from which nothing was reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.indicators.releases_layout import OTHER
from server.indicators.releases_tables import CellState
from server.language.display import number
from server.web.renderers.grids import Grid, file_name

if TYPE_CHECKING:
    from server.indicators.releases_tables import ReleasedCell, ReleasedTable
    from server.language.catalogue import Language
    from server.operations.read_releases import ReleasedTables
    from server.web.renderers.grids import Say


@dataclass(frozen=True, slots=True)
class ShownCell:
    """What one cell says, and in which state it is (a style to draw it in)."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class ReleasedSheet:
    """One table for reading: its title and note, its columns, and its rows by name with the total last."""

    title: str
    note: str
    k: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ShownCell, ...]], ...]
    hidden: int


def released_sheet(table: ReleasedTable, say: Say, language: Language) -> ReleasedSheet:
    """Return a table laid out for reading."""
    release = table.release
    columns = list(dict.fromkeys((one.quarter, one.category) for one in table.cells))
    cells = {(one.unit_id, one.quarter, one.category): one for one in table.cells}
    units = list(dict.fromkeys(one.unit_id for one in table.cells))
    return ReleasedSheet(
        title=release.label_en if language == "en" and release.label_en else release.label_vi,
        note=release.note,
        k=release.k,
        columns=tuple(_column(table, *one, say) for one in columns),
        rows=tuple(
            (
                table.units.get(unit) or say("releases.total"),
                tuple(_shown(cells[unit, quarter, category], say) for quarter, category in columns),
            )
            for unit in units
        ),
        hidden=sum(one.state is CellState.HIDDEN for one in table.cells),
    )


def released_grid(shown: ReleasedTables, say: Say, language: Language) -> Grid:
    """Return all tables of one revision in one list: a row for each cell."""
    entry = shown.entry
    rows = []
    for table in shown.tables:
        sheet = released_sheet(table, say, language)
        for one in table.cells:
            place = table.units.get(one.unit_id) or say("releases.total")
            count = one.count if one.state is CellState.SHOWN else None
            state = say(f"releases.state.{one.state.value}") if count is None else None
            rows.append((sheet.title, place, _column(table, one.quarter, one.category, say), count, state))
    return Grid(
        name=file_name("release", entry.plan, entry.year, f"r{entry.revision}"),
        notes=(say("console.published.of_year", year=entry.year, revision=entry.revision),),
        columns=tuple(say(f"console.published.{one}") for one in ("table", "place", "column", "count", "why_no_count")),
        rows=tuple(rows),
    )


def _column(table: ReleasedTable, quarter: int, category: str, say: Say) -> str:
    when = say("releases.quarter", quarter=quarter) if quarter else say("console.published.year")
    if not category:
        return when
    label = table.categories.get(category) or (
        say("console.published.other") if category.endswith(f"={OTHER}") else category.partition("=")[2]
    )
    return f"{when} · {label}" if quarter else label


def _shown(cell: ReleasedCell, say: Say) -> ShownCell:
    if cell.state is CellState.SHOWN and cell.count is not None:
        return ShownCell(number(cell.count), cell.state.value)
    return ShownCell(say(f"releases.state.{cell.state.value}"), cell.state.value)

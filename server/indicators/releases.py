"""Release tables as a plan declares them: the only way in which a measure of a sensitive form is ever shown.

Sheet ``releases`` has a row per table, with dimensions that leave no choice to a reader:

    name, label::vi, label::en   what it is called
    measure     a measure of a sensitive form that counts (it has no *value*)
    rows        commune | province | total
    period      year | quarter; communes by year only
    breakdown   one question the measure is broken down by, or nothing
    k           counts below it are hidden (5); one number for all tables of a form
    note

Every fault is found at once, with sheet, row and column. What is hidden in a table is for `suppression`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.indicators.cells import missing_columns, repeated, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.forms.sheets import Sheet
    from server.indicators.cells import Cells
    from server.indicators.measures import Measure

RELEASES: Final = "releases"
_COLUMNS: Final = ("name", "label::vi", "measure", "rows", "period")
_LONGEST_NAME: Final = 60
_LEAST_K, _MOST_K, _USUAL_K = 3, 20, "5"


class Rows(StrEnum):
    """Which units a table has rows for; each has a total besides."""

    COMMUNE = "commune"
    PROVINCE = "province"
    TOTAL = "total"


class ReleasePeriod(StrEnum):
    """Whether a table tells of the year alone or of its quarters too."""

    YEAR = "year"
    QUARTER = "quarter"


_ROWS: Final = {one.value: one for one in Rows} | {"national total": Rows.TOTAL}
_PERIODS: Final = {one.value: one for one in ReleasePeriod}


@dataclass(frozen=True, slots=True)
class Release:
    """One release table. *question* is empty where it is not broken down; *row* is where it stands in the sheet."""

    name: str
    label_vi: str
    label_en: str
    measure: str
    rows: Rows
    period: ReleasePeriod
    question: str
    k: int
    note: str
    row: int

    @property
    def form_id(self) -> str:
        """Return the form whose measure it shows."""
        return self.measure.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class ReleasesRead:
    """The tables a sheet declares; with any *faults* the plan is not to be published."""

    releases: tuple[Release, ...]
    faults: tuple[Fault, ...]


def read_releases(sheet: Sheet) -> ReleasesRead:
    """Return the release tables *sheet* declares, with every fault of it.

    Fault codes: ``plan.no_column``, ``.empty_cell``, ``.unknown_word``, ``.bad_k``, ``.release_too_fine``,
    ``.repeated_release``, ``.release_k_differs``.
    """
    if not sheet.rows:
        return ReleasesRead((), ())
    faults = missing_columns(sheet, _COLUMNS, "plan.no_column")
    if faults:
        return ReleasesRead((), tuple(faults))
    rows = list(rows_of(sheet))
    found = [one for one in map(_release, rows) if one is not None]
    faults = [fault for cells in rows for fault in cells.faults]
    faults += repeated(((cells, cells.text("name")) for cells in rows), "name", "plan.repeated_release")
    return ReleasesRead(tuple(found), (*faults, *_differing(found)))


def faults_with(releases: Sequence[Release], measures: Mapping[str, Measure]) -> Iterator[Fault]:
    """Yield what is wrong with *releases* given the measures of the project's sensitive forms, by their code.

    Fault codes: ``plan.release_unknown_measure``, ``.release_not_a_count``, ``.release_unknown_breakdown``.
    """
    for one in releases:
        measure = measures.get(one.measure)
        if measure is None:
            yield _fault(one, "plan.release_unknown_measure", "measure", given=one.measure)
        elif measure.value is not None:
            yield _fault(one, "plan.release_not_a_count", "measure", given=one.measure)
        elif one.question and one.question not in {by.question for by in measure.by}:
            yield _fault(one, "plan.release_unknown_breakdown", "breakdown", given=one.question, measure=one.measure)


def _release(cells: Cells) -> Release | None:
    name = cells.required("name", "plan.empty_cell")
    cells.keep_within({"name": _LONGEST_NAME}, "plan.too_long")
    label = cells.required("label::vi", "plan.empty_cell")
    measure = cells.required("measure", "plan.empty_cell")
    rows = cells.choice("rows", _ROWS, "plan.unknown_word")
    period = cells.choice("period", _PERIODS, "plan.unknown_word")
    if rows is Rows.COMMUNE and period is ReleasePeriod.QUARTER:
        cells.refuse("plan.release_too_fine", "period")
    k = _k(cells)
    if cells.faults or rows is None or period is None:
        return None
    return Release(
        name=name,
        label_vi=label,
        label_en=cells.text("label::en", label),
        measure=measure,
        rows=rows,
        period=period,
        question=cells.text("breakdown"),
        k=k,
        note=cells.text("note"),
        row=cells.row.number,
    )


def _k(cells: Cells) -> int:
    text = cells.text("k", _USUAL_K)
    if text.isdecimal() and _LEAST_K <= int(text) <= _MOST_K:
        return int(text)
    cells.refuse("plan.bad_k", "k", given=text, least=_LEAST_K, most=_MOST_K)
    return 0


def _differing(releases: Sequence[Release]) -> Iterator[Fault]:
    """Yield a fault for each table whose k is not that of the first table of its form."""
    first: dict[str, Release] = {}
    for one in releases:
        other = first.setdefault(one.form_id, one)
        if one.k != other.k:
            yield _fault(one, "plan.release_k_differs", "k", k=other.k, above=other.row)


def _fault(release: Release, code: str, column: str, **params: str | int) -> Fault:
    return Fault(code, params, sheet=RELEASES, row=release.row, column=column)

"""What was read of a file, or done with it: counts, what is wrong in which row, examples of what changes.

It is kept beside the file as plain JSON, bounded whatever the file holds, and read again by the pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from server.forms.faults import Fault, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.language.catalogue import Catalogue, Language

MOST_FAULTS: Final = 500
MOST_CHANGES: Final = 300


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One property that a row changes, named as the column is."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row changes of an entity; *is_newer*: some of it was changed by others after the day of the list."""

    sheet: str
    row: int
    label: str
    cells: tuple[ChangedCell, ...]
    is_newer: bool


@dataclass(slots=True)
class ImportReport:
    """Counts of rows and what is to be told of them."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    samples: int = 0
    """Rows of the template that were left in the file, and passed over."""
    newer: int = 0
    """Changed rows whose entity others changed after the day of the list: kept as a conflict."""
    withheld: int = 0
    """Rows whose household declined to be named: nothing personal was taken from them."""
    faults: list[Fault] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Count one wrong row."""
        self.wrong += 1
        self.faults.extend(list(faults)[: max(0, MOST_FAULTS - len(self.faults))])

    def show(self, change: RowChange) -> None:
        """Count one changed row."""
        self.changed += 1
        self.newer += change.is_newer
        if len(self.changes) < MOST_CHANGES:
            self.changes.append(change)

    @property
    def does_something(self) -> bool:
        """Tell whether any row would be written."""
        return bool(self.new or self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """Return the counts by name."""
        names = ("rows", "new", "changed", "unchanged", "wrong", "samples", "newer", "withheld")
        return {name: getattr(self, name) for name in names}


def as_document(report: ImportReport) -> dict[str, Any]:
    """Return the report as plain JSON."""
    return {
        **report.counts,
        "faults": [[one.code, dict(one.params), one.sheet, one.row, one.column] for one in report.faults],
        "changes": [
            [one.sheet, one.row, one.label, [[cell.title, cell.before, cell.after] for cell in one.cells], one.is_newer]
            for one in report.changes
        ],
        "unknown": report.unknown,
        "passed_over": report.passed_over,
    }


def from_document(kept: Mapping[str, Any]) -> ImportReport:
    """Return the report that was kept as JSON; an empty one where nothing was."""
    counts = {name: int(kept.get(name, 0)) for name in ImportReport().counts}
    return ImportReport(
        **counts,
        faults=[
            Fault(code, params, sheet=sheet, row=row, column=column)
            for code, params, sheet, row, column in kept.get("faults", ())
        ],
        changes=[
            RowChange(sheet, row, label, tuple(ChangedCell(*cell) for cell in cells), is_newer)
            for sheet, row, label, cells, is_newer in kept.get("changes", ())
        ],
        unknown=list(kept.get("unknown", ())),
        passed_over=list(kept.get("passed_over", ())),
    )


def told_fault(fault: Fault, catalogue: Catalogue, language: Language) -> Told:
    """Return what is wrong with a row in words: where, what, and what to do."""
    place = {"sheet": fault.sheet, "row": fault.row or 0, "column": fault.column}
    known = [name for name, value in place.items() if value]
    where = catalogue.sentence(f"register.place.{'_'.join(known)}", place, language) if known else ""
    has_cure = catalogue.has(fault.cure_code, language)
    cure = catalogue.sentence(fault.cure_code, fault.params, language) if has_cure else ""
    return Told(where, catalogue.sentence(fault.code, fault.params, language), cure)

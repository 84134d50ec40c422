"""Where a node of the form stands in the workbook: which row of the survey sheet.

It lets a fault found in the XForm point at the cell the designer wrote. A ready XForm has no sheet and no rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.forms.sheets import Row, Sheet

_COLUMNS = {
    "relevant": ("relevant", "bind::relevant"),
    "constraint": ("constraint", "bind::constraint"),
    "required": ("required", "bind::required"),
    "calculate": ("calculation", "calculate", "bind::calculate", "repeat_count"),
    "readonly": ("read_only", "readonly", "bind::readonly"),
    "choice_filter": ("choice_filter",),
    "repeat_count": ("repeat_count", "jr:count"),
    "default": ("default",),
}
"""The columns in which the designer may have written each kind of expression, likeliest first."""


@dataclass(frozen=True, slots=True)
class SurveyRows:
    """The rows of a survey sheet by the path of the node they make, below the form's root."""

    by_path: Mapping[str, Row] = field(default_factory=dict)
    by_name: Mapping[str, Row] = field(default_factory=dict)

    def row(self, path: str) -> Row | None:
        """Return the row of the node at *path* (``/data/visit/cost``; the name of the root does not matter)."""
        below_root = path.lstrip("/").partition("/")[2]
        found = self.by_path.get(below_root)
        # pyxform makes nodes that no row of the sheet names: <repeat>_count, <select>_other, meta.
        return found or self.by_name.get(path.rpartition("/")[2].removesuffix("_count").removesuffix("_other"))

    def of_type(self, written: str) -> Row | None:
        """Return the first row whose type is written so, None if there is none."""
        return next((row for row in self.by_path.values() if row.cells.get("type", "").strip() == written), None)

    def column(self, row: Row, part: str) -> str:
        """Return the header of the cell that holds *part* (``relevant``, ``calculate``, …) of that row."""
        filled = {name.lower().replace(" ", "_"): name for name in row.cells}
        for candidate in _COLUMNS.get(part, (part,)):
            if candidate in filled:
                return filled[candidate]
        return next((name for name in row.cells if name.lower().startswith(part)), part)


def survey_rows(sheets: Sequence[Sheet]) -> SurveyRows:
    """Return the index of the survey sheet among *sheets*, an empty one if there is none."""
    survey = next((sheet for sheet in sheets if sheet.name.lower() == "survey"), None)
    if survey is None:
        return SurveyRows()
    by_path: dict[str, Row] = {}
    by_name: dict[str, Row] = {}
    above: list[str] = []
    for row in survey.rows:
        kind, name = _kind(row), row.cells.get("name", "")
        if kind in ("end group", "end repeat"):
            del above[-1:]
            continue
        by_path.setdefault("/".join((*above, name)), row)
        by_name.setdefault(name, row)
        if kind in ("begin group", "begin repeat"):
            above.append(name)
    return SurveyRows(by_path, by_name)


def _kind(row: Row) -> str:
    return " ".join(row.cells.get("type", "").lower().replace("_", " ").split())

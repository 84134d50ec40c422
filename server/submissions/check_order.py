"""Whether a form's calculates and relevances can be worked out at all; phones stop on a circle of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.faults import Fault
from server.forms.survey_rows import survey_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.forms.sheets import Sheet
    from server.submissions.rules import Compiled


def cycle_faults(compiled: Compiled, sheets: Sequence[Sheet]) -> tuple[Fault, ...]:
    """Return a fault for each question whose own value or relevance depends on itself, placed in its row."""
    rows = survey_rows(sheets)
    found = []
    for path in compiled.cycles:
        row, node = rows.row(path), compiled.definition.nodes[path]
        part = "calculate" if node.calculate else "relevant"
        place = {"sheet": "survey", "row": row.number, "column": rows.column(row, part)} if row else {}
        found.append(Fault("form.logic.cycle", {"path": path}, **place))  # type: ignore[arg-type]  # by name and kind
    return tuple(found)

"""What can be told of a workbook's cells as they stand, for one that cannot be made into a form at all.

pyxform stops at the first thing it cannot take; a designer wants to hear of the others too. What only the whole form
shows (paths, circles, meanings) is said by `server.forms.check` once it can be made.
Source: XLSForm reference, https://xlsform.org/en/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.forms.expressions import told_of
from server.forms.faults import Fault
from server.forms.logic import LogicError, compile_expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.forms.sheets import Row, Sheet

_LOGIC = frozenset(
    {
        "relevant",
        "constraint",
        "required",
        "calculation",
        "calculate",
        "read_only",
        "readonly",
        "choice_filter",
        "repeat_count",
    }
)
"""Columns that hold expressions and nothing else."""

_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?\s*([^{}\s]+)\s*\}")
_LISTED = re.compile(r"(?:select_one|select_multiple|select one|select multiple|rank)\s+(\S+)(?:\s+or[_ ]other)?\Z")


def cell_faults(sheets: Sequence[Sheet]) -> tuple[Fault, ...]:
    """Return what is wrong with single cells: names and lists there are none of, expressions that do not compile."""
    survey = _sheet(sheets, "survey")
    if survey is None:
        return ()
    names = frozenset(row.cells.get("name", "").strip() for row in survey.rows)
    choices = _sheet(sheets, "choices")
    lists = frozenset(_list_name(row) for row in choices.rows) if choices else None
    return tuple(fault for row in survey.rows for fault in _row_faults(row, names, lists))


def _sheet(sheets: Sequence[Sheet], name: str) -> Sheet | None:
    return next((one for one in sheets if one.name.lower() == name), None)


def _list_name(row: Row) -> str:
    return (row.cells.get("list_name") or row.cells.get("list name") or "").strip()


def _row_faults(row: Row, names: frozenset[str], lists: frozenset[str] | None) -> Iterator[Fault]:
    listed = _LISTED.match(row.cells.get("type", "").strip())
    if listed and lists is not None and not listed[1].startswith("${") and listed[1] not in lists:
        yield Fault("form.list_unknown", {"list": listed[1]}, sheet="survey", row=row.number, column="type")
    for header, cell in row.cells.items():
        for name in dict.fromkeys(_REFERENCE.findall(cell)):
            if name not in names:
                yield Fault("form.reference_unknown", {"name": name}, sheet="survey", row=row.number, column=header)
        if header.lower().replace(" ", "_").removeprefix("bind::") in _LOGIC:
            yield from _logic_faults(row, header, cell)


def _logic_faults(row: Row, header: str, cell: str) -> Iterator[Fault]:
    source = _REFERENCE.sub(lambda found: "/" + "n" * (len(found[0]) - 1), cell)  # as long, so that places stay
    try:
        compile_expression(source)
    except LogicError as error:
        told = told_of(error, cell, row.cells.get("name", ""), header)
        yield Fault(f"form.{error.code}", told, sheet="survey", row=row.number, column=header)

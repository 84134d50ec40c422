"""Whether the lists that come beside a form can be read, and hold the columns the form looks for.

A phone stops at a list it cannot read, in the field; here its questions would be left unchecked without a word.
Whether a list is there at all is said by `server.forms.check`, what is in a register's by `server.registers`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.errors import DomainError, TooLarge
from server.forms.attached_lists import is_readable, read_list
from server.forms.entities import columns_read
from server.forms.expressions import written_expressions
from server.forms.faults import Fault, Severity
from server.forms.survey_rows import survey_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.forms.definition import FormDefinition, Itemset, SecondaryInstance
    from server.forms.lists import ChoiceList
    from server.forms.sheets import Sheet
    from server.forms.survey_rows import SurveyRows

_TYPE = "type"
_CODES = {"list.not_utf8": "form.list_not_utf8", "list.empty": "form.list_empty"}
Place = tuple[int | None, str]
"""Row and column of the survey sheet; none and empty where it is not known."""


def list_faults(
    definition: FormDefinition, files: Mapping[str, bytes], *, sheets: Sequence[Sheet] = ()
) -> tuple[Fault, ...]:
    """Return what is wrong with the lists among *files*, at the row that asks for each where *sheets* are given."""
    rows = survey_rows(sheets)
    return tuple(
        fault
        for one in definition.instances
        if one.filename in files and is_readable(one.filename)
        for fault in _faults_of(one, definition, rows, content=files[one.filename])
    )


def at_its_question(fault: Fault, filename: str, definition: FormDefinition, rows: SurveyRows) -> Fault:
    """Return *fault* at the row that asks for the list *filename*, as it is for any other file."""
    instance = next((one for one in definition.instances if one.filename == filename), None)
    return fault if instance is None else _placed(fault, _asked_for(instance, definition, rows))


def _faults_of(
    instance: SecondaryInstance, definition: FormDefinition, rows: SurveyRows, *, content: bytes
) -> Iterator[Fault]:
    where = _asked_for(instance, definition, rows)
    try:
        found = read_list(instance.instance_id, instance.filename, content)
    except DomainError as error:
        yield _unreadable(instance.filename, error, where)
        return
    if not found.rows:
        yield _placed(Fault("form.list_no_rows", {"filename": instance.filename}, Severity.WARNING), where)
        return
    yield from _missing_columns(instance, found, definition, rows)


def _unreadable(filename: str, error: DomainError, where: Place) -> Fault:
    line = error.params.get("line", 1)
    params: dict[str, str | int] = {"filename": filename, "line": line if isinstance(line, int) else 1}
    malformed = "form.list_too_large" if isinstance(error, TooLarge) else "form.list_malformed"
    return _placed(Fault(_CODES.get(error.code, malformed), params), where)


def _missing_columns(
    instance: SecondaryInstance, found: ChoiceList, definition: FormDefinition, rows: SurveyRows
) -> Iterator[Fault]:
    there = {column for row in found.rows for column in row}
    for column in sorted(columns_read(definition, instance.instance_id) - there):
        if not re.fullmatch(r"[\w.\-]+", column) or column.startswith("__"):
            continue  # a path below a column, a label in words of the form, or what the server adds to a register's
        params = {"filename": instance.filename, "name": column}
        is_table = instance.filename.lower().endswith(".csv")
        severity = Severity.ERROR if is_table else Severity.WARNING  # elsewhere a row may do without one
        where = _read_at(column, instance, definition, rows)
        yield _placed(Fault("form.list_no_column", params, severity), where)


def _asked_for(instance: SecondaryInstance, definition: FormDefinition, rows: SurveyRows) -> Place:
    """Return the cell that names the file: of a select, of a row ``csv-external``, else of the first expression."""
    selects = (node.path for node in definition.leaves() if _is_of(node.control.itemset, instance))
    row = next(filter(None, map(rows.row, selects)), None) or rows.by_name.get(instance.instance_id)
    if row is not None:
        return row.number, _TYPE
    return _first_that_says(rf"""['"]{re.escape(instance.instance_id)}['"]""", "", definition, rows)


def _is_of(itemset: Itemset | None, instance: SecondaryInstance) -> bool:
    return itemset is not None and itemset.instance_id == instance.instance_id


def _read_at(column: str, instance: SecondaryInstance, definition: FormDefinition, rows: SurveyRows) -> Place:
    """Return the cell whose expression reads *column* of the list, else the one that names the file."""
    itemsets = (node.control.itemset for node in definition.leaves())
    if any(one and _is_of(one, instance) and column in (one.value_ref, one.label_ref) for one in itemsets):
        return _asked_for(instance, definition, rows)
    word = rf"(?<![\w.\-]){re.escape(column)}(?![\w.\-])"
    place = _first_that_says(rf"""['"]{re.escape(instance.instance_id)}['"]""", word, definition, rows)
    return place if place[0] is not None else _asked_for(instance, definition, rows)


def _first_that_says(one: str, other: str, definition: FormDefinition, rows: SurveyRows) -> Place:
    for written in written_expressions(definition):
        row = rows.row(written.path) if written.path else None
        if row is not None and re.search(one, written.source) and re.search(other, written.source):
            return row.number, rows.column(row, written.part)
    return None, ""


def _placed(fault: Fault, where: Place) -> Fault:
    row, column = where
    return fault if row is None else Fault(fault.code, fault.params, fault.severity, "survey", row, column)

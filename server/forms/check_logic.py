"""Whether every expression of a form can work: it compiles, and what it refers to exists.

pyxform lets broken logic through and phones stop on it in the field, so it is found here, before publishing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.check_meaning import meaning_warnings
from server.forms.expressions import SHOWN, told_of, written_expressions
from server.forms.faults import Fault, Severity
from server.forms.logic import LogicError, compile_expression
from server.forms.logic.functions_texts import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition, SecondaryInstance
    from server.forms.expressions import Written
    from server.forms.logic import Expression, Reference
    from server.forms.survey_rows import SurveyRows


def logic_faults(definition: FormDefinition, rows: SurveyRows) -> tuple[Fault, ...]:
    """Return what is wrong with the expressions of *definition*, placed by *rows* where the workbook is known."""
    return tuple(
        fault for written in written_expressions(definition) for fault in _faults_of(written, definition, rows)
    )


def _faults_of(written: Written, definition: FormDefinition, rows: SurveyRows) -> Iterator[Fault]:
    try:
        expression = compile_expression(written.source)
    except LogicError as error:
        told = told_of(error, written.source, written.path, written.part)
        yield _placed(f"form.{error.code}", told, written=written, rows=rows)
        return
    for code, params in _broken_references(expression, written, definition):
        yield _placed(code, params, written=written, rows=rows)
    for code, about in expression.notes:
        severity = Severity.ERROR if code == BROKEN else Severity.WARNING
        yield _placed(f"form.{code}", {"about": about}, written=written, rows=rows, severity=severity)
    for code, params in meaning_warnings(expression.syntax, written.path, definition):
        yield _placed(code, params, written=written, rows=rows, severity=Severity.WARNING)


def _placed(
    code: str,
    params: dict[str, str | int],
    *,
    written: Written,
    rows: SurveyRows,
    severity: Severity = Severity.ERROR,
) -> Fault:
    row = rows.row(written.path) if written.path else None
    said = {"path": written.path, "part": written.part, "expression": written.source[:SHOWN]}
    return Fault(
        code,
        {**said, **params},
        severity=severity,
        sheet="survey" if row else "",
        row=row.number if row else None,
        column=rows.column(row, written.part) if row else "",
    )


def _broken_references(
    expression: Expression, written: Written, definition: FormDefinition
) -> Iterator[tuple[str, dict[str, str | int]]]:
    lists = {reference.instance_id for reference in expression.references if reference.instance_id}
    unknown = {name for name in lists if definition.instance(name) is None}
    for name in sorted(unknown):
        yield "form.logic.unknown_list", {"list": name}
    for reference in expression.references:
        instance = definition.instance(reference.instance_id) if reference.instance_id else None
        if instance is not None:
            yield from _broken_column(reference, instance)
        elif not reference.instance_id and not _exists(reference, written.path, definition):
            yield "form.logic.unknown_path", {"reference": str(reference)}


def _exists(reference: Reference, context_path: str, definition: FormDefinition) -> bool:
    is_relative = not str(reference).startswith("/")
    if any(step == "*" or step.startswith("@") for step in reference.steps) or (is_relative and not context_path):
        return True  # nothing to compare it with
    path = reference.absolute(context_path)
    return path is not None and (path in definition.nodes or path == context_path)


def _broken_column(reference: Reference, instance: SecondaryInstance) -> Iterator[tuple[str, dict[str, str | int]]]:
    column = reference.steps[2] if len(reference.steps) > len(("root", "item")) else ""
    if column and not instance.src and column not in _columns(instance):
        yield "form.logic.unknown_column", {"list": instance.instance_id, "name": column}


def _columns(instance: SecondaryInstance) -> set[str]:
    further = {name for choice in instance.choices for name, _ in choice.columns}
    return {"name", "label", *further}

"""What pyxform says, as faults with a code of ours, a place and parameters.

pyxform speaks English sentences, most of them naming a row and some a sheet and column; the table below knows the
sentences of pyxform 4.5. One it does not know is passed on whole under ``form.workbook_wrong``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.forms.faults import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROW = re.compile(r"\[row : (?P<row>\d+)\]")
_PLACE = re.compile(r"On the '(?P<sheet>[^']+)' sheet, the '(?P<column>[^']+)' value(?: '(?P<value>[^']*)')?")
_MAX_DETAIL = 300

_SENTENCES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("form.name_twice", r"must be unique within their nearest parent"),
        ("form.name_almost_twice", r"case-insensitive match to another name"),
        ("form.name_taken", r"Repeat names must|'meta' is reserved"),
        ("form.name_invalid", r"Names must begin with a letter|Names used here must not"),
        ("form.name_missing", r"Choices must have a name|Entity lists must have a name|group with no name"),
        ("form.choice_twice", r"Choice names must be unique"),
        ("form.choice_has_space", r"Choice names with spaces.*See \[(?P<value>.*)\] in \[(?P<list>.*)\]"),
        ("form.reference_malformed", r"Reference variables must start|must have a comma between each"),
        (
            "form.reference_unknown",
            r"Could not find the name '(?P<name>[^']*)'|no survey element named '(?P<named>[^']*)'",
        ),
        ("form.reference_ambiguous", r"The name '(?P<name>[^']*)' appears more than once"),
        ("form.group_unmatched", r"Unmatched '(?P<marker>\w+)'"),
        ("form.type_missing", r"Question with no type"),
        ("form.type_unknown", r"Unknown question type '(?P<type>[^']*)'"),
        ("form.calculation_missing", r"Missing calculation"),
        ("form.list_unknown", r"List name not in (?:\w+ )+sheet: (?P<list>\S+)"),
        ("form.list_file_extension", r"should end with one of the supported file extensions"),
        ("form.sheet_missing", r"should be a choices sheet|must have a sheet named|similar names were found"),
        ("form.header_twice", r"Duplicate column header: (?P<header>.+)|different names for the same column"),
        ("form.header_invalid", r"Invalid headers provided for sheet: '(?P<in_sheet>[^']+)'|Column headers must not"),
        ("form.entity_invalid", r"[Ee]ntit(?:y|ies)|save_to"),
        ("form.parameters_invalid", r"[Pp]arameter"),
        ("form.workbook_broken", r"not recognized as a supported type|not appear to be a valid XLSForm"),
        (
            "form.translation_missing",
            r"Language '(?P<language>.*)' is missing the (?P<in_sheet>\w+) (?:columns )?(?P<columns>.+?)( column)?\.$",
        ),
        ("form.language_code", r"valid machine-readable codes: (?P<languages>.+?)\. "),
        ("form.label_missing", r"has no label|should have a label"),
        ("form.metadata_unsupported", r"no longer supported on most devices"),
        ("form.row_skipped", r"Row without name, text, or label is being skipped"),
    )
)
_BEFORE_PARAMETERS = ("form.image_without_limit", re.compile(r"Use the max-pixels parameter"))
_NAMED = re.compile(r"(?:element named|name of) '(?P<name>[^']+)'")


def refusal_faults(message: str) -> tuple[Fault, ...]:
    """Return the faults of the error message pyxform stopped with; some name several rows, a line each."""
    lines = message.split("\n") if message.count("[row : ") > 1 else [message]
    return tuple(_fault(line, Severity.ERROR) for line in lines if line.strip())


def warning_faults(warnings: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults of pyxform's warnings, which may hold several lines each."""
    lines = (line for warning in warnings for line in warning.split("\n"))
    return tuple(_fault(line, Severity.WARNING) for line in lines if line.strip())


def _fault(sentence: str, severity: Severity) -> Fault:
    code, named = _recognise(sentence, severity)
    row, place = _ROW.search(sentence), _PLACE.search(sentence)
    sheet = named.pop("in_sheet", "") or (place.group("sheet") if place else "survey" if row else "")
    value = place.group("value") if place else None
    params: dict[str, str | int] = {**named, "sheet": sheet, "detail": sentence[:_MAX_DETAIL]}
    if value:
        params["value"] = value
    return Fault(
        code,
        params,
        severity=severity,
        sheet=sheet,
        row=int(row.group("row")) if row else None,
        column=place.group("column") if place else "",
    )


def _recognise(sentence: str, severity: Severity) -> tuple[str, dict[str, str]]:
    """Return the code of a sentence and what it names."""
    for code, pattern in (_BEFORE_PARAMETERS, *_SENTENCES):
        match = pattern.search(sentence)
        if match:
            named = {
                name.removesuffix("d") if name == "named" else name: text
                for name, text in match.groupdict().items()
                if text
            }
            element = _NAMED.search(sentence)
            return code, {**({"name": element.group("name")} if element else {}), **named}
    return ("form.workbook_wrong" if severity is Severity.ERROR else "form.workbook_odd"), {}

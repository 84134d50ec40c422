"""Everything that speaks against publishing a form, or should at least be known first.

It looks at one form and what surrounds it; what a version changes against the one before is said by
`server.forms.compatibility`.
Source: openrosa.org form discovery and submission; getodk.github.io/xforms-spec; Collect's way of reading them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.forms.check_entities import entity_faults
from server.forms.check_lists import at_its_question
from server.forms.check_logic import logic_faults
from server.forms.entities import entity_list_files
from server.forms.faults import Fault, Severity
from server.forms.sensitive import sensitive_faults
from server.forms.survey_rows import survey_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.forms.definition import FormDefinition
    from server.forms.sheets import Sheet
    from server.forms.survey_rows import SurveyRows

_FORM_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_LONGEST_TITLE = 300
_LONGEST_VERSION = 200
_LONGEST_FILE_NAME = 255
_ID_COLUMNS = ("form_id", "id_string")
_SENSITIVE_COLUMN = "sensitive"
_YES = ("yes", "true", "true()")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form is published into.

    *hosts* are ours, with port where there is one; *public_keys* those whose private half we hold; *uploaded* the files
    that come with the form; *generated* the names of lists the server makes for it.
    """

    hosts: frozenset[str]
    public_keys: frozenset[str]
    uploaded: frozenset[str]
    generated: frozenset[str]
    is_sensitive: bool


def faults(
    definition: FormDefinition, surroundings: Surroundings, *, sheets: Sequence[Sheet] = ()
) -> tuple[Fault, ...]:
    """Return every fault, errors first; logic points at the workbook's cells where its *sheets* are given."""
    rows = survey_rows(sheets)
    found = [
        *_identity_faults(definition, sheets),
        *_delivery_faults(definition, surroundings),
        *_structure_faults(definition),
        *_pace_faults(definition, rows),
        *entity_faults(definition, rows, sheets),
        *_media_faults(definition, surroundings, rows),
        *logic_faults(definition, rows),
        *(sensitive_faults(definition, rows) if surroundings.is_sensitive else _mark_faults(sheets)),
    ]
    return tuple(sorted(found, key=lambda fault: not fault.is_error))


def _identity_faults(definition: FormDefinition, sheets: Sequence[Sheet]) -> Iterator[Fault]:
    settings = next((sheet for sheet in sheets if sheet.name.lower() == "settings"), None)
    is_workbook = any(sheet.name.lower() == "survey" for sheet in sheets)  # a ready XForm has its measures at most
    # pyxform gives a form without form_id the name of its root, so only the sheet shows that it is missing.
    is_named = not is_workbook or (settings is not None and any(column in settings.header for column in _ID_COLUMNS))
    if not definition.form_id or not is_named:
        yield Fault("form.no_form_id", sheet="settings", row=2, column="form_id")
    elif not _FORM_ID.fullmatch(definition.form_id):
        yield Fault("form.bad_form_id", {"form_id": definition.form_id}, sheet="settings", row=2, column="form_id")
    if not definition.title:
        yield Fault("form.no_title", sheet="settings", row=2, column="form_title")
    if not definition.version:
        yield Fault("form.no_version", sheet="settings", row=2, column="version")
    for column, text, limit in (
        ("form_title", definition.title, _LONGEST_TITLE),
        ("version", definition.version, _LONGEST_VERSION),
    ):
        if len(text) > limit:
            yield Fault("form.text_too_long", {"limit": limit}, sheet="settings", row=2, column=column)


def _mark_faults(sheets: Sequence[Sheet]) -> Iterator[Fault]:
    """Yield that the workbook itself says it is sensitive: an option forgotten would put it on every phone."""
    settings = next((sheet for sheet in sheets if sheet.name.lower() == "settings"), None)
    for row in settings.rows if settings else ():
        if row.cells.get(_SENSITIVE_COLUMN, "").strip().lower() in _YES:
            yield Fault("form.says_sensitive", sheet="settings", row=row.number, column=_SENSITIVE_COLUMN)


def _pace_faults(definition: FormDefinition, rows: SurveyRows) -> Iterator[Fault]:
    for node in definition.leaves():
        if node.seconds_per_answer and node.pace is None:
            row = rows.row(node.path)
            column = rows.column(row, "bind::seconds") if row else ""
            text = {"text": node.seconds_per_answer[:40]}
            yield Fault("form.bad_pace", text, sheet="survey", row=row.number if row else None, column=column)


def _delivery_faults(definition: FormDefinition, surroundings: Surroundings) -> Iterator[Fault]:
    """Yield what would send answers elsewhere, or seal them with a key nobody here holds."""
    address = definition.submission_action
    if address and not _is_ours(address, surroundings.hosts):
        yield Fault("form.foreign_submission_address", {"address": address}, sheet="settings", column="submission_url")
    if definition.public_key and definition.public_key not in surroundings.public_keys:
        yield Fault("form.foreign_public_key", sheet="settings", column="public_key")


def _is_ours(address: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() in hosts


def _structure_faults(definition: FormDefinition) -> Iterator[Fault]:
    root = definition.root.path
    own_id = definition.nodes.get(f"{root}/meta/instanceID") or definition.nodes.get(f"{root}/instanceID")
    if own_id is None or not (own_id.preload == "uid" or own_id.calculate):
        yield Fault("form.no_instance_id")
    for path in definition.stray_paths:
        yield Fault("form.stray_path", {"path": path})


def _media_faults(definition: FormDefinition, surroundings: Surroundings, rows: SurveyRows) -> Iterator[Fault]:
    for name in definition.media_names:
        if name not in surroundings.uploaded | surroundings.generated:
            yield at_its_question(Fault("form.media_missing", {"filename": name}), name, definition, rows)
        if len(name) > _LONGEST_FILE_NAME:
            yield Fault("form.file_name_too_long", {"filename": name, "limit": _LONGEST_FILE_NAME})
    reserved = surroundings.uploaded & entity_list_files(definition)
    for name in sorted(reserved):
        yield Fault("form.list_reserved", {"filename": name})
    for name in sorted(surroundings.uploaded - set(definition.media_names) - reserved):
        yield Fault("form.media_unused", {"filename": name}, Severity.WARNING)

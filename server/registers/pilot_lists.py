"""Lists that stand in for a register until it is kept on the server: a plain CSV attached to a form.

A pilot list is named ``<register>_pilot.csv``. Its rows must already be what the register will adopt: a column `name`
with a random UUID for each row, a `label` people read, and a header phones can parse. A list under the register's own
name would hide the entity list on every phone, hence the suffix. Nothing here decides who sees which row.
Source: ODK Entities specification (ids are version 4 UUIDs), https://getodk.github.io/xforms-spec/entities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import RFC_4122, UUID

from server.errors import InvalidInput
from server.forms.faults import Fault
from server.forms.lists import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIX: Final = "_pilot.csv"
_RANDOM_VERSION: Final = 4
_FIRST_ROW: Final = 2


def is_pilot_list(filename: str) -> bool:
    """Tell whether a form's file is a pilot list, by its name."""
    return filename.endswith(SUFFIX)


def pilot_list_faults(filename: str, content: bytes) -> tuple[Fault, ...]:
    """Return what keeps the rows of a pilot list from being adopted: sheet is the file, row and column as in Excel.

    Codes: ``register.unreadable``, ``register.no_column``, ``register.semicolon``, ``register.not_a_uuid``,
    ``register.repeated_id``, ``register.blank_label``.
    """
    try:
        rows = read_csv(filename, content).rows
    except InvalidInput as unreadable:
        return (Fault("register.unreadable", {"reason": unreadable.code}, sheet=filename),)
    header = content.decode("utf-8").partition("\n")[0]
    missing = [name for name in ("name", "label") if name not in _columns(header)]
    if missing or ";" in header:
        faults = [Fault("register.no_column", {"name": name}, sheet=filename, row=1, column=name) for name in missing]
        return (*faults, *((Fault("register.semicolon", sheet=filename, row=1),) if ";" in header else ()))
    return tuple(_row_faults(filename, rows))


def _columns(header: str) -> set[str]:
    return {column.strip().strip('"') for column in header.removeprefix("\ufeff").split(",")}


def _row_faults(filename: str, rows: tuple[Mapping[str, str], ...]) -> Iterator[Fault]:
    first_row_of: dict[str, int] = {}
    for number, row in enumerate(rows, start=_FIRST_ROW):
        name = row["name"].strip().lower()
        if not _is_random_uuid(name):
            yield Fault("register.not_a_uuid", {"given": row["name"]}, sheet=filename, row=number, column="name")
        elif name in first_row_of:
            first = first_row_of[name]
            yield Fault("register.repeated_id", {"first_row": first}, sheet=filename, row=number, column="name")
        first_row_of.setdefault(name, number)
        if not row["label"].strip():
            yield Fault("register.blank_label", sheet=filename, row=number, column="label")


def _is_random_uuid(text: str) -> bool:
    try:
        parsed = UUID(text)
    except ValueError:
        return False
    return str(parsed) == text and parsed.variant == RFC_4122 and parsed.version == _RANDOM_VERSION

"""What an entity's past says of it once something of that past no longer counts: the last standing word on each thing.

A record says everything it names at the place of its first version, in the words of its newest one; a correction and a
batch say what they changed. Nothing is said by a withdrawal, nor by what took one back. Which records stand is not
decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.registers.versions import LABEL, Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SILENT = frozenset({Action.WITHDRAW, Action.UNDO})
"""What a record's versions of these kinds say, it says elsewhere or no more; a batch's UNDO says what it changed."""


@dataclass(frozen=True, slots=True)
class Said:
    """A label, where one was given, and properties."""

    label: str | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToldVersion:
    """One version of an entity as it is kept; *submission_id* is its record's, None for a batch."""

    action: Action
    submission_id: int | None
    changed: frozenset[str]
    said: Said


def statements(versions: Iterable[ToldVersion], records: Mapping[int, Said | None]) -> Iterator[Said]:
    """Yield what still counts, in order.

    *records* has what each record about this entity says in its newest version that stands, None where none does. One
    that is not there was about an entity that became this one: what it changed counts.
    """
    begun: set[int] = set()
    for one in versions:
        record = one.submission_id
        said = None if record is None else records.get(record)
        if record is None or record not in records:
            yield _changed_by(one)
        elif said is None or one.action in _SILENT:
            continue
        elif record in begun:
            yield _changed_by(one)
        else:
            begun.add(record)
            yield Said(said.label or one.said.label, said.values) if one.action is Action.CREATE else said


def last_said(said: Iterable[Said], names: Iterable[str]) -> Said:
    """Return the last word on each of *names*, empty where nobody said one; the label where `LABEL` is among them."""
    values: dict[str, str] = {}
    label: str | None = None
    for one in said:
        values.update(one.values)
        label = one.label or label
    wanted = frozenset(names)
    return Said(label if LABEL in wanted else None, {name: values.get(name, "") for name in wanted - {LABEL}})


def _changed_by(one: ToldVersion) -> Said:
    label = one.said.label if LABEL in one.changed else None
    return Said(label, {name: one.said.values.get(name, "") for name in one.changed - {LABEL}})

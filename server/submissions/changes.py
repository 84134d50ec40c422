"""What differs between two versions of a record, field by field.

Versions may be of different form versions: fields are matched by path. Instances of a repeat are matched by position,
for nothing else tells them apart; what the device writes about itself (times, ids) is not a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.submissions.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.forms.definition import Text
    from server.submissions.answers import Section

    Within = tuple[tuple[Text, int], ...]
    """What the repeats a field stands in are called, and which instance of each, the outermost first."""
    _Placed = tuple[Answer, Within]

_ABOUT_THE_DEVICE: Final = frozenset({"timestamp", "property", "uid"})


class Difference(StrEnum):
    """How a field differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: *before* is None when it was not there or empty, and so *after*; never both."""

    path: str
    before: Answer | None
    after: Answer | None
    within: Within = ()

    @property
    def kind(self) -> Difference:
        """Return whether an answer came, went or became another."""
        if self.before is None:
            return Difference.ADDED
        return Difference.REMOVED if self.after is None else Difference.CHANGED

    @property
    def is_of_person(self) -> bool:
        """Tell whether a person was asked; what the form works out, or the device notes, follows from such answers."""
        either = self.after or self.before
        return either is not None and either.is_question


def changes(before: Section, after: Section) -> tuple[Change, ...]:
    """Return the fields that differ, in the order of *after*, then those that are gone."""
    old, new = _filled(before), _filled(after)
    paths = [*new, *(path for path in old if path not in new)]
    found = (_change(path, old.get(path), new.get(path)) for path in paths)
    return tuple(change for change in found if _text(change.before) != _text(change.after))


def _change(path: str, before: _Placed | None, after: _Placed | None) -> Change:
    either = after or before
    assert either is not None, "a path is one of either's"
    return Change(path, before[0] if before else None, after[0] if after else None, either[1])


def _filled(section: Section) -> Mapping[str, _Placed]:
    """Return the answers that say something, by path without the root's name, which versions may not share."""
    return {
        answer.path.removeprefix(section.path): (answer, within)
        for answer, within in _placed(section, ())
        if answer.text and not _is_about_the_device(answer, section.path)
    }


def _placed(section: Section, within: Within) -> Iterator[_Placed]:
    for part in section.parts:
        if isinstance(part, Answer):
            yield part, within
        else:
            yield from _placed(part, within if part.number is None else (*within, (part.label, part.number)))


def _is_about_the_device(answer: Answer, root: str) -> bool:
    if answer.path.startswith(f"{root}/meta/"):
        return True
    return answer.node is not None and answer.node.preload in _ABOUT_THE_DEVICE


def _text(answer: Answer | None) -> str:
    return answer.text if answer else ""

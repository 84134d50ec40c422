"""Where an entity stands in its register, for lists to be narrowed by: looked after here or not, and what is to do.

All of it follows from what the newest version says; it is kept beside the entity, so that no list reads properties.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.registers.households import LAST_SURVEY_YEAR, LEFT, STATUS, VISIT_RESULT

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEAR_DIGITS: Final = 4


class Standing(StrEnum):
    """Whether an entity is looked after here, and if not, why."""

    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    MERGED = "merged"
    GONE = "gone"
    DELETED = "deleted"


_ENDED: Final = frozenset({Standing.MOVED_OUT.value, Standing.MERGED.value, Standing.GONE.value})


def standing_of(values: Mapping[str, str], *, is_deleted: bool, is_merged: bool) -> Standing:
    """Return where an entity with these properties stands; any status nobody knows of is that of a living one."""
    if is_deleted:
        return Standing.DELETED
    if is_merged:
        return Standing.MERGED
    status = values.get(STATUS, "")
    return Standing(status) if status in _ENDED else Standing.ACTIVE


def surveyed_year(values: Mapping[str, str]) -> int:
    """Return the year of the last survey, 0 where there was none."""
    text = values.get(LAST_SURVEY_YEAR, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) == _YEAR_DIGITS else 0


def is_proposed_to_leave(values: Mapping[str, str], standing: Standing) -> bool:
    """Tell whether a visit found that a household of the list is not there any more."""
    return standing is Standing.ACTIVE and values.get(VISIT_RESULT, "") in LEFT

"""The properties of a household that the server itself reads; every other one is the forms' own business."""

from __future__ import annotations

from typing import Final

LAST_SURVEY_YEAR: Final = "last_survey_year"
VISIT_RESULT: Final = "visit_result"
STATUS: Final = "status"
MERGED_INTO: Final = "merged_into"
PARENT: Final = "parent"
POINT: Final = "point"

LEFT: Final = frozenset({"moved", "gone"})
"""Outcomes of a visit that propose to take the household off the list."""

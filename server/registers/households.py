"""The properties of a household that the server itself reads; every other one is the forms' own business."""

from __future__ import annotations

from typing import Final

LAST_SURVEY_YEAR: Final = "last_survey_year"
VISIT_RESULT: Final = "visit_result"
STATUS: Final = "status"
STATUS_DATE: Final = "status_date"
MERGED_INTO: Final = "merged_into"
PARENT: Final = "parent"
POINT: Final = "point"
NAMED: Final = "named"
"""Whether the household let its names be kept; nobody answers that for it."""

LEFT: Final = frozenset({"moved", "gone"})
"""Outcomes of a visit that propose to take the household off the list."""

VISIT_ANSWERS: Final = (
    VISIT_RESULT,
    "respondent",
    "registered",
    "registered_date",
    "assessed",
    "implementing",
    "group_passed_c1",
    "group_passed_c2",
    "group_passed_c3",
    "group_passed_c4",
    "group_passed_c5",
    "knowledge_reached",
    "policy_reached",
    "hh_relations",
    "hh_poverty",
)
"""The questions of a visit that are set side by side over the years, by name, in this order."""

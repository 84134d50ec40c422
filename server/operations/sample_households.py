"""The sample households that sample surveys visit, as rows of the list: no survey tells of one that is not there."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.operations.sample_survey import SampleSurvey

_COLUMNS: Final = (
    "name", "label", "__version", "village", "house_no", "head_name", "size", "u16", "n60", "hh_type", "relations",
    "poverty", "groups", "status", "named",
)  # fmt: skip
_TYPES: Final = {"couple": "gen1", "parent_child": "one_parent", "alone": "other"}
"""The kind of family by who lives together; couples with children are two generations."""


def households_csv(surveys: Iterable[SampleSurvey]) -> bytes:
    """Return the list of the households these surveys visit, with the columns phones get."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_row(one) for one in surveys)
    return text.getvalue().encode()


def _row(survey: SampleSurvey) -> tuple[object, ...]:
    relations = " ".join(survey.relations)
    children = 2 if "parent_child" in survey.relations else 0
    size = 1 if relations == "alone" else 2 + children
    head = f"{'A' if survey.number % 2 else 'Y'} Mẫu {survey.number}"
    label = f"{head} – hộ {survey.house_no} (mẫu)"
    return (
        survey.household_id, label, 1, survey.village, survey.house_no, head, size, children, 0,
        _TYPES.get(relations, "gen2"), relations, survey.poverty, survey.groups, "active", "yes",
    )  # fmt: skip

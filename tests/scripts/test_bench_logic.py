"""The measurement of form logic measures sound records, and within its targets with room for a busy machine."""

from __future__ import annotations

from datetime import UTC, datetime

from scripts.benchmarks.logic import long_survey, measure_logic
from server.submissions.circumstances import Circumstances
from server.submissions.validation import validate


def test_long_survey_is_as_long_as_it_says_and_its_record_sound() -> None:
    compiled, record = long_survey()
    asked = [one for one in compiled.definition.leaves() if one.constraint or one.calculate]
    assert len(asked) >= 250
    assert validate(record, compiled, Circumstances(datetime(2026, 11, 24, tzinfo=UTC), UTC)) == ()


def test_logic_is_quick_enough_even_where_others_work() -> None:
    figures = measure_logic()
    targets = {"compile_us": 60, "evaluate_us": 8, "survey_ms": 1.5, "long_form_ms": 8}
    assert {name for name, value in figures.items() if value > 3 * targets[name]} == set()

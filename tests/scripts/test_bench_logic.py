"""The measurement of form logic measures sound records, and tells every figure it is asked for."""

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


def test_every_figure_is_measured() -> None:
    figures = measure_logic()
    assert set(figures) == {"compile_us", "evaluate_us", "survey_ms", "long_form_ms", "hostile_growth"}
    assert min(figures.values()) > 0

"""Forms and plans that change together are published in whatever order lets both in; nothing else is let through."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from server.forms.faults import FormRefused
from server.operations.setup_server import Wanted, set_up
from tests.builders import SURVEY
from tests.plan_world import workbook

pytestmark = pytest.mark.database
VISITED = ("I6", "Hộ đã đến (mẫu)", "survey.visited", "", "count", "up", "commune", "year")
MEASURE = "| | visited |"


def folder_with(folder, form: str, *, indicators, version: str):
    (folder / "survey").mkdir(parents=True, exist_ok=True)
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "survey" / "form.md").write_text(form.format(version=version), encoding="utf-8")
    (folder / "plans" / "plan.xlsx").write_bytes(workbook(indicators=indicators, targets=()))
    return folder


def prepared(services, folder):
    return set_up(services, Wanted(folder), lambda *_, **__: None)


def without_the_measure() -> str:
    assert MEASURE in SURVEY
    return SURVEY.replace(MEASURE, "| | reached |")


def versions_of(services, project_id: int) -> list[str]:
    with services.reading(services.operator()) as uow:
        return [one.version for one in uow.forms.current(project_id)]


def test_a_plan_and_the_form_it_counts_come_together(services, tmp_path):
    done = prepared(services, folder_with(tmp_path, SURVEY, indicators=[VISITED], version="1"))
    assert [one.form_id for one in done.forms] == ["survey"]
    assert [one.indicators for one in done.plans] == [1]


def test_a_form_that_is_there_as_it_is_needs_no_converting(services, tmp_path, monkeypatch):
    folder = folder_with(tmp_path, SURVEY, indicators=[VISITED], version="1")
    (first,) = prepared(services, folder).forms
    monkeypatch.setattr(sys, "executable", "no-interpreter-to-start-the-converter-with")
    (again,) = prepared(services, folder).forms
    assert (again.is_new, again) == (False, replace(first, is_new=False, warnings=(), empty_lists=()))
    folder_with(tmp_path, SURVEY, indicators=[VISITED], version="2")
    with pytest.raises(FileNotFoundError, match="no-interpreter"):
        prepared(services, folder)


def test_a_form_gives_up_what_the_plan_beside_it_gives_up(services, tmp_path):
    prepared(services, folder_with(tmp_path, SURVEY, indicators=[VISITED], version="1"))
    other = ("I1", "Hộ đã đăng ký (mẫu)", "survey.registered", "", "count", "up", "commune", "year")
    done = prepared(services, folder_with(tmp_path, without_the_measure(), indicators=[other], version="2"))
    assert versions_of(services, done.main.project_id) == ["2"]
    assert [(one.name, one.is_new) for one in done.plans] == [("plan", True)]


def test_a_form_that_ends_what_the_plan_still_counts_is_refused(services, tmp_path):
    first = prepared(services, folder_with(tmp_path, SURVEY, indicators=[VISITED], version="1"))
    with pytest.raises(FormRefused) as refused:
        prepared(services, folder_with(tmp_path, without_the_measure(), indicators=[VISITED], version="2"))
    assert {one.code for one in refused.value.faults} == {"measure.breaks_plan"}
    assert versions_of(services, first.main.project_id) == ["1"]


def test_a_form_with_a_fault_of_its_own_is_refused_before_the_plan_changes(services, tmp_path):
    prepared(services, folder_with(tmp_path, SURVEY, indicators=[VISITED], version="1"))
    broken = SURVEY.replace(". > 0 and . < 31", ". > nothing(")
    assert broken != SURVEY
    with pytest.raises(FormRefused):
        prepared(services, folder_with(tmp_path, broken, indicators=[], version="2"))
    with services.reading(services.operator()) as uow:
        (plan,) = uow.plans.in_force()
        assert [one.code for one in uow.plans.indicators([plan.plan_id])[plan.plan_id]] == ["I6"]

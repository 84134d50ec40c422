"""The reading-time script counts syllables and answers, and the conduct survey stays under nine minutes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from openpyxl import Workbook
from workbooks import ROOT, VI

SCRIPT = ROOT / "scripts" / "time-reading"


def run(*arguments):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def small(tmp_path):
    """Make a form of one note, one choice and two numbers, of which one was not asked."""
    book = Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    for row in (
        ("type", "name", f"label::{VI}", f"hint::{VI}"),
        ("today", "today", None, None),
        ("note", "hello", "Chào cả nhà – mời ngồi", "Không đọc dòng này"),  # 5 syllables
        ("select_one yes_no", "met", "Có gặp ${hello} không?", None),  # 3 syllables and 3 of the choices
        ("integer", "people", "Nhà có mấy người?", None),  # 4 syllables
        ("integer", "cows", "Mấy con bò?", None),
    ):
        survey.append(row)
    for row in (("list_name", "name", f"label::{VI}"), ("yes_no", "yes", "Có"), ("yes_no", "no", "Chưa gặp")):
        choices.append(row)
    form, instance = tmp_path / "form.xlsx", tmp_path / "filled.xml"
    book.save(form)
    instance.write_text("<data><today/><hello/><met>yes</met><people>4</people></data>")
    return form, instance


def test_syllables_take_two_fifths_of_a_second_and_answers_three(small):
    seconds = [line.split()[0] for line in run(*small).stdout.splitlines()]
    assert seconds[:3] == ["2.0", "5.4", "4.6"]
    assert "0.20 min of 9, 2 answers" in run(*small).stdout


def test_the_conduct_survey_of_a_couple_with_children_stays_under_nine_minutes():
    done = run()
    assert done.returncode == 0, done.stdout
    assert "of 9, 3" in done.stdout


def test_a_form_over_the_limit_ends_with_one(small):
    assert run(*small, "--limit", "0.1").returncode == 1


def test_it_says_what_it_does():
    assert "read aloud" in run("--help").stdout

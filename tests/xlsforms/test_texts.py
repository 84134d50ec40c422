"""Every word a person sees stands in both languages, in composed characters, and every refusal says what to do."""

from __future__ import annotations

import unicodedata

import pytest
from workbooks import EN, FORMS, LANGUAGES, VI, rows, survey

SHOWN = ("label", "hint", "required_message", "constraint_message")
SILENT = {"start", "end", "today", "deviceid", "username", "calculate", "csv-external", "begin_group", "end_group"}


def is_heard(row):
    return row["type"] not in SILENT | {"end_repeat"}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_in_one_language_is_written_in_the_other(form):
    texts = [(row, kind) for sheet in ("survey", "choices") for row in rows(form, sheet) for kind in SHOWN]
    lonely = [(row["name"], kind) for row, kind in texts if (f"{kind}::{VI}" in row) is not (f"{kind}::{EN}" in row)]
    assert lonely == []


@pytest.mark.parametrize("form", FORMS)
def test_every_question_and_choice_has_a_label(form):
    heard = [row for row in survey(form) if is_heard(row)] + rows(form, "choices")
    assert [row["name"] for row in heard if f"label::{VI}" not in row] == []


@pytest.mark.parametrize("form", FORMS)
def test_every_required_question_and_constraint_has_its_message(form):
    for row in survey(form):
        assert ("required" in row) is (f"required_message::{VI}" in row), row["name"]
        assert ("constraint" in row) is (f"constraint_message::{VI}" in row), row["name"]


@pytest.mark.parametrize("form", FORMS)
def test_vietnamese_is_composed_and_differs_from_english(form):
    for row in [*survey(form), *rows(form, "choices")]:
        for kind in SHOWN:
            vietnamese = row.get(f"{kind}::{VI}", "")
            assert unicodedata.is_normalized("NFC", vietnamese), row["name"]
            assert "  " not in vietnamese.strip(), row["name"]
            if kind.endswith("message"):
                assert vietnamese != row.get(f"{kind}::{EN}") or not vietnamese, row["name"]


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_answer_is_told_what_to_do_next(form):
    cures = ("lại", "Bỏ chọn", "Hãy", "mới", "Ghi ", "chọn", "lập thêm")
    messages = [row[f"{kind}::{VI}"] for row in survey(form) for kind in SHOWN[2:] if f"{kind}::{VI}" in row]
    assert [message for message in messages if not any(cure in message for cure in cures)] == []


@pytest.mark.parametrize("form", FORMS)
def test_every_choice_list_is_used_and_no_choice_stands_twice(form):
    listed = [(row["list_name"], row["name"]) for row in rows(form, "choices")]
    used = {word for row in survey(form) for word in row["type"].split()[1:]}
    assert len(listed) == len(set(listed))
    assert {name for name, _ in listed} <= used


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_measures_and_forms_speak_both_languages(form, language):
    short = "vi" if language == VI else "en"
    assert all(row[f"label::{short}"] for row in rows(form, "measures"))

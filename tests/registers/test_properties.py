"""Properties in the words of the forms that save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.forms.entities import entity_blocks
from server.forms.xform import read_form
from server.registers.properties import PropertyKind, meanings

FORMS = Path(__file__).parents[2] / "xlsforms"


@pytest.fixture(scope="module")
def forms():
    names = ("household_conduct_survey", "household_register", "commune_register")
    definitions = [read_form((FORMS / name / "form.xml").read_bytes()) for name in names]
    return [(one, entity_blocks(one)) for one in definitions]


def words(meaning, value):
    return [one.in_language("vi") for one in meaning.chosen(value)]


def test_a_property_saved_from_a_question_has_its_label_and_choices(forms):
    found = meanings(forms, "households")
    assert found["size"].label.in_language("vi") == "Nhà có mấy người?"
    assert found["size"].kind is PropertyKind.NUMBER
    assert found["poverty"].kind is PropertyKind.ONE
    assert words(found["poverty"], "near_poor") == ["Hộ cận nghèo"]
    assert words(found["relations"], "couple siblings") == ["Vợ chồng", "Anh chị em"]


def test_a_property_saved_from_a_calculation_that_hands_an_answer_on_has_the_answers_words(forms):
    found = meanings(forms, "households")
    assert found["head_name"].label.in_language("vi") == "Họ tên chủ hộ"
    assert words(found["ethnic"], "16") == ["Xơ Đăng"]
    assert words(found["visit_result"], "moved") == ["Đã chuyển đi"]


def test_a_property_no_form_has_words_for_has_none(forms):
    found = meanings(forms, "households")
    assert found["status"].label.by_language == ()
    assert (found["status"].kind, found["status"].choices) == (PropertyKind.TEXT, ())


def test_a_value_no_form_knows_is_its_own_word(forms):
    assert words(meanings(forms, "households")["poverty"], "<b>") == ["<b>"]


def test_each_list_has_its_own_meanings(forms):
    clubs = meanings(forms, "clubs")
    assert words(clubs["kind"], "clb_pcblgd") == ["Câu lạc bộ phòng, chống bạo lực gia đình"]
    assert "size" not in clubs
    assert meanings(forms, "staff") == {}

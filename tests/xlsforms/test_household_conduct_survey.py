"""The conduct survey asks gently, briefly and only after consent."""

from __future__ import annotations

import re

import pytest
from workbooks import EN, VI, question, rows, survey, types

FORM = "household_conduct_survey"
RATED = [row for row in survey(FORM) if row["type"] == "select_one r3"]
FORBIDDEN = (
    "bạo lực",
    "chung thủy",
    "ngoại tình",
    "đánh đập",
    "đánh nhau",
    "xâm hại",
    "nạn nhân",
    "violence",
    "faithful",
    "abuse",
)
FIRST_PAGE_HINT = (
    "Hỏi ở chỗ thoải mái. Có người to tiếng hoặc người trả lời lo sợ thì dừng, chọn “lúc này không tiện hỏi”. "
    "Ai kể chuyện bạo lực: không ghi vào phiếu, gọi cán bộ xã."
)
CONSENT = (
    "Tôi là cộng tác viên của xã. Tôi xin hỏi khoảng 10 phút để xã làm báo cáo công tác gia đình. "
    "Chỉ cán bộ phụ trách xem câu trả lời; báo cáo chỉ có con số chung. "
    "Anh/chị có thể không trả lời, dừng lúc nào cũng được, hoặc xin xem, sửa, xóa tại UBND xã. "
    "Trả lời hay không đều không ảnh hưởng đến trợ cấp, chế độ. Anh/chị có đồng ý không?"
)


def names():
    return [row.get("name") for row in survey(FORM)]


def within(group):
    """Return the names between the begin and the end of *group*."""
    ordered = names()
    first, last = ordered.index(group), len(ordered) - 1 - ordered[::-1].index(group)
    return ordered[first + 1 : last]


def test_nothing_asks_about_violence_or_fidelity():
    texts = [
        (row.get("name"), text)
        for sheet in ("survey", "choices", "settings")
        for row in rows(FORM, sheet)
        for text in row.values()
    ]
    told = [(name, word) for name, text in texts for word in FORBIDDEN if word in text.lower()]
    assert set(told) == {("first_note", "bạo lực"), ("first_note", "violence")}
    assert question(FORM, "first_note")[f"hint::{VI}"] == FIRST_PAGE_HINT


def test_there_is_no_free_text_no_photo_and_no_location():
    assert not {"text", "image", "audio", "video", "file", "barcode", "geopoint", "geotrace"} & set(types(FORM))


def test_at_most_sixteen_sentences_of_at_most_fifteen_words_are_rated():
    assert 12 <= len(RATED) <= 16
    assert [
        row["name"] for row in RATED for text in (row[f"label::{VI}"], row[f"label::{EN}"]) if len(text.split()) > 15
    ] == []


def test_each_criterion_group_is_one_page():
    for number in range(1, 6):
        assert question(FORM, f"page_c{number}")["appearance"] == "field-list"
        on_page = within(f"page_c{number}")
        assert on_page == [row["name"] for row in RATED if row["name"].startswith(f"c{number}_")]


def test_the_scale_has_four_steps_and_silence_is_one_of_them():
    scale = [(row["name"], row[f"label::{VI}"]) for row in rows(FORM, "choices") if row["list_name"] == "r3"]
    assert scale == [
        ("3", "Thường xuyên"),
        ("2", "Có lúc"),
        ("1", "Chưa làm được"),
        ("no_answer", "Không trả lời"),
    ]


def test_consent_is_read_word_for_word_and_has_no_default():
    consent = question(FORM, "consent")
    assert consent[f"label::{VI}"] == CONSENT
    assert "default" not in consent
    assert consent["required"] == "yes"
    assert question(FORM, "consent_version")["calculation"]


def test_the_visit_outcome_comes_first_then_consent_then_the_questions():
    ordered = names()
    assert ordered.index("visit_result") < ordered.index("consent") < ordered.index("answers")
    assert question(FORM, "consent")["relevant"] == "${visit_result} = 'met'"
    assert question(FORM, "answers")["relevant"] == "${visit_result} = 'met' and ${consent} = 'yes'"


def test_every_question_after_consent_waits_for_it():
    after = names()[names().index("consent") + 1 :]
    answered = [row["name"] for row in survey(FORM) if row.get("name") in after and row.get("required")]
    assert set(answered) <= set(within("answers"))


@pytest.mark.parametrize("outcome", ["met", "absent", "long_away", "refused", "vacant", "moved", "gone", "not_now"])
def test_every_visit_outcome_can_be_recorded(outcome):
    assert outcome in [row["name"] for row in rows(FORM, "choices") if row["list_name"] == "visit_result"]


def test_the_last_page_reads_the_numbers_to_every_household_met():
    shown = [row for row in survey(FORM) if row["type"] not in {"calculate", "csv-external"}]
    assert shown[-1]["name"] == "numbers"
    assert shown[-1][f"label::{VI}"] == "Số cần nhớ của mọi gia đình: 113, 111, ${commune_number}"
    assert shown[-1]["relevant"] == "${visit_result} = 'met'"


def test_a_household_that_is_not_listed_leads_to_its_number():
    assert "not_listed" in question(FORM, "household")["relevant"]
    assert question(FORM, "house_no")["type"] == "integer"
    assert question(FORM, "house_no")["relevant"] == "${household_list} = 'not_listed'"


def test_the_date_of_registration_asks_first_how_sure_it_is():
    ordered = names()
    steps = [ordered.index(f"registered_{step}") for step in ("precision", "day", "month", "year")]
    assert steps == sorted(steps)
    assert "tra lịch" in question(FORM, "registered_precision")[f"hint::{VI}"]


def test_the_figure_says_that_households_assess_themselves():
    labels = {row["name"]: row["label::vi"] for row in rows(FORM, "measures")}
    assert "tự đánh giá" in labels["implementing"]
    assert re.search(r"QD224_2022", question(FORM, "criteria_version")["calculation"])

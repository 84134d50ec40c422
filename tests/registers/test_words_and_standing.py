"""By what an entity is found, and where it stands."""

from __future__ import annotations

import unicodedata

import pytest

from server.language.folding import LONGEST_WORD, words_in
from server.registers.standing import Standing, is_proposed_to_leave, standing_of, surveyed_year
from server.registers.words import words_of


def test_an_entity_is_found_by_the_words_of_its_label_its_people_and_its_number():
    values = {"head_name": "A Tik", "spouse_name": "Y Krông", "house_no": "37", "address": "Nhà rông"}
    assert words_of("A Tik – hộ 37", values) == {"a", "tik", "ho", "37", "y", "krong"}


def test_words_are_the_same_however_accents_are_composed():
    name = "Nguyễn Thị Đượm"
    assert words_in(name) == words_in(unicodedata.normalize("NFD", name)) == ("nguyen", "thi", "duom")


@pytest.mark.parametrize("text", ["", "–/;%_\\'\"", "   "])
def test_signs_are_no_words(text):
    assert words_in(text) == ()


def test_words_are_few_and_short_whatever_a_phone_sends():
    words = words_of(" ".join(str(number) for number in range(500)), {"head_name": "x" * 5000})
    assert len(words) == 30
    assert max(map(len, words_in("x" * 5000))) == LONGEST_WORD


@pytest.mark.parametrize(
    ("status", "is_deleted", "is_merged", "standing"),
    [
        ("", False, False, Standing.ACTIVE),
        ("active", False, False, Standing.ACTIVE),
        ("dissolved", False, False, Standing.ACTIVE),
        ("moved_out", False, False, Standing.MOVED_OUT),
        ("gone", False, False, Standing.GONE),
        ("merged", False, False, Standing.MERGED),
        ("", False, True, Standing.MERGED),
        ("moved_out", True, True, Standing.DELETED),
        ("deleted", False, False, Standing.ACTIVE),
    ],
)
def test_where_an_entity_stands(status, is_deleted, is_merged, standing):
    assert standing_of({"status": status}, is_deleted=is_deleted, is_merged=is_merged) is standing


@pytest.mark.parametrize(
    ("text", "year"), [("2026", 2026), (" 2026 ", 2026), ("", 0), ("26", 0), ("٢٠٢٦", 0), ("x", 0)]
)
def test_the_year_of_the_last_survey(text, year):
    assert surveyed_year({"last_survey_year": text}) == year


@pytest.mark.parametrize(
    ("result", "standing", "proposed"),
    [
        ("moved", Standing.ACTIVE, True),
        ("gone", Standing.ACTIVE, True),
        ("met", Standing.ACTIVE, False),
        ("moved", Standing.MOVED_OUT, False),
    ],
)
def test_a_visit_that_found_nobody_proposes_to_leave_the_list(result, standing, proposed):
    assert is_proposed_to_leave({"visit_result": result}, standing) is proposed

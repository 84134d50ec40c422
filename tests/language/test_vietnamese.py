"""Folding, order and display as Vietnamese asks for them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.language.display import display_date, display_datetime, number, percent, with_days
from server.language.folding import fold
from server.language.ordering import sort_key

KON_TUM = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăk Hà", "dak ha"),
        ("Đắk  Hà ", "dak ha"),
        ("ĐẶNG", "dang"),
        ("Ngọk Réo", "ngok reo"),
        ("Ya Xiêr", "ya xier"),
        ("Ưu Ớt", "uu ot"),
        ("Ia H' Drai", "ia h' drai"),
        ("", ""),
    ],
)
def test_folding_takes_off_every_accent(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_does_not_depend_on_how_accents_are_composed(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet="aăâbđeêoơuưáàảãạốờữ ĐÂ0"))
def test_folded_text_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "in_order",
    [
        ["an", "ăn", "ân", "ba", "ca", "da", "đa", "em", "êm", "on", "ôn", "ơn", "un", "ưn", "ve"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["mà", "má", "mai", "mài"],
        ["Thôn 1", "Thôn 2", "Thôn 10", "Thôn Đăk"],
        ["Xã Bờ Y", "Xã Dục Nông", "Xã Đăk Hà", "Xã Đăk Môn", "Xã Ia Chim"],
        ["Đăk Hà", "Đăk Ui", "Đắk Ui"],
    ],
)
def test_vietnamese_order(in_order):
    shuffled = [*in_order[1::2], *in_order[::2]]
    assert sorted(shuffled, key=sort_key) == in_order
    assert sorted((unicodedata.normalize("NFD", text) for text in in_order), key=sort_key) == [
        unicodedata.normalize("NFD", text) for text in in_order
    ]


@given(st.lists(st.text()))
def test_any_texts_can_be_put_in_order(texts):
    once = sorted(texts, key=sort_key)
    assert sorted(once, key=sort_key) == once


@given(st.text(), st.text())
def test_texts_with_one_key_are_the_same_but_for_spaces_and_composition(one, other):
    if sort_key(one) == sort_key(other):
        assert unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def test_days_are_written_day_first():
    assert display_date(date(2025, 7, 1)) == "01/07/2025"


def test_an_instant_is_shown_in_the_zone_asked_for():
    assert display_datetime(datetime(2025, 6, 30, 17, 5, tzinfo=UTC), KON_TUM) == "01/07/2025 00:05"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("9999-12-31T23:59:59+00:00", "31/12/9999 23:59"),
        ("9999-12-31T23:59:59-12:00", "31/12/9999 23:59"),
        ("9999-12-31T23:59:59+07:00", "31/12/9999 23:59"),
        ("0001-01-01T00:00:00+14:00", "01/01/0001 00:00"),
    ],
)
def test_an_instant_at_either_end_of_the_calendar_is_shown_as_it_was_written(text, shown):
    """A phone whose clock is wrong may write one, and there is no such day in Vietnam."""
    assert display_datetime(datetime.fromisoformat(text), KON_TUM) == shown


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        display_datetime(datetime(2025, 6, 30, 17, 5), KON_TUM)  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (1234.5, None, "1.234,5"),
        (1234567, None, "1.234.567"),
        (12.0, None, "12"),
        (100, None, "100"),
        (0, None, "0"),
        (-1234.25, None, "-1.234,25"),
        (-0.001, None, "0"),
        (2.5, 0, "3"),
        (10, 1, "10,0"),
        (Decimal("0.125"), 2, "0,13"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_decimal_comma(value, decimals, written):
    assert number(value, decimals=decimals) == written


@pytest.mark.parametrize(("ratio", "decimals", "written"), [(0.705, 1, "70,5%"), (1, 0, "100%"), (0.7, None, "70%")])
def test_ratios_are_shown_as_per_cent(ratio, decimals, written):
    assert percent(ratio, decimals=decimals) == written


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Tập huấn cán bộ · 2026-05-14", "Tập huấn cán bộ · 14/05/2026"),
        ("2026-05-14 và 2026-06-01", "14/05/2026 và 01/06/2026"),
        ("Hộ 37 · 2026 · Gặp được", "Hộ 37 · 2026 · Gặp được"),
        ("0123-2026-05-14", "0123-2026-05-14"),
        ("2026-13-40", "2026-13-40"),
        ("", ""),
    ],
)
def test_days_in_the_name_of_a_record_are_shown_as_people_write_them(said, shown):
    assert with_days(said) == shown

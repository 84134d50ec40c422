"""One person's name is known again however another hand wrote it; another person's is not."""

from __future__ import annotations

import pytest

from server.language.folding import fold
from server.registers.name_match import NameLikeness, is_one_slip, match_names
from server.registers.person_names import read_name

SAME, ACCENTS, SHORT, ORDER, SPELLING, DIFFERENT, MISSING = NameLikeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("A Tik", "A Tik", SAME),
        ("A Tik", "a  tik", SAME),
        ("A Tik", "ATik", SAME),
        ("A Tik", "Tik A", SAME),
        ("A Tik", "Ông A Tik (già làng)", SAME),
        ("Y Krông", "Y Krong", ACCENTS),
        ("Y Krông", "Y Krôông", SPELLING),
        ("H'Bia", "HBia", SAME),
        ("Nguyễn Văn Hùng", "NGUYEN VAN HUNG", ACCENTS),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa", SAME),
        ("Nguyễn Văn Hùng", "Ng. V. Hùng", SHORT),
        ("Nguyễn Văn Hùng", "NV Hùng", SHORT),
        ("Nguyễn Thị Lan", "Nguyễn T. Lan", SHORT),
        ("Nguyễn Thị Lan", "Nguyễn Lan", SHORT),
        ("Trần Thị Ánh", "Trn Thị Ánh", SHORT),
        ("Nguyễn Văn Hùng", "Hùng Nguyễn Văn", ORDER),
        ("Nguyễn Văn Hùng", "Nguyeenx Vawn Hufng", SPELLING),
        ("Nguyễn Văn Hùng", "Nguyeenx Vawn Hungf", SPELLING),
        ("Đặng Văn Đạt", "Ddawngj Vawn Ddatj", SPELLING),
        ("Nguyễn Văn Hùng", "Nguye64n Va8n Hu2ng", ACCENTS),
        ("Lý Thị Mỹ", "Lí Thị Mĩ", SPELLING),
        ("Trần Văn Phong", "Trần Văn Fong", SPELLING),
        ("Nguyễn Thanh Bình", "Nguyễn Thahn Bình", SPELLING),
        ("Nguyễn Văn Trường", "Nguyễn Văn Chường", SPELLING),
        ("Rơ Châm Hlim", "Rơchâm Hlim", SPELLING),
        ("A Tik", "Y Tik", DIFFERENT),
        ("A Tik", "A Bun", DIFFERENT),
        ("A U", "A I", DIFFERENT),
        ("Y Vân", "Y Thi", DIFFERENT),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Dũng", DIFFERENT),
        ("Nguyễn Thị Lan", "Nguyễn Thị", DIFFERENT),
        ("Nguyễn", "Nguyễn Văn Hùng", DIFFERENT),
        ("A Tik", "", MISSING),
        ("", "", MISSING),
        ("...", "A Tik", MISSING),
    ],
)
def test_names_agree_in_this_way(one, other, likeness):
    forwards = match_names(read_name(one), read_name(other))
    backwards = match_names(read_name(other), read_name(one))
    assert forwards == backwards
    assert forwards.likeness is likeness
    assert forwards.is_alike is (forwards.bits > 0)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (("Nguyễn Văn Hùng", "Nguyễn Văn Hùng"), ("A Tik", "A Tik")),
        (("A Tik", "A Tik"), ("A Tik", "A Tít")),
        (("Y Vân", "Y Van"), ("Y Vân", "Y Văn")),
        (("Trần Bích Ngọc", "Trần Bích Ngọc"), ("Nguyễn Thị Ngọc", "Nguyễn Thị Ngọc")),
        (("Nguyễn Văn Hùng", "Nguyễn Văn Hùng"), ("Nguyễn Văn Hùng", "N. V. Hùng")),
        (("Nguyễn Văn Hùng", "Nguyen Van Hung"), ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng")),
    ],
)
def test_some_agreements_weigh_more_than_others(more, less):
    heavy, light = (match_names(read_name(one), read_name(other)).bits for one, other in (more, less))
    assert heavy > light


@pytest.mark.parametrize("name", ["A Tik", "Y Krông", "H'Bia", "Nguyễn Văn A", "Y", "Ông", "Rơ Châm Hlim", "Ksor H'Lê"])
def test_a_name_is_itself_with_and_without_accents(name):
    assert match_names(read_name(name), read_name(name)).likeness is SAME
    assert match_names(read_name(name), read_name(fold(name))).is_alike


@pytest.mark.parametrize("text", ["", " ", "()", "(", "12", "😀", "a" * 5000, "x " * 500, "́́", "\x00", "A", "Y."])
def test_whatever_stands_in_the_field_is_read(text):
    name = read_name(text)
    assert len(name.words) <= 8
    assert match_names(name, name).likeness in (SAME, MISSING)


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("hung", "hugn", True),
        ("hung", "hun", True),
        ("hung", "hungg", True),
        ("hung", "hong", True),
        ("hung", "uhng", True),
        ("hung", "hung", False),
        ("hung", "hanh", False),
        ("hung", "hu", False),
        ("ab", "ba", True),
    ],
)
def test_a_slip_is_one_letter_or_two_turned_round(one, other, is_slip):
    assert is_one_slip(one, other) is is_slip is is_one_slip(other, one)

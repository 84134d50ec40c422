"""A fault is told with its place and its cure, in both languages, whatever its code."""

import re
from pathlib import Path

import pytest

from server.forms import faults as faults_module
from server.forms.check import Surroundings
from server.forms.check import faults as faults_of
from server.forms.faults import Fault, FormRefused, tell
from server.forms.xform import read_form
from server.language.catalogue import load_catalogue

ROOM = Path(faults_module.__file__).parent
CODE = re.compile(r'"((?:form|xml)\.[a-z_.]+[a-z])"')
SPOKEN_BY_ITSELF = {"form.refused", "form.never_on_paper", "form.costly_workbook"}
"""Codes of errors, which are told without a place and a cure."""


def codes_in_the_room() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
    return {code for text in texts for code in CODE.findall(text)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_has_its_sentence_and_every_fault_its_cure(language: str):
    catalogue = load_catalogue()
    silent = {code for code in codes_in_the_room() if not catalogue.has(code, language)}
    assert silent - {"form.place", "form.paper"} == set()
    faults = {code for code in codes_in_the_room() if not code.startswith(("form.paper", "form.place", "form.change"))}
    uncured = {code for code in faults if not catalogue.has(f"{code}.cure", language)}
    assert uncured == SPOKEN_BY_ITSELF


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            Fault("form.reference_unknown", {"name": "tuoi"}, sheet="survey", row=7, column="relevant"),
            (
                "Trang “survey”, dòng 7, cột relevant: Không có câu nào tên “tuoi”. "
                "Sửa tên trong ngoặc nhọn cho đúng với cột name của trang survey."
            ),
        ),
        (
            Fault("form.type_missing", sheet="survey", row=7),
            "Trang “survey”, dòng 7: Dòng này thiếu loại câu hỏi. Ghi loại câu hỏi vào cột type.",
        ),
        (
            Fault("form.media_missing", {"filename": "units.csv"}),
            "Biểu mẫu cần tệp units.csv nhưng chưa có. Đặt tệp vào thư mục media cạnh biểu mẫu rồi thử lại.",
        ),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(fault: Fault, told: str):
    assert str(tell(fault, load_catalogue().strict(), "vi")) == told


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_a_bad_form_is_told_has_all_its_parameters(converter, converted, refused, language: str):
    catalogue = load_catalogue().strict()
    head = "| survey | | |\n| | type | name | label | relevant | choice_filter | parameters |\n"
    found: list[Fault] = []
    for row in (
        "| | text | a | A | ${x} = 1 | | |",
        "| | txt | a | A | | | |",
        "| | text | a b | A | | | |",
        "| | end group | | | | | |",
        "| | select_one x | a | A | | | |",
        "| | range | a | A | | | start=x |",
        "| | text | a | A | | | |\n| | text | a | A | | | |",
    ):
        found += refused(head + row)
    outcome = converted(
        head + "| | image | a | A | nothing(1) | | |\n| | select_one_from_file l.csv | b | B | /data/x | a( | |\n"
    )
    surroundings = Surroundings(frozenset(), frozenset(), frozenset({"old.png"}), frozenset(), is_sensitive=True)
    found += [*outcome.warnings, *faults_of(read_form(outcome.xform), surroundings, sheets=outcome.sheets)]
    assert len({fault.code for fault in found}) > 12
    for fault in found:
        told = tell(fault, catalogue, language)
        assert told.what
        assert told.cure


def test_a_refusal_names_its_codes_for_the_log():
    assert str(FormRefused((Fault("form.no_title"),))) == "form.refused(codes=['form.no_title'], count=1)"

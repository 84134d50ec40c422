"""Sentences: what a code and its parameters become, and what happens when something is missing."""

from __future__ import annotations

from datetime import date

import pytest

from server.language.catalogue import DuplicateMessage, MissingMessage, load_catalogue

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def write_area(folder, area, **messages):
    for language in ("vi", "en"):
        (folder / language).mkdir(exist_ok=True)
        text = "".join(f'msgid "{code}"\nmsgstr "{said}"\n\n' for code, said in messages.items())
        (folder / language / f"{area}.po").write_text(HEADER + text, encoding="utf-8")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_collect_translates_the_receipt_itself_from_this_very_text(catalogue, language):
    said = catalogue.sentence("openrosa.received", {}, language)
    assert said == "full submission upload was successful!"


def test_parameters_take_their_places(catalogue):
    said = catalogue.strict().sentence("territory.csv_place", {"line": 7, "column": "kind", "cure": "Hãy sửa."})
    assert said == "Dòng 7, cột kind: Hãy sửa."


def test_days_and_lists_are_written_as_people_do(catalogue):
    params = {"unit_code": "23305", "on": date(2026, 1, 9), "close": ("23302 Phường Đăk Bla", "23326 Xã Ia Chim")}
    said = catalogue.strict().sentence("territory.unknown_code", params)
    assert "vào ngày 09/01/2026" in said
    assert "gần đúng: 23302 Phường Đăk Bla, 23326 Xã Ia Chim." in said


def test_an_empty_list_is_a_dash(catalogue):
    params = {"unit_code": "99", "on": date(2026, 1, 9), "close": ()}
    assert catalogue.sentence("territory.unknown_code", params).endswith("gần đúng: –.")


def test_a_parameter_is_never_read_as_a_placeholder(catalogue):
    said = catalogue.strict().sentence("territory.bad_reference", {"reference": "{code}"})
    assert said.startswith("“{code}” không phải")


def test_english_is_said_on_request(catalogue):
    assert catalogue.sentence("role.supervisor", {}, "en") == "Reviewer"
    assert catalogue.sentence("role.supervisor", {}) == "Người duyệt phiếu"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("code", "params"), [("no.such_code", {}), ("openrosa.too_large", {"limit": 5})])
def test_a_gap_never_leaves_a_phone_without_an_answer(catalogue, code, params, language):
    assert code in catalogue.sentence(code, params, language)


@pytest.mark.parametrize(("code", "params"), [("no.such_code", {}), ("openrosa.too_large", {"limit": 5})])
def test_a_gap_fails_in_a_strict_catalogue(catalogue, code, params):
    with pytest.raises(MissingMessage, match=code):
        catalogue.strict().sentence(code, params)


def test_a_sentence_without_its_translation_is_said_in_vietnamese(tmp_path):
    write_area(tmp_path, "one", **{"one.said": "Đã nhận"})
    (tmp_path / "en" / "one.po").write_text(HEADER, encoding="utf-8")
    assert load_catalogue(tmp_path).sentence("one.said", {}, "en") == "Đã nhận"


def test_a_code_has_one_place(tmp_path):
    write_area(tmp_path, "one", **{"one.said": "Đã nhận"})
    write_area(tmp_path, "two", **{"one.said": "Đã giữ"})
    with pytest.raises(DuplicateMessage, match=r"one\.said"):
        load_catalogue(tmp_path)


def test_a_code_is_known_or_not(catalogue):
    assert catalogue.has("review.state.received")
    assert not catalogue.has("review.state.unheard_of")

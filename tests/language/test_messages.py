"""The PO files themselves: both languages say the same things, and the Vietnamese is written in full."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from server.access.roles import Role
from server.language.catalogue import PLACEHOLDER, areas_in, load_catalogue, messages_in
from server.language.folding import fold
from server.territory.units import Level, UnitKind

FOLDER = Path(__file__).parents[2] / "server" / "language" / "messages"
AREAS = sorted({path.name for path in FOLDER.rglob("*.po")})

# ODK Collect recognises this English text and shows its own translation of it.
ENGLISH_ON_PURPOSE = {"openrosa.received"}

OPENROSA = [
    "received", "held", "token_unknown", "token_revoked_stolen", "sign_in_needed", "not_xml", "cut_short", "doctype",
    "too_deep", "too_large", "unavailable", "no_post", "not_found", "wrong_multipart",
]  # fmt: skip
STATES = {
    "received": "Chờ duyệt",
    "has_issues": "Đã trả lại, chờ sửa",
    "edited": "Đã sửa, chờ duyệt lại",
    "approved": "Đã duyệt",
    "rejected": "Không tính",
}
MOST_LETTERS_ON_A_PHONE = 160


def messages(language, area):
    return dict(messages_in(FOLDER / language / area))


def test_there_are_areas_in_both_languages():
    assert [path.name for path in areas_in(FOLDER / "vi")] == [path.name for path in areas_in(FOLDER / "en")] == AREAS


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_hold_the_same_codes(area):
    assert list(messages("vi", area)) == list(messages("en", area))


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_hold_the_same_placeholders(area):
    english = messages("en", area)
    for code, text in messages("vi", area).items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(english[code])), code


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("area", AREAS)
def test_every_text_is_there_and_composed_and_its_braces_are_placeholders(area, language):
    for code, text in messages(language, area).items():
        assert text.strip(), code
        assert unicodedata.is_normalized("NFC", text), code
        assert not re.search(r"[{}]", PLACEHOLDER.sub("", text)), code


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("area", AREAS)
def test_no_code_stands_twice_or_unfinished_in_a_file(area, language):
    text = (FOLDER / language / area).read_text(encoding="utf-8")
    codes = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(codes) == len(set(codes)) == len(messages(language, area))
    assert "fuzzy" not in text


@pytest.mark.parametrize("area", AREAS)
def test_vietnamese_of_more_than_three_words_has_its_accents(area):
    for code, text in messages("vi", area).items():
        words = PLACEHOLDER.sub("", text)
        if len(words.split()) > 3 and code not in ENGLISH_ON_PURPOSE:
            assert fold(words) != " ".join(words.casefold().split()), code


@pytest.mark.parametrize("area", AREAS)
def test_people_are_spoken_to_as_the_forms_speak_to_them(area):
    others = {code: text for code, text in messages("vi", area).items() if re.search(r"(?i)\b(bạn|quý vị)\b", text)}
    assert not others, "anh/chị"


@pytest.mark.parametrize("area", AREAS)
def test_codes_are_dotted_lower_case_words(area):
    for code in messages("vi", area):
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)+", code), code


@pytest.mark.parametrize(("state", "words"), STATES.items())
def test_states_are_said_in_the_words_of_the_field(state, words):
    assert load_catalogue().sentence(f"review.state.{state}", {}) == words


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_role_kind_and_level_has_a_name(language):
    catalogue = load_catalogue()
    codes = [f"role.{role}" for role in Role] + [f"territory.kind.{kind}" for kind in UnitKind]
    codes += [f"territory.level.{level}" for level in Level] + ["territory.level.commune_with_towns"]
    assert [code for code in codes if not catalogue.has(code, language)] == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("answer", OPENROSA)
def test_every_answer_to_a_phone_is_there(answer, language):
    assert load_catalogue().has(f"openrosa.{answer}", language)


def test_answers_fit_on_a_phone():
    long = {
        code: len(text) for code, text in messages("vi", "openrosa.po").items() if len(text) > MOST_LETTERS_ON_A_PHONE
    }
    assert long == {}


@pytest.mark.parametrize("room", ["access", "territory"])
def test_every_code_a_room_raises_has_its_sentence(room):
    sources = (FOLDER.parents[1] / room).glob("*.py")
    codes = {code for path in sources for code in re.findall(rf'"({room}\.[a-z_]+)"', path.read_text(encoding="utf-8"))}
    assert codes
    assert [code for code in sorted(codes) if not load_catalogue().has(code)] == []

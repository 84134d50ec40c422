"""Every finding can be told in a sentence and called by a name, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.language.catalogue import LANGUAGES, Language, load_catalogue

SERVER = Path(__file__).parents[2] / "server"
MADE = re.compile(r"""\bfinding\(\s*"([a-z_]+\.[a-z_]+)\"""")
CATALOGUE = load_catalogue()
NAMES = SERVER / "language" / "messages" / "vi" / "finding_names.po"
NAMED = re.findall(r'^msgid "(.+)\.name"$', NAMES.read_text(encoding="utf-8"), re.MULTILINE)


def test_whatever_is_found_has_a_name() -> None:
    made = {code for path in SERVER.rglob("*.py") for code in MADE.findall(path.read_text(encoding="utf-8"))}
    assert len(made) > 10
    assert made <= set(NAMED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_has_a_name_has_a_sentence(language: Language) -> None:
    assert [code for code in NAMED if not CATALOGUE.has(f"{code}.name", language)] == []
    assert [code for code in NAMED if not CATALOGUE.has(code, language)] == []


def test_names_are_short_enough_for_a_phone_and_no_two_are_alike() -> None:
    names = [CATALOGUE.sentence(f"{code}.name", {}, "vi") for code in NAMED]
    assert max(map(len, names)) <= 32
    assert len(set(names)) == len(names)

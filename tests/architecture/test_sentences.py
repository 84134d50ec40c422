"""Whatever is refused is refused in words: each code raised has its sentence, and the parameters the sentence needs."""

from __future__ import annotations

import ast

import pytest

from server.language.catalogue import PLACEHOLDER

REFUSALS = {
    "InvalidInput", "TooLarge", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "Unavailable",
}  # fmt: skip
# The phone's door says these in its own words (`server.web.openrosa.refusals`), and nobody else meets them.
SAID_AT_THE_DOOR = {"submission.no_form_id"}

# These become findings of a record; whoever shows one adds the question's label.
BECOMES_A_FINDING = "measure."


def raised(modules):
    """Return (code, names of parameters or None if they are spread, place) of each refusal raised by name."""
    found = []
    for module in modules:
        for one in module.nodes:
            is_refusal = isinstance(one, ast.Call) and getattr(one.func, "id", "") in REFUSALS and one.args
            if is_refusal and isinstance(one.args[0], ast.Constant):
                names = None if any(word.arg is None for word in one.keywords) else {word.arg for word in one.keywords}
                found.append((one.args[0].value, names, f"{module.name}:{one.lineno}"))
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_refusal_has_its_sentence(modules, catalogue, language):
    codes = {code: place for code, _, place in raised(modules) if code not in SAID_AT_THE_DOOR}
    assert len(codes) > 30
    assert {code: place for code, place in codes.items() if not catalogue.has(code, language)} == {}


def test_every_refusal_brings_what_its_sentence_needs(modules, catalogue):
    lacking = {}
    for code, names, place in raised(modules):
        if names is None or code.startswith(BECOMES_A_FINDING) or not catalogue.has(code):
            continue
        given = dict.fromkeys(PLACEHOLDER.findall(catalogue.languages["vi"].gettext(code)), "")
        if missing := given.keys() - names:
            lacking[place] = (code, missing)
    assert lacking == {}

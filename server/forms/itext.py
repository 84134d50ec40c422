"""The texts of an XForm: labels, hints and messages by language, with what they refer to.

It turns the ``itext`` block and literal labels into `Text` values. It does not choose a language.
Source: ODK XForms specification, Languages (https://getodk.github.io/xforms-spec/#languages).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.forms.definition import Text
from server.forms.xml_reader import children, local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

ITEXT_REFERENCE = re.compile(r"^\s*jr:itext\(\s*(['\"])(.+?)\1\s*\)\s*$")
MISSING_TRANSLATION = "-"
"""What pyxform writes where a language has no translation."""

_PLACEHOLDER = "…"


class Itext:
    """Every text of a form by its id; built once per form, read only afterwards."""

    def __init__(self, block: _Element | None) -> None:
        """Read the ``itext`` element, which a form in one language may not have."""
        self.languages: tuple[str, ...] = ()
        self.default_language = ""
        self._texts: dict[str, dict[str, str]] = {}
        for translation in () if block is None else children(block, "translation"):
            self._read_translation(translation)

    def _read_translation(self, translation: _Element) -> None:
        language = translation.get("lang", "")
        self.languages = (*self.languages, language)
        if "default" in translation.attrib or not self.default_language:
            self.default_language = language
        for text in children(translation, "text"):
            plain = [value for value in children(text, "value") if value.get("form", "long") == "long"]
            if plain:
                self._texts.setdefault(text.get("id", ""), {})[language] = plain_text(plain[0])

    def text(self, text_id: str) -> Text:
        """Return the text of that id, empty if there is none; fillers for missing translations are left out."""
        found = self._texts.get(text_id, {})
        written = {language: text for language, text in found.items() if text != MISSING_TRANSLATION}
        return Text(tuple((written or found).items()))

    def resolve(self, value: str) -> Text:
        """Return the text of an attribute that holds ``jr:itext('id')`` or the words themselves."""
        reference = ITEXT_REFERENCE.match(value)
        if reference:
            return self.text(reference.group(2))
        return Text((("", value),)) if value else Text()

    def label(self, element: _Element | None) -> Text:
        """Return the text of a ``label`` or ``hint`` element."""
        if element is None:
            return Text()
        reference = element.get("ref", "")
        return self.resolve(reference) if reference else self.resolve(plain_text(element))


def plain_text(element: _Element) -> str:
    """Return the words of *element*, each embedded ``output`` shown as ``…``."""
    parts = [element.text or ""]
    for child in element:
        parts.append(_PLACEHOLDER if local_name(child) == "output" else plain_text(child))
        parts.append(child.tail or "")
    return "".join(parts).strip()

"""The message catalogue: a code and its parameters become a sentence in Vietnamese or English.

The sentences stand in PO files, one per area and language (`messages/<vi|en>/<area>.po`), with the code as msgid and
``{name}`` for a parameter. The catalogue is built once at start-up and passed around; there is no current language
and no global state. This is the only module that imports gettext.
Source: GNU gettext manual, "The Format of PO Files".
"""

from __future__ import annotations

import gettext
import logging
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server.language.display import display_date, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")

FALLBACK_CODE: Final = "general.no_sentence"
PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")

log = logging.getLogger(__name__)


class MissingMessage(LookupError):
    """A strict catalogue was asked for a sentence that it cannot form; says which code and what is missing."""


class DuplicateMessage(ValueError):
    """A code stands in two areas of one language."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of both languages. A *strict* one raises where an ordinary one says it in general words."""

    languages: Mapping[Language, gettext.NullTranslations]
    is_strict: bool = False

    def strict(self) -> Catalogue:
        """Return the same sentences in a catalogue that raises MissingMessage instead of falling back; for tests."""
        return replace(self, is_strict=True)

    def has(self, code: str, language: Language = "vi") -> bool:
        """Return whether there is a sentence for *code* in that language."""
        return self._template(code, language) is not None

    def sentence(self, code: str, params: Mapping[str, object], language: Language = "vi") -> str:
        """Return the sentence for *code*, its placeholders filled from *params*.

        Parameters without a placeholder are ignored. A code with no sentence in *language* is said in Vietnamese; if
        that fails too, or a parameter is missing, the answer is a general sentence naming the code: a phone that has
        sent something is never left without an answer. A strict catalogue raises MissingMessage instead.
        """
        template = self._template(code, language)
        if template is None:
            self._report(code, language, "no sentence")
            template = self._template(code, "vi")
        if template is None:
            return self._fallback(code, language)
        absent = _placeholders(template) - params.keys()
        if absent:
            self._report(code, language, f"no parameter {', '.join(sorted(absent))}")
            return self._fallback(code, language)
        return _fill(template, params)

    def _template(self, code: str, language: Language) -> str | None:
        """Return the text as it stands in the file; gettext answers with the code itself when it knows none."""
        found = self.languages[language].gettext(code)
        return None if found in ("", code) else found

    def _fallback(self, code: str, language: Language) -> str:
        template = self._template(FALLBACK_CODE, language) or self._template(FALLBACK_CODE, "vi") or "{code}"
        return _fill(template, {"code": code})

    def _report(self, code: str, language: Language, gap: str) -> None:
        if self.is_strict:
            raise MissingMessage(f"{language}: {code}: {gap}")
        log.error("catalogue.gap", extra={"message_code": code, "language": language, "gap": gap})


def load_catalogue(folder: Traversable | None = None) -> Catalogue:
    """Return the catalogue of all areas under *folder*; without one, under the project's own ``messages/``.

    The project's own is read once a process. Raises DuplicateMessage when two areas hold the same code.
    """
    return _read(folder) if folder is not None else _own()


@cache
def _own() -> Catalogue:
    return _read(files("server.language") / "messages")


def _read(root: Traversable) -> Catalogue:
    return Catalogue(MappingProxyType({language: _translations(root / language) for language in LANGUAGES}))


def messages_in(area: Traversable) -> Iterator[tuple[str, str]]:
    """Yield code and text of one PO file, as they stand there."""
    for message in read_po(BytesIO(area.read_bytes()), abort_invalid=True):
        if isinstance(message.id, str) and message.id:
            yield message.id, message.string if isinstance(message.string, str) else ""


def areas_in(folder: Traversable) -> list[Traversable]:
    """Return the PO files of one language, in the order of their names."""
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".po")), key=lambda entry: entry.name)


def _translations(folder: Traversable) -> gettext.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, _merged(areas_in(folder)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _merged(areas: Iterable[Traversable]) -> Catalog:
    whole = Catalog(charset="utf-8", fuzzy=False)
    for area in areas:
        for code, text in messages_in(area):
            if code in whole:
                raise DuplicateMessage(f"{area.name}: {code} already stands in another area or above")
            whole.add(code, text)
    return whole


def _placeholders(template: str) -> set[str]:
    return set(PLACEHOLDER.findall(template))


def _fill(template: str, params: Mapping[str, object]) -> str:
    return PLACEHOLDER.sub(lambda found: _written(params[found[1]]), template)


def _written(value: object) -> str:
    """Return a parameter as people write it: days as dd/mm/yyyy, decimals with a comma, several joined, none as a dash.

    Whole numbers stay ungrouped, for many of them are years, line numbers and codes.
    """
    match value:
        case date():
            return display_date(value)
        case float():
            return number(value)
        case list() | tuple():
            return ", ".join(_written(one) for one in value) or "–"
        case _:
            return str(value)

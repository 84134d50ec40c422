"""The properties of entities in a reader's words: what each is called, and what its value says.

A form's own words come first, then those of the catalogue; what neither knows is shown as it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from server.language.display import display_date, shown_text
from server.registers.households import MERGED_INTO, PARENT, POINT
from server.registers.lists import COMMUNE, VILLAGE
from server.registers.properties import PropertyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.language.catalogue import Catalogue, Language
    from server.operations.entity_visits import VisitAnswer
    from server.operations.read_entity import HistoryStep
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.territory.collection import Territory

_FIRST: Final = (
    "house_no", "head_name", "spouse_name", "address", "size", "u16", "n60", "hh_type", "relations", "ethnic",
    "poverty", "groups", "kind", "post", "status", "status_date", "last_survey_year", "visit_result",
)  # fmt: skip
_TOLD_ELSEWHERE: Final = frozenset({VILLAGE, COMMUNE, PARENT, MERGED_INTO, POINT})
_SORTED: Final = frozenset({VILLAGE, *_FIRST})
_ISO_DATE: Final = len("2026-10-05")


@dataclass(frozen=True, slots=True)
class PropertyWords:
    """Tells properties of one list; *places* are the names of units by code, *kin* those of entities by id."""

    catalogue: Catalogue
    language: Language
    meanings: Mapping[str, PropertyMeaning]
    places: Mapping[str, str]
    kin: Mapping[str, str]

    def label(self, name: str) -> str:
        """Return what a property is called."""
        meaning = self.meanings.get(name)
        told = meaning.label.in_language(self.language) if meaning else ""
        return told or self._said(f"console.register.property.{name}") or name

    def words(self, name: str, value: str) -> str:
        """Return what a value says; where a household stands is told only as being noted."""
        if not value:
            return ""
        match name:
            case "point":
                return self.catalogue.sentence("console.register.point_noted", {}, self.language)
            case "village" | "commune":
                return self.places.get(value, value)
            case "parent" | "merged_into":
                return self.kin.get(value) or self._said("console.register.not_in_sight")
            case _:
                return self._plain(name, value)

    @staticmethod
    def coordinates(point: str) -> str:
        """Return latitude and longitude of a point as it was sent, without height and accuracy."""
        return ", ".join(point.split()[:2])

    def facts(self, properties: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return label and words of what is known of an entity, besides what a page tells in its own way."""
        known = [name for name in self.in_order(properties) if properties.get(name) and name not in _TOLD_ELSEWHERE]
        return [(self.label(name), self.words(name, properties[name])) for name in known]

    def answer(self, answer: VisitAnswer) -> str:
        """Return what was answered in a visit."""
        if answer.chosen:
            return ", ".join(one.in_language(self.language) for one in answer.chosen)
        return self._said(f"console.register.value.{answer.text}") or _dated(shown_text(answer.text))

    def asked(self, name: str, answers: Sequence[VisitAnswer]) -> str:
        """Return the question of a visit, in the words of the newest form that has any."""
        told = (one.label.in_language(self.language) for one in answers)
        return self._said(f"console.register.answer.{name}") or next(filter(None, told), "") or self.label(name)

    def _plain(self, name: str, value: str) -> str:
        meaning = self.meanings.get(name)
        if meaning is not None and meaning.choices:
            return ", ".join(one.in_language(self.language) for one in meaning.chosen(value))
        said = self._said(f"console.register.{name}.{value}")
        if said:
            return said
        is_date = meaning is not None and meaning.kind is PropertyKind.DATE
        return _dated(value) if is_date or len(value) == _ISO_DATE else value

    def _said(self, code: str) -> str:
        has = self.catalogue.has(code, self.language)
        return self.catalogue.sentence(code, {}, self.language) if has else ""

    @staticmethod
    def in_order(names: Iterable[str]) -> list[str]:
        """Return properties in the order people expect: the place, the people, what follows."""
        known = list(dict.fromkeys(names))
        return [*(one for one in (VILLAGE, *_FIRST) if one in known), *(one for one in known if one not in _SORTED)]


def places_told(services: Services, steps: Iterable[HistoryStep]) -> dict[str, str]:
    """Return the names of the places these versions of an entity name by code, as of their day."""
    versions = [one.version for one in steps]
    if not versions:
        return {}
    territory, zone = services.atlas.current().territory, services.settings.timezone
    told = [(one.recorded_at.astimezone(zone).date(), one.properties) for one in reversed(versions)]
    return {code: name for on, properties in told for code, name in places_on(territory, on, [properties]).items()}


def places_on(territory: Territory, on: date, several: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the names of the places that these properties name by code, as of a day."""
    codes = {told[name] for told in several for name in (VILLAGE, COMMUNE) if told.get(name)}
    found = {code: territory.find_on(code, (on,)) for code in codes}
    return {code: territory.name(unit_id, on) for code, unit_id in found.items() if unit_id is not None}


def _dated(text: str) -> str:
    try:
        return display_date(date.fromisoformat(text))
    except ValueError:
        return text

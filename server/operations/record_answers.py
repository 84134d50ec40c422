"""The answers of a record in the words of its form; units and entities, whose lists are made anew, by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.errors import DomainError
from server.forms.xml_reader import read_xml
from server.submissions.answers import Section, read_answers
from server.submissions.choice_labels import ChoiceLabels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from server.operations.form_shelf import ShelvedForm
    from server.submissions.choice_labels import NamedElsewhere
    from server.territory.collection import Territory

_GENERATED_LIST: Final = "units.csv"
_IDS: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""What may be the id of an entity the record names."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What names the choices no file has: units, by the *territory* as of *on*, and *entities* by list and id."""

    territory: Territory
    on: date
    entities: Mapping[tuple[str, str], str]


def named_in(documents: Iterable[bytes]) -> Iterator[str]:
    """Yield what may be ids of entities in documents."""
    return (one.decode() for xml in documents for one in _IDS.findall(xml))


def answers_of(xml: bytes, form: ShelvedForm, naming: Naming) -> Section:
    """Return the answers of a document with the words of its form."""
    return read_answers(read_xml(xml), ChoiceLabels(form.definition, form.lists, named_elsewhere(form, naming)))


def named_elsewhere(form: ShelvedForm, naming: Naming) -> NamedElsewhere:
    """Return who names the choices of lists made anew for each phone: of units and of entities."""

    def name(instance_id: str, value: str) -> str | None:
        instance = form.definition.instance(instance_id)
        if instance is None:
            return None
        if instance.filename == _GENERATED_LIST:
            return _unit_name(naming.territory, value, naming.on)
        return naming.entities.get((instance.filename.removesuffix(".csv"), value))

    return name


def _unit_name(territory: Territory, code: str, on: date) -> str | None:
    try:
        return territory.find(code, on).name
    except DomainError:
        return None

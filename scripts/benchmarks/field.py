"""The field project that is measured: the project's own forms and all their rules, plainly made-up people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.form_source import read_form_source
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, publish_form
from server.operations.sample_registers import SampleList, put_sample_entities
from server.storage.schema import upgrade

from .stored import fill_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.operations.services import Services

FORMS = Path(__file__).resolve().parent.parent.parent / "xlsforms"
SURVEY, EVENT = "household_conduct_survey", "training_event"
PHOTO_NAME = "1763600000000.jpg"
"""How the example of an event with a photograph names it."""
HOUSEHOLDS = 10_000
"""Of one village, so many that none is surveyed twice in a measurement."""
_VILLAGE = "23500-01"
_ANSWERED = ("couple_with_children", "couple_with_children", "couple_with_children", "refused", "bad_required_missing")
"""What villages send: mostly answered surveys, some refusals, some records that a reviewer must look at."""


@dataclass(frozen=True, slots=True)
class Field:
    """What was set up; *keys* are the paths of the collaborators' keys, one for each phone."""

    project_id: int
    keys: tuple[str, ...]


def set_up(services: Services, phones: int, forms: Iterable[str]) -> Field:
    """Make the project on an empty database, with *forms* and *phones* collaborators of one village."""
    upgrade(services.engine)
    load_units(services, seed_text(SEED_FILE))
    load_units(services, seed_text(SAMPLE_FILE))
    project = add_project(services, "Đo tốc độ (mẫu)")
    for form_id in forms:
        publish_form(services, project.project_id, read_form_source(FORMS / form_id), audience=Audience())
    _fill_village(services, project.project_id)
    keys = tuple(_new_phone(services, project.project_id, number) for number in range(phones))
    return Field(project.project_id, keys)


def surveys() -> Iterator[bytes]:
    """Yield conduct surveys without end, each with an instanceID of its own, from one household after another."""
    texts = [_example(SURVEY, name) for name in _ANSWERED]
    for number in count():
        place = number % HOUSEHOLDS
        household = _household_id(place)
        given = {"household": household, "household_id": household, "hh_number": str(place)}
        text = re.sub(r"Hộ \d+", f"Hộ {place}", texts[number % len(texts)])
        yield _renewed(re.sub(r'(<entity [^>]* id=")[^"]*', rf"\g<1>{household}", text), given)


def events() -> Iterator[bytes]:
    """Yield training events without end, each with an instanceID of its own and a photograph named PHOTO_NAME."""
    text = _example(EVENT, "bad_photo_missing")
    while True:
        yield _renewed(text, {})


def _example(form_id: str, name: str) -> str:
    return (FORMS / form_id / "examples" / f"{name}.xml").read_text(encoding="utf-8")


def _renewed(text: str, given: Mapping[str, str]) -> bytes:
    for element, value in {"instanceID": f"uuid:{uuid4()}", **given}.items():
        text = re.sub(rf"<{element}>[^<]*</{element}>", f"<{element}>{value}</{element}>", text)
    return text.encode()


def _fill_village(services: Services, project_id: int) -> None:
    """Put the first household on the list as every entity is put there, and let the others be copies of it."""
    first = f"{_household_id(0)},Hộ 37 (mẫu),1,{_VILLAGE},37,poor,active"
    table = "\n".join(["name,label,__version,village,house_no,poverty,status", first]).encode()
    put_sample_entities(services, SampleList(project_id, "households", table))
    village = services.atlas.current().territory.find(_VILLAGE, services.today())
    fill_register(services.engine, [village.unit_id], HOUSEHOLDS - 1)


def _household_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _new_phone(services: Services, project_id: int, number: int) -> str:
    new = NewCollaborator(project_id, f"Cộng tác viên {number} (mẫu)", (_VILLAGE,), is_sample=True)
    return urlsplit(add_collaborator(services, new).server_url).path

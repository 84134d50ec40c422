"""A province's register as large as the real one: made-up households in made-up villages, plainly marked as samples.

One household of each village goes the way of every entity; the others are copies the database makes of it, for what
matters is how many there are, not how they came to be.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import insert

from server.operations.add_project import add_project
from server.operations.form_source import read_form_source
from server.operations.identify_sender import token_hash
from server.operations.load_units import SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, publish_form
from server.operations.sample_registers import SampleList, put_sample_entities
from server.storage.models.people import CollaboratorKeyRow, CollaboratorPostRow, CollaboratorRow
from server.storage.schema import upgrade
from server.territory.units import Level

from .field import FORMS, SURVEY
from .stored import fill_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.operations.services import Services

LIST = "households"
HOUSEHOLDS, VILLAGES, PEOPLE = 143_561, 869, 1_500
LARGE = 200
"""How many households a large village has, as measured; a third of the villages are."""
_OFFICERS = 40
"""How many of the people work for a commune; the others for a village."""
_UNIT_COLUMNS = (
    "code,name,kind,parent_code,valid_from,valid_to,successor_code,urban_rural,area_class,specially_hard,border"
)
_COLUMNS = "name,label,__version,village,house_no,head_name,spouse_name,size,poverty,hh_type,relations,status"


@dataclass(frozen=True, slots=True)
class Province:
    """What was set up; *keys* are the paths of all people's keys, *large* those of one person of each large village."""

    project_id: int
    keys: tuple[str, ...]
    large: tuple[str, ...]
    villages: int


def set_up_province(services: Services, share: float) -> Province:
    """Make the project on an empty database, with that share of the province's households, villages and people."""
    villages, people = max(3, round(VILLAGES * share)), max(6, round(PEOPLE * share))
    households = max(villages, round(HOUSEHOLDS * share))
    upgrade(services.engine)
    load_units(services, seed_text(SEED_FILE))
    codes = _load_villages(services, villages)
    project_id = add_project(services, "Đo danh sách (mẫu)").project_id
    publish_form(services, project_id, read_form_source(FORMS / SURVEY), audience=Audience())
    places = [codes[number % villages] for number in range(people)]
    keys = _enrol(services, project_id, places)
    put_sample_entities(services, SampleList(project_id, LIST, _first_households(codes)))
    large = villages // 3
    fill_register(services.engine, _ids(services, codes[:large]), LARGE - 1)
    each, over = divmod(households - large * LARGE, villages - large)
    fill_register(services.engine, _ids(services, codes[large : large + over]), each)
    fill_register(services.engine, _ids(services, codes[large + over :]), each - 1)
    return Province(project_id, keys, keys[_OFFICERS if people > 2 * _OFFICERS else 0 : large], villages)


def _load_villages(services: Services, wanted: int) -> list[str]:
    communes = services.atlas.current().territory.units_of_level(Level.COMMUNE, services.today())
    rows = [
        (
            f"{communes[number % len(communes)].code}-{number // len(communes) + 1:02}",
            communes[number % len(communes)].code,
        )
        for number in range(wanted)
    ]
    lines = [f"{code},Thôn {code} (mẫu),village,{parent},2025-07-01,,,rural,III,no,no" for code, parent in rows]
    load_units(services, "\n".join([_UNIT_COLUMNS, *lines]) + "\n")
    return [code for code, _ in rows]


def _ids(services: Services, codes: Sequence[str]) -> list[int]:
    territory, today = services.atlas.current().territory, services.today()
    return [territory.find(code, today).unit_id for code in codes]


def _enrol(services: Services, project_id: int, places: Sequence[str]) -> tuple[str, ...]:
    """Enrol somebody for each place, the first few for the whole commune around it; return the paths of their keys."""
    tokens = [secrets.token_hex(32) for _ in places]
    at = datetime.now(UTC)
    officers = _OFFICERS if len(places) > 2 * _OFFICERS else 0
    units = _ids(services, [code.partition("-")[0] if n < officers else code for n, code in enumerate(places)])
    who = {"project_id": project_id, "ha1": "0" * 32, "is_sample": True, "created_at": at, "is_stolen": False}
    with services.engine.begin() as connection:
        statement = insert(CollaboratorRow).returning(CollaboratorRow.id, sort_by_parameter_order=True)
        people = [{**who, "name": f"Cộng tác viên {n} (mẫu)", "username": f"mau-{n}"} for n in range(len(places))]
        ids = list(connection.execute(statement, people).scalars())
        posts = [{"collaborator_id": one, "unit_id": unit} for one, unit in zip(ids, units, strict=True)]
        connection.execute(insert(CollaboratorPostRow), posts)
        key = {"label": "mẫu", "created_at": at, "is_stolen": False}
        hashes = ({"collaborator_id": one, "token_sha256": token_hash(t)} for one, t in zip(ids, tokens, strict=True))
        connection.execute(insert(CollaboratorKeyRow), [{**key, **one} for one in hashes])
    return tuple(f"/v1/key/{token}/projects/{project_id}" for token in tokens)


def _first_households(codes: Sequence[str]) -> bytes:
    facts = "37,A Mẫu Văn Tik,Y Mẫu Thị Bét,5,near_poor,nuclear,couple parent_child siblings,active"
    lines = (f"{uuid4()},A Mẫu Văn Tik – vợ Y Mẫu Thị Bét – hộ 37 (mẫu),1,{code},{facts}" for code in codes)
    return "\n".join([_COLUMNS, *lines]).encode()

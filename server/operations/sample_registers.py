"""Put sample entities on the lists of a project, as the CSV files beside the forms have them.

What is on a list already is left as it is. Real lists are imported, with a dry run and an undo; samples need neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.lists import read_csv
from server.operations.write_entity import Source, Touched, write_version
from server.registers.lists import FIXED_COLUMNS
from server.registers.versions import Action, Conflict, NewVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SampleList:
    """A list of a project and the CSV, with the columns phones get, of what is to be on it."""

    project_id: int
    name: str
    content: bytes


def put_sample_entities(services: Services, sample: SampleList) -> int:
    """Return how many entities were put on the list that were not there."""
    with services.unit_of_work(services.operator()) as uow:
        touched = Touched()
        put = _put(services, uow, sample, touched)
        touched.tell(uow)
    return put


def _put(services: Services, uow: UnitOfWork, sample: SampleList, touched: Touched) -> int:
    rows = {row["name"]: row for row in read_csv(sample.name, sample.content).rows}
    at = services.now()
    register = uow.entities.ensure_list(sample.project_id, sample.name, at)
    claimed = uow.entities.claimed(register, rows, at)
    missing = [stored for stored in claimed.values() if not stored.state.exists]
    if not missing:
        return 0
    batch = {"list_id": register.list_id, "kind": "import", "counts": {"new": len(missing)}, "started_at": at}
    batch_id = uow.entities.add_batch({**batch, "ended_at": at}, is_sensitive=False)
    source = Source(at, services.atlas.current(), (services.today(),), batch_id=batch_id)
    for stored in missing:
        write_version(uow, stored, _first_version(rows[stored.entity_id]), source, touched=touched)
    uow.entities.note_properties(register.list_id, _values(next(iter(rows.values()))), sent=())
    return len(missing)


def _first_version(row: Mapping[str, str]) -> NewVersion:
    filled = {name: text for name, text in _values(row).items() if text}
    return NewVersion(1, row["label"], filled, frozenset(filled), Action.IMPORT, Conflict.NONE)


def _values(row: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in row.items() if name not in FIXED_COLUMNS}

"""Keep that a file was loaded, or its load taken back: one deed for the whole of it, however many rows it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.access.deeds import Deed, Thing
from server.indicators.paper_rows import CASES
from server.operations.note_deeds import note_deeds, unit_above

if TYPE_CHECKING:
    from server.access.deeds import DeedKind, Parameter
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class LoadDone:
    """What became of a file, by whom (None: the command line), and how many rows it was about."""

    import_id: int
    kind: DeedKind
    account_id: int | None
    rows: int


def note_load(services: Services, uow: UnitOfWork, done: LoadDone) -> None:
    """Keep what became of a file that was kept before.

    It is read below the posts it was loaded under; what holds counts of incidents at the desk of these alone.
    """
    stored = uow.register_imports.one(done.import_id)
    assert stored is not None, "it was kept before it was run"
    by = None if done.account_id is None else uow.accounts.actor(done.account_id)
    params: dict[str, Parameter] = {"list": stored.kind, "file": stored.file_name, "rows": done.rows}
    told = Deed(done.kind, Thing.FILE, done.import_id, unit_above(services, uow, stored.unit_ids), params)
    note_deeds(services, uow, by, replace(told, is_sensitive=stored.kind == CASES))

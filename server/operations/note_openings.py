"""Keep who opened what at the incident desk: lists, records and files, in the transaction that reads them.

A record there, and what belongs to it, is read only while it lies open to the reader: see `open_case`. At the everyday
desk nothing is kept of reading.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.access.authorisation import units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.operations.note_deeds import note_deeds
from server.operations.open_case import check_open
from server.operations.sights import Desk, sight_of

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.records import RecordLine
    from server.storage.unit_of_work import UnitOfWork


def opened(services: Services, account: Account, desk: Desk) -> UnitOfWork:
    """Return the transaction somebody reads records of a desk in: it writes where the reading is kept."""
    sight = sight_of(account, desk, services.today())
    return services.unit_of_work(sight) if desk is Desk.INCIDENTS else services.reading(sight)


def note_record_opening(services: Services, uow: UnitOfWork, account: Account, line: RecordLine) -> None:
    """Keep that somebody opened a record, if it is one of that desk; raises Forbidden ``case.not_open``."""
    if line.is_sensitive:
        check_open(services, uow, account, (line.submission_id,))
        _note(services, uow, account, Deed(DeedKind.RECORD_OPENED, Thing.RECORD, line.submission_id, line.unit_id))


def note_file_opening(services: Services, uow: UnitOfWork, account: Account, attachment_id: int) -> None:
    """Keep that somebody at that desk opened a file in sight; raises Forbidden ``case.not_open``."""
    submission_id, unit_id = uow.records.owner_of(attachment_id)
    check_open(services, uow, account, (submission_id,))
    _note(services, uow, account, Deed(DeedKind.FILE_OPENED, Thing.RECORD, submission_id, unit_id))


def note_list_opening(services: Services, uow: UnitOfWork, account: Account) -> None:
    """Keep that somebody looked at the list of the incident desk, below the first of their posts."""
    units = sorted(units_for(account, Desk.INCIDENTS.read, services.today()))
    _note(services, uow, account, Deed(DeedKind.LIST_OPENED, Thing.RECORD, None, units[0] if units else None))


def _note(services: Services, uow: UnitOfWork, account: Account, deed: Deed) -> None:
    note_deeds(services, uow, account, replace(deed, is_sensitive=True))

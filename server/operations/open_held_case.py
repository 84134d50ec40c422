"""A case that lies in the tray: masked like one that was filed, and opened with a reason that is kept.

Until then it tells why it is held, its form, the day it came and how many files came with it: not who sent it, not the
hour, not its own number. What is read of it, and that it is put aside, is for whom it lies open to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Forbidden, NotFound
from server.operations.note_deeds import note_deeds
from server.operations.open_case import Opened, keep_opening
from server.operations.sights import Desk, tray_sight_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.access.actors import Account
    from server.access.openings import Why
    from server.operations.services import Services
    from server.storage.repositories.case_openings import OpeningLine
    from server.storage.repositories.tray import HeldUpload
    from server.storage.unit_of_work import UnitOfWork

MOST_OPENINGS: Final = 20


@dataclass(frozen=True, slots=True)
class TrayCases:
    """Uploads as somebody may see them now; *shut* are cases that are masked, *openings* of those that lie open."""

    uploads: tuple[HeldUpload, ...]
    shut: frozenset[int]
    openings: tuple[OpeningLine, ...]


def masked_upload(services: Services, account: Account, upload_id: int) -> HeldUpload:
    """Return a case in the tray as its list shows it; raises NotFound ``tray.unknown``."""
    with services.reading(tray_sight_of(account, Desk.INCIDENTS, services.today())) as uow:
        return _masked(_found(uow, upload_id))


def open_upload(services: Services, account: Account, upload_id: int, why: Why) -> None:
    """Open a case in the tray to the account in the sign-in it acts in; raises NotFound ``tray.unknown``."""
    with services.unit_of_work(tray_sight_of(account, Desk.INCIDENTS, services.today())) as uow:
        unit_id = uow.collaborators.unit_of(_found(uow, upload_id).collaborator_id, services.today())
        keep_opening(services, uow, account, Opened("upload_id", Thing.UPLOAD, upload_id, unit_id), why=why)


def check_upload_open(services: Services, uow: UnitOfWork, account: Account, held: HeldUpload) -> None:
    """Raise Forbidden ``case.not_open`` (upload) where it is a case that does not lie open to the account."""
    is_case = held.is_sensitive
    if is_case and not uow.case_openings.open_uploads(account, (held.upload_id,), services.now()):
        raise Forbidden("case.not_open", upload=held.upload_id)


def as_seen(services: Services, uow: UnitOfWork, account: Account, uploads: Sequence[HeldUpload]) -> TrayCases:
    """Return uploads in sight as the account may see them, and keep which open cases were read."""
    cases = {one.upload_id: one for one in uploads if one.is_sensitive}
    lying_open = uow.case_openings.open_uploads(account, cases, services.now()) if cases else frozenset()
    shut = frozenset(cases) - lying_open
    openings = uow.case_openings.of_uploads(lying_open, at_most=MOST_OPENINGS) if lying_open else []
    _note(services, uow, account, [cases[one] for one in sorted(lying_open)])
    return TrayCases(tuple(_masked(one) if one.upload_id in shut else one for one in uploads), shut, tuple(openings))


def _note(services: Services, uow: UnitOfWork, account: Account, read: Sequence[HeldUpload]) -> None:
    """Keep that these cases were read."""
    if not read:
        return
    units = uow.collaborators.units_of({one.collaborator_id for one in read}, services.today())
    note_deeds(
        services,
        uow,
        account,
        *(
            Deed(DeedKind.RECORD_OPENED, Thing.UPLOAD, one.upload_id, units.get(one.collaborator_id), is_sensitive=True)
            for one in read
        ),
    )


def _found(uow: UnitOfWork, upload_id: int) -> HeldUpload:
    held = uow.tray.one(upload_id)
    if held is None or held.state != "held":
        raise NotFound("tray.unknown")
    return held


def _masked(held: HeldUpload) -> HeldUpload:
    return replace(held, collaborator_name="", instance_id="", device_id="")

"""Open a case for a while: with a reason that is kept and shown to whoever opens it later.

Until then its number, day, commune and state are all there is to see of it. What lies open is open to one account in
one sign-in. Who opens many within an hour is told of to their administrator, without a word of which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from server.access.authorisation import units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.access.openings import OPEN_FOR
from server.errors import Forbidden, NotFound
from server.operations.masked_cases import masked, masked_place
from server.operations.note_deeds import note_deeds, stands_in_for, unit_of_posts
from server.operations.sights import Desk, sight_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.access.actors import Account
    from server.access.openings import Why
    from server.operations.services import Services
    from server.storage.repositories.records import RecordLine
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

MANY: Final = 20
WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MaskedCase:
    """What there is to see of a case before it is opened."""

    line: RecordLine
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """Which case is opened, by the column of its opening: one that was filed, or one that lies in the tray."""

    column: Literal["submission_id", "upload_id"]
    thing: Thing
    key: int
    unit_id: UnitId | None


def masked_case(services: Services, account: Account, submission_id: int) -> MaskedCase:
    """Return a case as lists show it; raises NotFound ``access.not_found``."""
    with services.reading(sight_of(account, Desk.INCIDENTS, services.today())) as uow:
        line = masked(_found(uow, submission_id))
    return MaskedCase(line, masked_place(services.atlas.current(), line, services.today()))


def open_case(services: Services, account: Account, submission_id: int, why: Why) -> None:
    """Open a case to the account in the sign-in it acts in; raises NotFound ``access.not_found``."""
    with services.unit_of_work(sight_of(account, Desk.INCIDENTS, services.today())) as uow:
        unit_id = _found(uow, submission_id).unit_id
        keep_opening(services, uow, account, Opened("submission_id", Thing.RECORD, submission_id, unit_id), why=why)


def keep_opening(services: Services, uow: UnitOfWork, account: Account, case: Opened, *, why: Why) -> None:
    """Keep that a case in sight is opened, with its deed; tell the administrator where it is one of many."""
    params, now = {"why": why.reason.value}, services.now()
    told = Deed(DeedKind.IDENTITY_OPENED, case.thing, case.key, case.unit_id, params, is_sensitive=True)
    uow.case_openings.add(
        {
            case.column: case.key,
            "account_id": account.account_id,
            "stands_in_for_id": stands_in_for(services, uow, account, told),
            "session_key": account.session_key,
            "reason": why.reason.value,
            "words": why.words,
            "opened_at": now,
            "open_until": now + OPEN_FOR,
        }
    )
    note_deeds(services, uow, account, told, *_told_of_many(services, uow, account))


def check_open(services: Services, uow: UnitOfWork, account: Account, submission_ids: Iterable[int]) -> None:
    """Raise Forbidden ``case.not_open`` (submission) unless all these cases lie open to the account."""
    wanted = set(submission_ids)
    closed = wanted - uow.case_openings.open_to(account, wanted, services.now()) if wanted else wanted
    if closed:
        raise Forbidden("case.not_open", submission=min(closed))


def _found(uow: UnitOfWork, submission_id: int) -> RecordLine:
    line = uow.records.one(submission_id)
    if line is None:
        raise NotFound("access.not_found")
    return line


def _told_of_many(services: Services, uow: UnitOfWork, account: Account) -> tuple[Deed, ...]:
    """Return what to tell the administrator, once an hour at most: how many, and of whom."""
    since = services.now() - WITHIN
    is_many = uow.case_openings.count_of(account.account_id, since) > MANY
    if not is_many or uow.deeds.has(DeedKind.MANY_OPENED, account.account_id, since):
        return ()
    held = units_for(account, Desk.INCIDENTS.read, services.today())
    unit_id = unit_of_posts(services, uow, [one for one in account.posts if one.unit_id in held])
    return (Deed(DeedKind.MANY_OPENED, Thing.ACCOUNT, account.account_id, unit_id, {"more_than": MANY}),)

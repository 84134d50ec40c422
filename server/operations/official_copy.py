"""The official copy of a report, with exact counts of incidents: opened, locked and printed by the unit's own officer.

The law wants exact numbers; most of a commune are under five. So nobody else gets this copy, nothing lists it or leads
to it, and each opening is kept with its reason before a single number is shown. Issued official copies lie in a table
that is read here alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.report_fill import Copy
from server.indicators.report_grid import ReportPage, read_page
from server.operations.draft_report import key_of
from server.operations.issue_report import LONGEST_REASON, copy_facts
from server.operations.note_deeds import note_deeds
from server.operations.official_numbers import official_numbers
from server.operations.places import told_apart
from server.operations.report_filling import Making, fill_in

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from server.access.actors import Account
    from server.operations.report_filling import ReportOrder
    from server.operations.services import Services
    from server.storage.repositories.reports import ReportKey, StoredTemplate
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

log = logging.getLogger(__name__)


class Act(StrEnum):
    """What somebody does with an official copy."""

    OPEN = "open"
    WORKBOOK = "workbook"
    DOCUMENT = "document"
    LOCK = "lock"


_NEEDED: Final = {Act.LOCK: Permission.REVIEW_INCIDENTS}


@dataclass(frozen=True, slots=True)
class OfficialCopy:
    """An official copy: as it was issued, or, without *issued_at*, as it would be today."""

    key: ReportKey
    page: ReportPage
    workbook: bytes
    document: bytes
    workbook_sha256: str
    document_sha256: str
    issued_at: datetime | None
    issued_by: str
    openings: int


@dataclass(frozen=True, slots=True)
class OfficialChoice:
    """What an officer may open: layouts, and the units of which they are the officer, with their names."""

    layouts: tuple[StoredTemplate, ...]
    units: tuple[tuple[UnitId, str], ...]


def official_choice(services: Services, account: Account) -> OfficialChoice:
    """Return what the officer may ask for; raises what `authorise` raises for READ_INCIDENTS."""
    here, today = services.atlas.current(), services.today()
    authorise(account, Permission.READ_INCIDENTS, scope_of=here.scope_of, on=today)
    own = sorted(units_for(account, Permission.READ_INCIDENTS, today))
    levels = {here.territory.period(one, today).level for one in own}
    with services.reading(services.operator()) as uow:
        layouts = tuple(one for one in uow.reports.in_force() if one.level in levels)
    names = told_apart(here, ((one, here.territory.name(one, today)) for one in own), today)
    return OfficialChoice(layouts, tuple(names.items()))


def official_copy(services: Services, account: Account, order: ReportOrder, *, act: Act, reason: str) -> OfficialCopy:
    """Return the official copy of the officer's own unit, and keep who asked for what and why.

    LOCK issues it once. Raises what `authorise` raises, NotFound ``access.not_found`` for any other unit, InvalidInput
    ``report.reason_needed`` or ``report.reason_too_long`` (most), Conflict ``report.already_issued``, NotFound
    ``report.no_official`` (the report counts nothing sensitive) and what `fill_in` raises.
    """
    _authorise(services, account, order.unit_id, act)
    tidy = reason.strip()
    if not tidy:
        raise InvalidInput("report.reason_needed")
    if len(tidy) > LONGEST_REASON:
        raise InvalidInput("report.reason_too_long", most=LONGEST_REASON)
    with services.unit_of_work(services.operator()) as uow:
        key = key_of(services, uow, order)
        opening = {"account_id": account.account_id, "act": act.value, "reason": tidy, "opened_at": services.now()}
        uow.reports.note_opening(key, opening)
        params = {"act": act.value, "report": key.name, "period": key.period}
        told = Deed(DeedKind.OFFICIAL_OPENED, Thing.REPORT, None, key.unit_id, params, is_sensitive=True)
        note_deeds(services, uow, account, told)
        facts = _issued(uow, key) or _made(services, uow, account, order, act=act)
        if act is Act.LOCK and facts["is_old"]:
            raise Conflict("report.already_issued", unit=facts["unit"], period=key.period)
        openings = uow.reports.count_openings(key)
    log.info("report.official", extra={"act": act.value, "unit_id": key.unit_id, "account_id": account.account_id})
    return _copy(key, facts, openings)


def _authorise(services: Services, account: Account, unit_id: UnitId, act: Act) -> None:
    """Let in who is the incident officer of this very unit; a post above or below it is not enough."""
    here, today = services.atlas.current(), services.today()
    needed = _NEEDED.get(act, Permission.READ_INCIDENTS)
    authorise(account, needed, unit_id, scope_of=here.scope_of, on=today)
    if unit_id not in units_for(account, needed, today):
        raise NotFound("access.not_found")


def _issued(uow: UnitOfWork, key: ReportKey) -> dict[str, Any]:
    """Return the copy as it was issued, nothing if it was not."""
    found = uow.reports.official(key)
    if found is None:
        return {}
    issue, files = found
    page = read_page(files.page)
    return {
        "is_old": True,
        "unit": page.unit,
        "page": files.page,
        "workbook": files.workbook,
        "document": files.document,
        "workbook_sha256": issue.workbook_sha256,
        "document_sha256": issue.document_sha256,
        "issued_at": issue.issued_at,
        "issued_by": issue.issued_by,
    }


def _made(services: Services, uow: UnitOfWork, account: Account, order: ReportOrder, *, act: Act) -> dict[str, Any]:
    """Return the copy as of now; to LOCK is to keep it."""
    if act is Act.LOCK:
        uow.figures.exclude_reviews()
    filled = fill_in(services, uow, order, Making(Copy.OFFICIAL, official_numbers, has_draft=True))
    if not filled.has_sensitive:
        raise NotFound("report.no_official")
    known = uow.accounts.by_id(account.account_id)
    assert known is not None, "a session has an account"
    facts = copy_facts(services, filled, known.name)
    if act is Act.LOCK:
        uow.reports.add_official({**facts, "revision": 1, "reason": ""})
    else:
        facts |= {"issued_at": None, "issued_by": ""}
    return {**facts, "is_old": False}


def _copy(key: ReportKey, facts: dict[str, Any], openings: int) -> OfficialCopy:
    return OfficialCopy(
        key=key,
        page=read_page(facts["page"]),
        workbook=facts["workbook"],
        document=facts["document"],
        workbook_sha256=facts["workbook_sha256"],
        document_sha256=facts["document_sha256"],
        issued_at=facts["issued_at"],
        issued_by=facts["issued_by"],
        openings=openings,
    )

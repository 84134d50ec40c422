"""Confirm that a commune had no case in a quarter, and take a confirmation back.

Only incident officers confirm, and only they see who did. A case that comes later stands beside the confirmation,
which then says nothing any more; what was withdrawn stays in the history.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import authorise
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.periods import Period, PeriodKind
from server.operations.no_case_sheet import known_of, may_be_confirmed
from server.operations.note_deeds import note_deeds
from server.operations.sights import Desk, review_sight_of
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account
    from server.access.deeds import Parameter
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NoCaseOrder:
    """Which quarter of which commune."""

    project_id: int
    unit_id: UnitId
    period: Period


def confirm_no_case(services: Services, account: Account, order: NoCaseOrder) -> int:
    """Confirm a quarter in the account's name and return the confirmation's id.

    Raises what `authorise` raises for REVIEW_INCIDENTS there, InvalidInput ``no_case.not_a_quarter``,
    ``no_case.not_a_commune`` or ``no_case.too_early`` (period), NotFound ``project.unknown``, Conflict
    ``no_case.already`` or ``no_case.has_records``.
    """
    here, today = services.atlas.current(), services.today()
    authorise(account, Permission.REVIEW_INCIDENTS, order.unit_id, scope_of=here.scope_of, on=today)
    with services.unit_of_work(review_sight_of(account, Desk.INCIDENTS, today)) as uow:
        known = uow.accounts.by_id(account.account_id)
        assert known is not None, "a session has an account"
        confirmed = _confirm(services, uow, order, author=known.name, account_id=int(account.account_id))
        note_deeds(services, uow, account, _deed(DeedKind.NO_CASE_CONFIRMED, order.unit_id, period=order.period.label))
        return confirmed


def confirm_for_the_operator(services: Services, order: NoCaseOrder, author: str) -> int:
    """Confirm a quarter for the command line, in the name of *author*; raises what `confirm_no_case` raises."""
    with services.unit_of_work(services.operator()) as uow:
        return _confirm(services, uow, order, author=author, account_id=None)


def withdraw_no_case(services: Services, account: Account, no_case_id: int) -> None:
    """Take a confirmation back; it stays in the history.

    Raises what `authorise` raises for REVIEW_INCIDENTS, NotFound ``no_case.unknown`` (or out of sight).
    """
    here, today = services.atlas.current(), services.today()
    authorise(account, Permission.REVIEW_INCIDENTS, scope_of=here.scope_of, on=today)
    with services.unit_of_work(review_sight_of(account, Desk.INCIDENTS, today)) as uow:
        known = uow.accounts.by_id(account.account_id)
        assert known is not None, "a session has an account"
        unit_id = _withdraw(services, uow, no_case_id, known.name)
        note_deeds(services, uow, account, _deed(DeedKind.NO_CASE_WITHDRAWN, unit_id))


def withdraw_for_the_operator(services: Services, no_case_id: int, author: str) -> None:
    """Take a confirmation back for the command line; raises NotFound ``no_case.unknown``."""
    with services.unit_of_work(services.operator()) as uow:
        _withdraw(services, uow, no_case_id, author)


def _confirm(services: Services, uow: UnitOfWork, order: NoCaseOrder, *, author: str, account_id: int | None) -> int:
    here, today, period = services.atlas.current(), services.today(), order.period
    _check(uow, here, order, today)
    known = known_of(services, uow, order.project_id, Period(period.year))
    if known.confirmation(order.unit_id, period):
        raise Conflict("no_case.already")
    if known.records_in(order.unit_id, period):
        raise Conflict("no_case.has_records")
    confirmed = uow.no_cases.add(
        {
            "project_id": order.project_id,
            "unit_id": order.unit_id,
            "year": period.year,
            "quarter": period.quarter,
            "until": min(period.last_day, today),
            "confirmed_at": services.now(),
            "account_id": account_id,
            "author": author,
            "withdrawn_at": None,
        }
    )
    log.info("no_case.confirmed", extra={"confirmation": confirmed})
    return confirmed


def _check(uow: UnitOfWork, here: Map, order: NoCaseOrder, today: date) -> None:
    project = uow.projects.by_id(order.project_id)
    if project is None or project.kind != "separate":
        raise NotFound("project.unknown", project=order.project_id)
    if order.period.kind is not PeriodKind.QUARTER:
        raise InvalidInput("no_case.not_a_quarter")
    if not may_be_confirmed(order.period, today):
        raise InvalidInput("no_case.too_early", period=order.period.label)
    unit = here.territory.period(order.unit_id, min(order.period.last_day, today))
    if unit.level is not Level.COMMUNE or not unit.is_valid_on(min(order.period.last_day, today)):
        raise InvalidInput("no_case.not_a_commune")


def _withdraw(services: Services, uow: UnitOfWork, no_case_id: int, author: str) -> UnitId:
    unit_id = uow.no_cases.unit_of(no_case_id)
    if unit_id is None:
        raise NotFound("no_case.unknown")
    uow.no_cases.withdraw(no_case_id, services.now(), author)
    log.info("no_case.withdrawn", extra={"confirmation": no_case_id})
    return unit_id


def _deed(kind: DeedKind, unit_id: UnitId, **params: Parameter) -> Deed:
    return Deed(kind, Thing.PERIOD, None, unit_id, params, is_sensitive=True)

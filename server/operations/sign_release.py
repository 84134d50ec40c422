"""Freeze and revise release tables in an officer's name, and what there is to freeze.

They hold the whole province and cannot be taken back: only an incident officer posted on every province of the day may
do so, after the second sign-in step. Nobody sees exact counts here, not even that officer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.operations.publish_plan import read_workbook
from server.operations.read_releases import frozen_tables
from server.operations.release_tables import ReleaseOrder, freeze_release, revise_release
from server.territory.units import Level

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.read_releases import ReleasedTables, ReleaseQuestion
    from server.operations.release_tables import Frozen
    from server.operations.services import Services


@dataclass(frozen=True, slots=True)
class YearToSign:
    """A year of a plan's tables: *revision* is the newest that was frozen, 0 for none."""

    year: int
    revision: int


@dataclass(frozen=True, slots=True)
class PlanToSign:
    """A plan in force that declares release tables, with the years that can be frozen, the newest first."""

    project_id: int
    plan: str
    tables: tuple[str, ...]
    years: tuple[YearToSign, ...]


def releases_to_sign(services: Services, account: Account, *, years: int = 3) -> tuple[PlanToSign, ...]:
    """Return the plans with release tables, for this year and those before it; raises what `_authorise` raises."""
    _authorise(services, account)
    this_year = services.today().year
    with services.reading(services.operator()) as uow:
        frozen = {(one.project_id, one.plan_name, one.year): one.revision for one in uow.releases.revisions()}
        plans = [(one, _names(uow.releases.workbook(one.plan_id))) for one in uow.plans.in_force()]
    return tuple(
        PlanToSign(
            one.project_id,
            one.name,
            names,
            tuple(
                YearToSign(year, frozen.get((one.project_id, one.name, year), 0))
                for year in range(this_year, this_year - years, -1)
            ),
        )
        for one, names in plans
        if names
    )


def may_sign_releases(services: Services, account: Account) -> bool:
    """Return whether the account may freeze tables now; to anybody else it is not even told that somebody may."""
    here, today = services.atlas.current(), services.today()
    reach = here.scope_of(units_for(account, Permission.REVIEW_INCIDENTS, today))
    return all(reach.covers(one.unit_id) for one in here.territory.units_of_level(Level.PROVINCE, today))


def freeze_as_officer(services: Services, account: Account, order: ReleaseOrder) -> Frozen:
    """Freeze the tables of a year for the first time; raises what `_authorise` and `freeze_release` raise."""
    _authorise(services, account)
    return freeze_release(services, replace(order, by=account))


def revise_as_officer(services: Services, account: Account, order: ReleaseOrder, *, may_hide_more: bool) -> Frozen:
    """Freeze the tables of a year anew; raises what `_authorise` and `revise_release` raise."""
    _authorise(services, account)
    return revise_release(services, replace(order, by=account), may_hide_more=may_hide_more)


def tables_as_officer(services: Services, account: Account, question: ReleaseQuestion) -> ReleasedTables:
    """Return the tables of one revision to who signs them.

    Raises what `_authorise` raises, NotFound ``releases.not_frozen``.
    """
    _authorise(services, account)
    return frozen_tables(services, question)


def _authorise(services: Services, account: Account) -> None:
    """Let incident officers of every province through; raises what `authorise` raises for REVIEW_INCIDENTS."""
    here, today = services.atlas.current(), services.today()
    for province in here.territory.units_of_level(Level.PROVINCE, today):
        authorise(account, Permission.REVIEW_INCIDENTS, province.unit_id, scope_of=here.scope_of, on=today)


@lru_cache(maxsize=32)
def _names(workbook: bytes) -> tuple[str, ...]:
    return tuple(one.label_vi for one in read_workbook(workbook).releases)

"""An administrator publishes a plan in two steps: look at what a workbook would change, then let it be in force.

The workbook is kept between the two, one for each account. Between them another may have published a plan of that
name: then the preview no longer tells the truth, and nothing is published. A workbook with faults is not kept at all,
and the plan before it stays in force. Plans of projects apart are offered by those who may read there, as well.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, may_use, units_for
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.compare_plans import compare_plan
from server.operations.publish_plan import PlanSource, publish_plan
from server.storage.repositories.plans import PlanOffer
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.actors import Account
    from server.indicators.plan_changes import PlanChanges
    from server.operations.publish_plan import PlanPublished
    from server.operations.services import Services
    from server.storage.repositories.projects import Project
    from server.storage.unit_of_work import UnitOfWork

LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in force as it is listed."""

    plan_id: int
    name: str
    project_name: str
    published_at: datetime
    indicators: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PlanDesk:
    """The plans in force, and the projects the account may publish one for: none, without a post on every province."""

    plans: tuple[PlanLine, ...]
    projects: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A workbook that is looked at: what publishing it would change. Its *seal* tells it from any other."""

    seal: str
    name: str
    project_name: str
    changes: PlanChanges


def plan_desk(services: Services, account: Account) -> PlanDesk:
    """Return what an administrator sees of plans; raises what `authorise` raises for MANAGE_FORMS."""
    here = services.atlas.current()
    authorise(account, Permission.MANAGE_FORMS, scope_of=here.scope_of, on=services.today())
    with services.reading(services.operator()) as uow:
        projects = {one.project_id: one for one in uow.projects.all() if _is_open(services, account, one)}
        plans = [one for one in uow.plans.in_force() if one.project_id in projects]
        counts = uow.plans.indicators([one.plan_id for one in plans])
    lines = tuple(
        PlanLine(one.plan_id, one.name, one.project_name, one.published_at, len(counts[one.plan_id]), one.sha256)
        for one in plans
    )
    may_publish = _covers_everything(services, account)
    return PlanDesk(lines, tuple((one.project_id, one.name) for one in projects.values()) if may_publish else ())


def offer_plan(services: Services, account: Account, project_id: int, source: PlanSource) -> OfferShown:
    """Keep a workbook to look at, in place of the one the account looked at before, and return what it would change.

    Raises what `authorise` and `compare_plan` raise, InvalidInput ``plan.no_name``.
    """
    project_name = _authorise(services, account, project_id)
    if not source.name or len(source.name) > LONGEST_NAME:
        raise InvalidInput("plan.no_name", longest=LONGEST_NAME)
    changes = compare_plan(services, project_id, source)
    with services.unit_of_work(services.operator()) as uow:
        uow.plans.drop_offer(account.account_id)
        base = _base(uow, project_id, source.name)
        uow.plans.add_offer(
            {
                "account_id": account.account_id,
                "project_id": project_id,
                "name": source.name,
                "workbook": source.workbook,
                "base_plan_id": base,
                "offered_at": services.now(),
            }
        )
    offer = PlanOffer(project_id, source.name, source.workbook, base)
    return OfferShown(_seal(offer), source.name, project_name, changes)


def read_offer(services: Services, account: Account) -> OfferShown:
    """Return what the kept workbook would change; raises what `publish_offer` raises."""
    offer, project_name = _offer(services, account)
    changes = compare_plan(services, offer.project_id, PlanSource(offer.name, offer.workbook))
    return OfferShown(_seal(offer), offer.name, project_name, changes)


def publish_offer(services: Services, account: Account, seal: str) -> PlanPublished:
    """Let the workbook with that seal be in force, and keep it no longer.

    Raises what `authorise` and `publish_plan` raise, NotFound ``plan.no_offer`` (another is kept, or none), Conflict
    ``plan.changed_meanwhile``.
    """
    offer, _ = _offer(services, account)
    if _seal(offer) != seal:
        raise NotFound("plan.no_offer")
    with services.reading(services.operator()) as uow:
        if _base(uow, offer.project_id, offer.name) != offer.base_plan_id:
            raise Conflict("plan.changed_meanwhile", plan=offer.name)
    published = publish_plan(services, offer.project_id, PlanSource(offer.name, offer.workbook, account))
    drop_offer(services, account)
    return published


def drop_offer(services: Services, account: Account) -> None:
    """Keep what the account looked at no longer."""
    with services.unit_of_work(services.operator()) as uow:
        uow.plans.drop_offer(account.account_id)


def plan_workbook(services: Services, account: Account, plan_id: int) -> tuple[str, bytes]:
    """Return name and bytes of a plan in force, to change and send again; raises NotFound ``access.not_found``."""
    known = {one.plan_id: one.name for one in plan_desk(services, account).plans}
    if plan_id not in known:
        raise NotFound("access.not_found")
    with services.reading(services.operator()) as uow:
        workbook = uow.plans.workbook(plan_id)
    return known[plan_id], workbook


def _seal(offer: PlanOffer) -> str:
    """Return what tells an offer from any other: its bytes, its name, its project and what it was held against."""
    said = f"{offer.project_id} {offer.base_plan_id} {offer.name}".encode()
    return hashlib.sha256(said + b"\0" + offer.workbook).hexdigest()


def _offer(services: Services, account: Account) -> tuple[PlanOffer, str]:
    with services.reading(services.operator()) as uow:
        offer = uow.plans.offer(account.account_id)
    if offer is None:
        authorise(account, Permission.MANAGE_FORMS, scope_of=services.atlas.current().scope_of, on=services.today())
        raise NotFound("plan.no_offer")
    return offer, _authorise(services, account, offer.project_id)


def _base(uow: UnitOfWork, project_id: int, name: str) -> int | None:
    return next((one.plan_id for one in uow.plans.in_force() if (one.project_id, one.name) == (project_id, name)), None)


def _authorise(services: Services, account: Account, project_id: int) -> str:
    """Let administrators of every province through to a project that is open to them, and return its name."""
    here, today = services.atlas.current(), services.today()
    for province in here.territory.units_of_level(Level.PROVINCE, today):
        authorise(account, Permission.MANAGE_FORMS, province.unit_id, scope_of=here.scope_of, on=today)
    with services.reading(services.operator()) as uow:
        project = uow.projects.by_id(project_id)
    if project is None or not _is_open(services, account, project):
        raise NotFound("project.unknown", project=project_id)
    return project.name


def _is_open(services: Services, account: Account, project: Project) -> bool:
    """Return whether the account may know of plans of a project: one apart is for those who may read there."""
    is_apart = project.kind == "separate"
    return project.kind == "main" or (is_apart and may_use(account, Permission.READ_INCIDENTS, services.today()))


def _covers_everything(services: Services, account: Account) -> bool:
    here, today = services.atlas.current(), services.today()
    reach = here.scope_of(units_for(account, Permission.MANAGE_FORMS, today))
    return all(reach.covers(one.unit_id) for one in here.territory.units_of_level(Level.PROVINCE, today))

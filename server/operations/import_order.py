"""Who loads which file into what, and how far they may reach.

At the console somebody reaches what their posts cover today and nothing else; the roster of staff only from posts of a
commune or more. The command line reaches everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import Forbidden, InvalidInput, NotFound
from server.indicators.paper_rows import CASES, FIGURES
from server.indicators.paper_rows import COLUMNS as PAPER_COLUMNS
from server.registers.household_rows import Households
from server.registers.staff_rows import Staff
from server.registers.total_rows import COLUMNS as TOTAL_COLUMNS
from server.registers.total_rows import TOTALS
from server.storage.visible import Operator, Reading
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.access.actors import Account
    from server.operations.services import Services
    from server.registers.headings import Column
    from server.registers.wishes import LoadedList
    from server.storage.repositories.projects import Project
    from server.storage.visible import Sight
    from server.territory.units import UnitId

_HOUSEHOLDS: Final = Households()
_STAFF: Final = Staff()
LISTS: Final[Mapping[str, LoadedList]] = MappingProxyType({_HOUSEHOLDS.name: _HOUSEHOLDS, _STAFF.name: _STAFF})
"""The entity lists that files can fill."""
KINDS: Final = (*LISTS, TOTALS)
"""Everything registers are loaded with."""
PAPER_KINDS: Final = (FIGURES, CASES)
"""Figures typed from paper: everyday ones, and those about incidents."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be loaded where; *as_of* is the day for which the list was right."""

    project_id: int
    kind: str
    as_of: date
    source: str = ""
    """Where totals and figures come from, for rows that do not say."""
    author: str = ""
    """Who says the figures, at the command line; at the console whoever is signed in."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who loads: an account with its posts, or nobody but the machine's own operator."""

    account_id: int | None
    post_units: frozenset[UnitId]
    reach: frozenset[UnitId] | None
    """The units whose rows are accepted; None for all."""
    sight: Sight

    def covers(self, unit_id: UnitId | None) -> bool:
        """Tell whether something that lies there may be touched."""
        return self.reach is None or (unit_id is not None and unit_id in self.reach)


@dataclass(frozen=True, slots=True)
class Load:
    """Somebody's wish to load something."""

    order: ImportOrder
    asker: Asker


OPERATOR: Final = Asker(None, frozenset(), None, Operator())


def asker_of(services: Services, account: Account, kind: str) -> Asker:
    """Return how far the account reaches today; raises Forbidden ``access.forbidden``."""
    today, here = services.today(), services.atlas.current()
    permission = permission_for(kind)
    posts = units_for(account, permission, today)
    if kind == _STAFF.name:
        posts = frozenset(one for one in posts if here.territory.period(one, today).level is not Level.VILLAGE)
    if not posts:
        raise Forbidden("access.forbidden", permission=permission.value)
    sight = Reading(frozenset(), posts) if kind == CASES else Reading(posts)
    return Asker(account.account_id, posts, here.scope_of(posts).unit_ids, sight)


def permission_for(kind: str) -> Permission:
    """Return what loading that kind takes: figures about incidents are for incident officers alone."""
    return Permission.REVIEW_INCIDENTS if kind == CASES else Permission.MANAGE_REGISTER


def kinds_for(services: Services, account: Account) -> tuple[str, ...]:
    """Return what the account may load today."""
    today, here = services.today(), services.atlas.current()
    posts = units_for(account, Permission.MANAGE_REGISTER, today)
    if any(here.territory.period(one, today).level is not Level.VILLAGE for one in posts):
        return (*KINDS, FIGURES)
    return (*(one for one in KINDS if one != _STAFF.name), FIGURES) if posts else ()


def columns_of(kind: str) -> tuple[Column, ...]:
    """Return the columns files of that kind may have; raises NotFound ``register.unknown_kind``."""
    if kind == TOTALS:
        return TOTAL_COLUMNS
    if kind in PAPER_KINDS:
        return PAPER_COLUMNS
    if kind not in LISTS:
        raise NotFound("register.unknown_kind", given=kind)
    return LISTS[kind].columns


def loadable_projects(services: Services) -> tuple[Project, ...]:
    """Return the projects whose registers files can fill: not those of incidents."""
    return _projects(services, is_separate=False)


def _projects(services: Services, *, is_separate: bool) -> tuple[Project, ...]:
    with services.reading(services.operator()) as uow:
        return tuple(one for one in uow.projects.all() if (one.kind == "separate") is is_separate)


def typing_projects(services: Services, kind: str) -> tuple[Project, ...]:
    """Return the projects that have such figures: those about incidents are kept with the incidents."""
    return _projects(services, is_separate=kind == CASES)


def check_order(services: Services, order: ImportOrder) -> None:
    """Raise NotFound ``project.unknown`` or ``register.unknown_kind``, InvalidInput ``register.future_day``."""
    columns_of(order.kind)
    if order.project_id not in {one.project_id for one in typing_projects(services, order.kind)}:
        raise NotFound("project.unknown", project=order.project_id)
    if order.as_of > services.today():
        raise InvalidInput("register.future_day", given=order.as_of)

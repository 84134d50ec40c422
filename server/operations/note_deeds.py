"""Keep what somebody does or opens, in the transaction that does it: `note_deeds` is what every operation calls.

A deed that is not committed was not done, and nothing is done without its deed. Only what people cause is kept here;
what phones send is a history of its own.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.access.deeds import DeedGroup, group_of
from server.access.roles import Role
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from server.access.actors import Account, Post
    from server.access.deeds import Deed
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

_ROLES: Final[Mapping[DeedGroup, frozenset[Role]]] = MappingProxyType(
    {
        DeedGroup.DECISIONS: frozenset({Role.SUPERVISOR}),
        DeedGroup.READING: frozenset({Role.SUPERVISOR}),
        DeedGroup.DOWNLOADS: frozenset({Role.SUPERVISOR, Role.ANALYST}),
        DeedGroup.SIGN_INS: frozenset(),
        DeedGroup.PEOPLE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
        DeedGroup.PUBLISHING: frozenset({Role.ADMINISTRATOR}),
        DeedGroup.FIGURES: frozenset({Role.SUPERVISOR}),
    }
)
"""In which posts deeds of everyday work are done: where all of them are a deputy's, another's post was filled."""


def note_deeds(services: Services, uow: UnitOfWork, by: Account | None, *deeds: Deed) -> None:
    """Keep *deeds* of *by* (None: the command line, background work) in the caller's transaction.

    Call it last, inside ``with services.unit_of_work(…) as uow``, for instance::

        note_deeds(
            services, uow, account,
            Deed(DeedKind.RECORDS_DOWNLOADED, Thing.RECORD, None, unit_id, {"rows": 1200, "format": "xlsx"}),
        )

    A deed without a unit is the province's to read. *params* hold codes, numbers and names of forms or files: never an
    answer, a person's name or number, or a secret. A new kind needs a value of `DeedKind` and its words
    ``deed.<value>`` in both languages.
    """
    if not deeds:
        return
    now = services.now()
    province = None if all(one.unit_id is not None for one in deeds) else _province(services, uow)
    uow.deeds.add(
        [
            {
                "done_at": now,
                "account_id": by.account_id if by else None,
                "stands_in_for_id": stands_in_for(services, uow, by, one) if by else None,
                "kind": one.kind.value,
                "thing": one.thing.value,
                "thing_id": one.thing_id,
                "unit_id": one.unit_id if one.unit_id is not None else province,
                "params": dict(one.params),
                "is_sensitive": one.is_sensitive,
                "batch_id": one.batch_id,
            }
            for one in deeds
        ]
    )


def officers_posts(posts: Iterable[Post]) -> bool:
    """Return whether somebody holds posts of an incident officer and no others: nobody else is told of them."""
    roles = {one.role for one in posts}
    return roles == {Role.INCIDENT_OFFICER}


def stands_in_for(services: Services, uow: UnitOfWork, by: Account, deed: Deed) -> int | None:
    """Return whose post was filled when a deputy did it; None where a post of one's own covers the place too."""
    roles = {Role.INCIDENT_OFFICER} if deed.is_sensitive else _ROLES[group_of(deed.kind)]
    able = [one for one in by.posts if one.role in roles and one.is_held_on(services.today())]
    if deed.unit_id is None or all(one.stands_in_for is None for one in able):
        return None
    below = services.atlas.at(uow.units.revision()).below
    covering = [one for one in able if deed.unit_id in below.get(one.unit_id, ())]
    is_own = any(one.stands_in_for is None for one in covering)
    return None if is_own or not covering else covering[0].stands_in_for


def unit_of_posts(services: Services, uow: UnitOfWork, posts: Iterable[Post]) -> UnitId | None:
    """Return the unit whose administrator reads of somebody with these posts; None: only that of the province.

    It is that of a post under which all the others lie.
    """
    return unit_above(services, uow, {one.unit_id for one in posts})


def unit_above(services: Services, uow: UnitOfWork, units: Collection[UnitId]) -> UnitId | None:
    """Return that of these units under which all the others lie; None if there is none."""
    wanted = set(units)
    below = services.atlas.at(uow.units.revision()).below
    return next((one for one in sorted(wanted) if wanted <= below.get(one, frozenset())), None)


def lowest_above(services: Services, uow: UnitOfWork, units: Collection[UnitId]) -> UnitId | None:
    """Return the lowest unit that covers all these; None if no single one does."""
    wanted, below = set(units), services.atlas.at(uow.units.revision()).below
    covering = [(len(under), one) for one, under in below.items() if wanted and wanted <= under]
    return min(covering)[1] if covering else None


def _province(services: Services, uow: UnitOfWork) -> UnitId | None:
    """Return the province of today, None while no unit is loaded."""
    territory = services.atlas.at(uow.units.revision()).territory
    provinces = territory.units_of_level(Level.PROVINCE, services.today())
    return provinces[0].unit_id if provinces else None

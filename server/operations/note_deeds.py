"""Keep what somebody does or opens, in the transaction that does it: `note_deeds` is what every operation calls.

A deed that is not committed was not done, and nothing is done without its deed. Only what people cause is kept here;
what phones send is a history of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.access.actors import Account, Post
    from server.access.deeds import Deed
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId


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
                "stands_in_for_id": None,
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


def unit_of_posts(services: Services, uow: UnitOfWork, posts: Iterable[Post]) -> UnitId | None:
    """Return the unit whose administrator reads of somebody with these posts; None: only that of the province.

    It is that of a post under which all the others lie.
    """
    units = {one.unit_id for one in posts}
    below = services.atlas.at(uow.units.revision()).below
    return next((one for one in sorted(units) if units <= below.get(one, frozenset())), None)


def _province(services: Services, uow: UnitOfWork) -> UnitId | None:
    """Return the province of today, None while no unit is loaded."""
    territory = services.atlas.at(uow.units.revision()).territory
    provinces = territory.units_of_level(Level.PROVINCE, services.today())
    return provinces[0].unit_id if provinces else None

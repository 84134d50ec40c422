"""Seal what was done, a day at a time, and look whether it still is what was sealed.

Each night background work makes a digest of the day that is over, over the digest of the day before, and logs it. A
deed that was changed, added or taken away afterwards, behind the database's back, no longer fits its day. Who could
change deeds and all digests after them is found by a digest that somebody noted elsewhere.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from server.access.deed_digests import DayDigest, day_digest
from server.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from server.access.deed_digests import WrittenDeed
    from server.operations.services import Services

CLOSED_AFTER: Final = timedelta(hours=1)
"""What was done just before midnight is committed by then."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What fits: days and deeds, and the newest digest, which is empty where no day is sealed yet."""

    days: int
    deeds: int
    newest: DayDigest | None


def seal_deeds(services: Services) -> int:
    """Make the digests of the days that are over and have none; return how many days were sealed."""
    before = _closed_before(services)
    with services.reading(services.operator()) as uow:
        newest = uow.deed_digests.newest()
    if newest is not None and newest.day >= (before - timedelta(days=1)).date():
        return 0
    since = None if newest is None else _midnight(newest.day + timedelta(days=1))
    with services.reading(services.operator()) as uow:
        deeds = uow.deed_digests.deeds(since=since, before=before)
        made = list(_digests(deeds, "" if newest is None else newest.digest))
    sealed = 0
    for one in made:
        with services.unit_of_work(services.operator()) as uow:
            if not uow.deed_digests.add(one):
                break  # another worker is at it
        sealed += 1
        log.info("deeds.sealed", extra={"day": one.day.isoformat(), "deeds": one.deeds, "digest": one.digest})
    return sealed


def verify_deeds(services: Services, known: Mapping[date, str]) -> Sealed:
    """Return what is sealed if every day still fits; *known* are digests that were noted elsewhere.

    Raises Conflict ``deeds.changed`` (days: those that do not fit) or ``deeds.other_digest`` (day).
    """
    with services.reading(services.operator()) as uow:
        kept = uow.deed_digests.all()
        if not kept:
            return _as_known(Sealed(0, 0, None), {}, known)
        until = _midnight(kept[-1].day + timedelta(days=1))
        broken = _broken(kept, uow.deed_digests.deeds(since=None, before=until))
    if broken:
        raise Conflict("deeds.changed", days=", ".join(one.isoformat() for one in broken))
    sealed = Sealed(len(kept), sum(one.deeds for one in kept), kept[-1])
    return _as_known(sealed, {one.day: one.digest for one in kept}, known)


def _as_known(sealed: Sealed, digests: Mapping[date, str], known: Mapping[date, str]) -> Sealed:
    for day, digest in sorted(known.items()):
        if digests.get(day) != digest.lower():
            raise Conflict("deeds.other_digest", day=day.isoformat())
    return sealed


def _broken(kept: list[DayDigest], deeds: Iterable[WrittenDeed]) -> list[date]:
    """Return the days that are no longer what was sealed; each is judged over the digest that is kept before it."""
    sealed = {one.day: one for one in kept}
    previous = dict(zip((one.day for one in kept), ["", *(one.digest for one in kept)], strict=False))
    fits = set()
    broken = []
    for day, same in groupby(deeds, key=lambda one: one.day):
        found = day_digest(previous.get(day, ""), day, same)
        fits.add(day)
        if sealed.get(day) != found:
            broken.append(day)
    return sorted({*broken, *(sealed.keys() - fits)})


def _digests(deeds: Iterable[WrittenDeed], previous: str) -> Iterable[DayDigest]:
    for day, same in groupby(deeds, key=lambda one: one.day):
        made = day_digest(previous, day, same)
        previous = made.digest
        yield made


def _closed_before(services: Services) -> datetime:
    return _midnight((services.now() - CLOSED_AFTER).date())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

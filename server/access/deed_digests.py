"""A digest of a day's deeds, over that of the day before: whoever changes one deed has to change all that follow.

It shows that something was changed, not by whom, and only to somebody who knows a digest of later from elsewhere: the
newest stands in the log of each night.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

_WRITTEN: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class WrittenDeed:
    """A deed as it stands in its row, all of it."""

    row_id: int
    done_at: datetime
    account_id: int | None
    stands_in_for_id: int | None
    kind: str
    thing: str
    thing_id: int | None
    unit_id: int | None
    params: Mapping[str, Any]
    is_sensitive: bool
    batch_id: str

    @property
    def day(self) -> date:
        """Return the day it was done on, in UTC."""
        return self.done_at.date()


@dataclass(frozen=True, slots=True)
class DayDigest:
    """The digest of a day on which something was done, and how many deeds it is of."""

    day: date
    deeds: int
    digest: str


def day_digest(previous: str, day: date, deeds: Iterable[WrittenDeed]) -> DayDigest:
    """Return the digest of a day's deeds, in their order, over the digest of the last day before (empty: the first)."""
    found, count = hashlib.sha256(f"{previous}\n{day.isoformat()}\n".encode()), 0
    for one in deeds:
        found.update(_line(one))
        count += 1
    return DayDigest(day, count, found.hexdigest())


def _line(deed: WrittenDeed) -> bytes:
    told = (
        deed.row_id,
        deed.done_at.isoformat(timespec="microseconds"),
        deed.account_id,
        deed.stands_in_for_id,
        deed.kind,
        deed.thing,
        deed.thing_id,
        deed.unit_id,
        deed.params,
        deed.is_sensitive,
        deed.batch_id,
    )
    return f"{_WRITTEN.encode(told)}\n".encode()

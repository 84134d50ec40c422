"""When, and in which zone, a record was filled in, read from its own ``start``, ``end`` and ``today``.

Rules that ask for today are asked again as of then; the server's own clock would call yesterday's record wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

from server.forms.logic.values import moment_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from server.forms.logic import InstanceNode

_OFFSET = re.compile(r"T.*(?:(Z)|([+-])(\d{2}):?(\d{2})?)\Z")
_MOST_HOURS = 24
_A_DAY = timedelta(days=1)
_AHEAD = timedelta(hours=48)
_LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """The moments between which the record was filled in, the last first; none where the record does not say."""

    zone: tzinfo
    moments: tuple[datetime, ...]
    stamps: tuple[tuple[str, datetime], ...] = ()
    """What the record itself says, by ``start``, ``end`` and ``today``."""

    @property
    def last(self) -> datetime | None:
        """Return the latest moment known."""
        return self.moments[0] if self.moments else None

    def oddities(self, received_at: datetime) -> Iterator[tuple[str, str]]:
        """Yield what is odd about the times, as the code of a finding and the stamp it is about.

        Coming late is not: phones send when they next have a connection. Coming before it was written is.
        """
        stamps = dict(self.stamps)
        start, end, today = stamps.get("start"), stamps.get("end"), stamps.get("today")
        if start is not None and end is not None and end < start:
            yield "time.end_before_start", "end"
        for name in ("start", "end"):
            if name in stamps and stamps[name] - received_at > _AHEAD:
                yield "time.ahead", name
        if start is not None and today is not None and abs(today.date() - start.date()) > _A_DAY:
            yield "time.today_differs", "today"


def device_clock(root: InstanceNode, paths: Mapping[str, str], zone: tzinfo) -> DeviceClock:
    """Return the clock of the record under *root*; *paths* says where ``start``, ``end`` and ``today`` are.

    *zone* counts where the record names no offset.
    """
    texts = {name: _text_at(root, path) for name, path in paths.items()}
    for name in ("end", "start"):
        zone = _zone_of(texts.get(name, ""), zone)
    read = ((name, moment_of_text(texts.get(name, ""), zone)) for name in ("end", "start", "today"))
    stamps = {name: stamp for name, stamp in read if stamp is not None and _is_in_time(stamp)}
    moments = tuple(dict.fromkeys(stamps[name] for name in ("end", "start") if name in stamps))
    if not moments and "today" in stamps:
        moments = (_end_of(stamps["today"]), stamps["today"])
    return DeviceClock(zone, moments, tuple(stamps.items()))


def _is_in_time(stamp: datetime) -> bool:
    """Return whether any zone can say *stamp*, by way of UTC: not those at either end of the calendar."""
    try:
        stamp.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _end_of(day: datetime) -> datetime:
    """Return the last second of *day*; where time itself ends, the day."""
    try:
        last = day + _LAST_SECOND
    except OverflowError:
        return day
    return last if _is_in_time(last) else day


def _text_at(root: InstanceNode, path: str) -> str:
    node = root
    for name in path.strip("/").split("/")[1:]:
        found = node.children.get(name)
        if not found:
            return ""
        node = found[0]
    return node.text.strip()


def _zone_of(text: str, zone: tzinfo) -> tzinfo:
    """Return *zone* where the moment's offset is its own, for it knows other offsets of other years; else the offset's.

    Before 1911 clocks in Vietnam ran six or seven minutes ahead, and the device writes old dates so.
    """
    named = _zone_in(text)
    moment = moment_of_text(text, zone)
    if named is None or moment is None:
        return zone
    return zone if moment.utcoffset() == moment.astimezone(named).utcoffset() else named


def _zone_in(text: str) -> tzinfo | None:
    found = _OFFSET.search(text)
    if found is None:
        return None
    if found[1]:
        return timezone(timedelta(0))
    hours, minutes = int(found[3]), int(found[4] or 0)
    if hours >= _MOST_HOURS:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if found[2] == "-" else offset) if offset < timedelta(days=1) else None

"""When, and in which zone, a record was filled in, read from its own ``start``, ``end`` and ``today``.

Rules that ask for today are asked again as of then; the server's own clock would call yesterday's record wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from server.forms.logic.values import moment_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from server.forms.logic import InstanceNode

_OFFSET = re.compile(r"T.*(?:(Z)|([+-])(\d{2}):?(\d{2})?)\Z")
_MOST_HOURS = 24
_LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """The moments between which the record was filled in, the last first; none where the record does not say."""

    zone: tzinfo
    moments: tuple[datetime, ...]

    @property
    def last(self) -> datetime | None:
        """Return the latest moment known."""
        return self.moments[0] if self.moments else None


def device_clock(root: InstanceNode, paths: Mapping[str, str], zone: tzinfo) -> DeviceClock:
    """Return the clock of the record under *root*; *paths* says where ``start``, ``end`` and ``today`` are.

    *zone* counts where the record names no offset.
    """
    texts = {name: _text_at(root, path) for name, path in paths.items()}
    for name in ("end", "start"):
        zone = _zone_in(texts.get(name, "")) or zone
    stamps = (moment_of_text(texts.get(name, ""), zone) for name in ("end", "start"))
    moments = tuple(dict.fromkeys(stamp for stamp in stamps if stamp is not None))
    if not moments and (day := moment_of_text(texts.get("today", ""), zone)) is not None:
        moments = (day + _LAST_SECOND, day)
    return DeviceClock(zone, moments)


def _text_at(root: InstanceNode, path: str) -> str:
    node = root
    for name in path.strip("/").split("/")[1:]:
        found = node.children.get(name)
        if not found:
            return ""
        node = found[0]
    return node.text.strip()


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

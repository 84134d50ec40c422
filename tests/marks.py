"""Words that each stand in one row of the province alone, and the table of what lies in what.

The words are made up here and nowhere else, and so is the table: whoever checks what somebody was shown need not ask
the server who may see what.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from console_world import PROVINCE

COMMUNES = ("23500", "23425", "23368")
VILLAGES = ("23500-01", "23500-04", "23425-01", "23425-02", "23368-01", "23368-02")
OLD_DISTRICT = "615@2025-06-30"
"""Huyện Đắk Hà, which ended on 30 June 2025: of the villages here the first lay in it, and is covered for ever."""
UNITS = (*VILLAGES, *COMMUNES, PROVINCE, OLD_DISTRICT)


def lies_in(place, unit):
    """Tell whether a village or commune lies in a unit: by hand, from the list of units."""
    return unit in (place, place[:5], PROVINCE) or (unit == OLD_DISTRICT and place == "23500-01")


class Kind(Enum):
    """What a marked row is, for the table of who may read it."""

    RECORD = auto()
    PERSON = auto()
    """A collaborator, or an officer who decided about records there."""
    HELD = auto()
    HOUSEHOLD = auto()
    CLUB = auto()
    STAFF = auto()
    LOAD = auto()
    WORDS = auto()
    """Of a report, while they are drafted."""
    FIGURE = auto()
    INCIDENT = auto()
    OFFICER = auto()
    """An account of an incident officer alone."""
    ACCOUNT = auto()
    OWN = auto()
    """A list of records that somebody saved."""
    SHUT = auto()
    """What no page shows anybody."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that stands in one row alone, what the row is, and where it lies (an account's: whose it is)."""

    text: str
    kind: Kind
    place: str


@dataclass
class Marked:
    """The province, its marks by their words, and the ids of things by the pages they are on."""

    world: object
    marks: dict[str, Mark] = field(default_factory=dict)
    ids: dict[tuple[str, int], Mark] = field(default_factory=dict)
    parts: dict[str, dict[str, list[object]]] = field(default_factory=dict)
    """What stands in addresses, by the name of the part, then by place."""

    def over(self, services):
        """Return the same over a copy of its database."""
        return replace(self, world=self.world.over(services), marks=dict(self.marks), ids=dict(self.ids))

    def mark(self, kind, place, what, *, letters="zq"):
        """Make a word for a row; with other *letters* it is the beginning of an id or a telephone number."""
        drawn = hashlib.sha256(f"{kind.name} {place} {what}".encode()).hexdigest()
        digits = f"{int(drawn, 16) % 10**6:06d}"
        text = f"{letters}{digits if letters == '0900' else drawn[:8]}"
        assert text not in self.marks
        self.marks[text] = Mark(text, kind, place)
        return text

    def note(self, page, kind, place, key):
        """Keep the id of something."""
        self.ids[page, int(key)] = Mark(f"/{page}/{key}", kind, place)
        self.keep(page, place, int(key))

    def keep(self, part, place, value):
        """Keep something for addresses."""
        self.parts.setdefault(part, {}).setdefault(place, []).append(value)


def uuid_of(mark):
    """Return an id that begins with a marked word."""
    return f"{mark}-0000-4000-8000-{int(mark, 16) % 10**12:012d}"

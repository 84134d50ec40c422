"""Administrative units as rows: periods, attributes, successions.

A unit has an id of its own. Its code, name, kind and parent belong to a period, because codes are used again with
another meaning (1 July 2025) and villages move. These are values only; questions about them are asked of
`server.territory.collection.Territory`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NewType

from server.territory.validity import is_within

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

UnitId = NewType("UnitId", int)


class UnitKind(StrEnum):
    """What the law calls a unit; ``xa``, ``phuong`` and ``thi_tran`` are three names of one level."""

    PROVINCE = "province"
    DISTRICT = "district"
    XA = "xa"
    PHUONG = "phuong"
    THI_TRAN = "thi_tran"
    VILLAGE = "village"


class Level(StrEnum):
    """A storey of the territory, from the top down."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    VILLAGE = "village"


LEVEL_OF: Final[Mapping[UnitKind, Level]] = MappingProxyType(
    {
        UnitKind.PROVINCE: Level.PROVINCE,
        UnitKind.DISTRICT: Level.DISTRICT,
        UnitKind.XA: Level.COMMUNE,
        UnitKind.PHUONG: Level.COMMUNE,
        UnitKind.THI_TRAN: Level.COMMUNE,
        UnitKind.VILLAGE: Level.VILLAGE,
    }
)

COMMUNE_KINDS: Final = frozenset(kind for kind, level in LEVEL_OF.items() if level is Level.COMMUNE)


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """What a unit was called and where it lay from *valid_from* to *valid_to*, both days included.

    *code* is text: 2 digits for a province, 3 for a district, 5 for a commune. *name* starts with the kind in words
    (``Xã Đăk Hà``). No *valid_from*: in force since before the plan period; no *valid_to*: still in force.
    """

    unit_id: UnitId
    code: str
    name: str
    kind: UnitKind
    parent_id: UnitId | None
    valid_from: date | None
    valid_to: date | None

    @property
    def level(self) -> Level:
        """Return the storey this kind of unit stands on."""
        return LEVEL_OF[self.kind]

    def is_valid_on(self, on: date) -> bool:
        """Return whether the period holds on that day."""
        return is_within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class UnitAttribute:
    """A dated property of a unit, such as ``area_class`` = ``III``; names and values are those of `units_csv`."""

    unit_id: UnitId
    name: str
    value: str
    valid_from: date | None
    valid_to: date | None

    def is_valid_on(self, on: date) -> bool:
        """Return whether the attribute holds on that day."""
        return is_within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Succession:
    """A unit that ended and a unit that took over from it, whole or in part."""

    unit_id: UnitId
    successor_id: UnitId


@dataclass(frozen=True, slots=True)
class TerritoryRows:
    """All rows a territory is made from, or a part of them that is to be written."""

    periods: tuple[UnitPeriod, ...] = ()
    attributes: tuple[UnitAttribute, ...] = ()
    successions: tuple[Succession, ...] = ()

    def is_empty(self) -> bool:
        """Return whether there is nothing here."""
        return not (self.periods or self.attributes or self.successions)

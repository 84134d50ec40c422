"""Many spots on a map as a few: those that would lie on each other are one, with the numbers of each kind in it.

The grid is that of the usual web map (256 pixels hold the world at zoom 0), so that what is one here is one for the
eye. Where still too many are left, the grid is made coarser: an answer never has more than `MOST_CLUSTERS`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from server.territory.units import UnitId

MOST_CLUSTERS: Final = 250
_WORLD_PIXELS: Final = 256
_GRID_PIXELS: Final = 64


@dataclass(frozen=True, slots=True)
class Spot:
    """So many things of one kind around a place; *key* is the thing itself where there is only one."""

    longitude: float
    latitude: float
    amount: int
    kind: str
    unit_id: UnitId
    key: Hashable = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """What lies close together: in the middle of its spots, how many of each kind, in which units."""

    longitude: float
    latitude: float
    kinds: tuple[tuple[str, int], ...]
    """The most frequent first."""
    units: frozenset[UnitId]
    key: Hashable
    """The one thing there is, None for several."""

    @property
    def amount(self) -> int:
        """Return how many things there are."""
        return sum(amount for _, amount in self.kinds)


def clusters(spots: Sequence[Spot], *, zoom: int) -> tuple[Cluster, ...]:
    """Return the spots as they are to be drawn at a zoom, the fullest last, so that it lies on top."""
    size = 360.0 / _WORLD_PIXELS / 2**zoom * _GRID_PIXELS
    groups = _grouped(spots, size)
    while len(groups) > MOST_CLUSTERS:
        size *= 2
        groups = _grouped(spots, size)
    return tuple(sorted((_cluster(group) for group in groups), key=lambda one: (one.amount, one.longitude)))


def _grouped(spots: Iterable[Spot], size: float) -> list[list[Spot]]:
    groups: dict[tuple[int, int], list[Spot]] = {}
    for spot in spots:
        groups.setdefault((floor(spot.longitude / size), floor(spot.latitude / size)), []).append(spot)
    return list(groups.values())


def _cluster(group: list[Spot]) -> Cluster:
    kinds: Counter[str] = Counter()
    longitude = latitude = 0.0
    for spot in group:
        kinds[spot.kind] += spot.amount
        longitude += spot.longitude * spot.amount
        latitude += spot.latitude * spot.amount
    whole = kinds.total()
    return Cluster(
        longitude / whole,
        latitude / whole,
        tuple(sorted(kinds.items(), key=lambda one: (-one[1], one[0]))),
        frozenset(spot.unit_id for spot in group),
        group[0].key if whole == 1 else None,
    )

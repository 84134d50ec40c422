"""The squares by which places are found on a map: a twentieth of a degree, some five kilometres, one number each."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from server.territory.outlines import Box

CELLS_A_DEGREE: Final = 20
STEPS_A_DEGREE: Final = 100_000
"""Places are kept in whole steps of about a metre, so that their sums are exact."""

_ROW: Final = 10_000
"""More than there are squares around the earth."""


def steps_of(degrees: float) -> int:
    """Return degrees as whole steps."""
    return round(degrees * STEPS_A_DEGREE)


def cell_of(longitude: float, latitude: float) -> int:
    """Return the square in which a place lies."""
    return _number(latitude, 90) * _ROW + _number(longitude, 180)


def cells_in(box: Box) -> list[int]:
    """Return the squares that a box touches."""
    rows = range(_number(box.south, 90), _number(box.north, 90) + 1)
    columns = range(_number(box.west, 180), _number(box.east, 180) + 1)
    return [row * _ROW + column for row in rows for column in columns]


def _number(degrees: float, shift: int) -> int:
    return floor((degrees + shift) * CELLS_A_DEGREE)

"""Where a phone was, as a geopoint says it: latitude, longitude, altitude and accuracy, with blanks between.

Source: ODK XForms Specification, geopoint; JavaRosa writes all four, other clients two.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Final

_HIGHEST_LATITUDE: Final = 90.0
_HIGHEST_LONGITUDE: Final = 180.0
_PARTS: Final = 2
_ACCURACY: Final = 3
_LARGEST_ACCURACY_M: Final = 10_000.0
"""What a phone without a view of the sky claims of itself; more would let any place be anywhere."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A place in degrees, and how many metres it may be off; 0 where the phone did not say."""

    latitude: float
    longitude: float
    accuracy_m: float


def read_fix(text: str) -> Fix | None:
    """Return the place in a geopoint, None for what is none; 0 0 is a phone without a fix."""
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        return None
    if len(numbers) < _PARTS or not all(isfinite(one) for one in numbers):
        return None
    latitude, longitude = numbers[0], numbers[1]
    is_on_earth = abs(latitude) <= _HIGHEST_LATITUDE and abs(longitude) <= _HIGHEST_LONGITUDE
    if not is_on_earth or not (latitude or longitude):
        return None
    accuracy = numbers[_ACCURACY] if len(numbers) > _ACCURACY else 0.0
    return Fix(latitude, longitude, min(max(accuracy, 0.0), _LARGEST_ACCURACY_M))

"""Which entity a row of a file is about: the listed entities of the villages the file names, by number and name.

It keeps a few numbers for each, not their texts, so that a province fits in little memory; texts are compared by
their 64-bit hashes, of which two among half a million are alike once in a hundred million files.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.registers.wishes import Identity
    from server.territory.units import UnitId


class KnownEntities:
    """Entities by unit and identity. A new one that has no row yet is known by a negative number."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._numbers = array("q")
        self._seconds = array("q")
        self._places: dict[int, int | list[int]] = {}

    def add(self, unit_id: UnitId, key: int, identity: Identity) -> None:
        """Know an entity from now on."""
        place = len(self._keys)
        self._keys.append(key)
        self._numbers.append(_hash(identity.number))
        self._seconds.append(_hash(identity.second))
        if identity.number:
            self._put(hash((unit_id, "number", identity.number)), place)
        if identity.name:
            self._put(hash((unit_id, "name", identity.name)), place)

    def find(self, unit_id: UnitId, wanted: Identity) -> list[int]:
        """Return the entities a row of that identity can be about; more than one: it does not say which.

        One with a number is about that number; if nobody has it, about a namesake without any number.
        """
        if wanted.number:
            numbered = self._at(hash((unit_id, "number", wanted.number)))
            if numbered:
                return self._keys_at(numbered)
        named = self._at(hash((unit_id, "name", wanted.name))) if wanted.name else []
        if wanted.number:
            named = [one for one in named if not self._numbers[one]]
        if not wanted.second:
            return self._keys_at(named)
        second = _hash(wanted.second)
        exact = [one for one in named if self._seconds[one] == second]
        return self._keys_at(exact or [one for one in named if not self._seconds[one]])

    def _put(self, sign: int, place: int) -> None:
        there = self._places.setdefault(sign, place)
        if isinstance(there, list):
            there.append(place)
        elif there != place:
            self._places[sign] = [there, place]

    def _at(self, sign: int) -> list[int]:
        there = self._places.get(sign)
        if there is None:
            return []
        return there if isinstance(there, list) else [there]

    def _keys_at(self, places: list[int]) -> list[int]:
        return list(dict.fromkeys(self._keys[one] for one in places))


def _hash(text: str) -> int:
    return hash(text) if text else 0

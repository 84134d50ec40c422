"""Rendered pieces of entity lists, one per list and unit, shared by everybody whose list holds that unit.

A piece is known by the counter of its list and unit: when an entity there changes, the counter rises and only that
piece is made anew. Least used pieces are dropped when all together are over the limit.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from server.territory.units import UnitId

MOST_BYTES: Final = 64 * 1024 * 1024


class PieceKey(NamedTuple):
    """What the bytes of a piece depend on."""

    list_id: int
    list_revision: int
    unit_id: UnitId
    counter: int
    epoch: date
    """A day that stands for all days on which units are called the same."""
    territory_revision: int
    holder_id: int | None


class EntityShelf:
    """Keeps rendered pieces; safe to share between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._pieces: OrderedDict[PieceKey, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: PieceKey) -> bytes | None:
        """Return a piece, None if it is not here."""
        with self._lock:
            found = self._pieces.get(key)
            if found is not None:
                self._pieces.move_to_end(key)
            return found

    def put(self, key: PieceKey, piece: bytes) -> None:
        """Keep a piece, and drop the least used ones if that is too much."""
        with self._lock:
            self._size += len(piece) - len(self._pieces.get(key, b""))
            self._pieces[key] = piece
            self._pieces.move_to_end(key)
            while self._size > self._most_bytes and len(self._pieces) > 1:
                self._size -= len(self._pieces.popitem(last=False)[1])

"""Ids in addresses: numbers that a row of ours can have; a longer one is the address of nothing, and never a fault.

Neither database takes a number of more than 64 bits as a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.routing import IntegerConverter

if TYPE_CHECKING:
    from werkzeug.routing import Map

LARGEST: Final = 2**63 - 1


class RowId(IntegerConverter):
    """What ``<int:...>`` of a route stands for."""

    def __init__(self, of: Map) -> None:
        super().__init__(of, max=LARGEST)

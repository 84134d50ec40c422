"""What a row of a list wants of a register, and what the lists that can be loaded have in common.

A row is about the entity with its id, else about the one with its number in its unit, else about the one of its name
and second name there. A blank cell wants nothing; only what is filled in is compared and written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from server.registers.changes import canonical_id, is_entity_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.registers.headings import Column
    from server.registers.places import Places
    from server.registers.row_cells import RowCells
    from server.territory.units import UnitId

ID: Final = "id"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells an entity from the others of its unit: all folded, empty where not known."""

    number: str = ""
    name: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one row wants; *sheet*, *row* and *headings* say where it stands in the file."""

    sheet: str
    row: int
    headings: Mapping[str, str]
    unit_id: UnitId
    entity_id: str
    """Empty where the row names none."""
    identity: Identity
    values: Mapping[str, str]
    hints: Mapping[str, str]
    """What helps to make the label and is not kept."""


class LoadedList(Protocol):
    """A list that can be loaded from a file."""

    @property
    def name(self) -> str:
        """Return the entity list it fills."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns it may have."""

    @property
    def properties(self) -> tuple[str, ...]:
        """Return the properties its rows can write."""

    @property
    def named_by(self) -> frozenset[str]:
        """Return the properties the label is made of."""

    def wish(self, cells: RowCells, places: Places) -> Wish | None:
        """Return what a row wants, None where something is wrong with it."""

    def identity_of(self, values: Mapping[str, str]) -> Identity:
        """Return what tells an entity with these properties apart."""

    def allowed(self, wish: Wish, before: Mapping[str, str]) -> Mapping[str, str]:
        """Return what of the wish may be written to an entity with the properties *before*."""

    def label(self, wish: Wish, values: Mapping[str, str], before: str) -> str:
        """Return the label of an entity that now has *values*; *before* is the one it had, empty for a new one."""

    def said(self, name: str, value: str) -> str:
        """Return the value of a property as lists say it."""

    def lacks(self, wish: Wish) -> str:
        """Return the column a new entity cannot do without and the row leaves empty; empty where it has all."""


def read_id(cells: RowCells) -> str:
    """Return the id a row names; one that no entity can have is a fault."""
    text = canonical_id(cells.text(ID))
    if text and not is_entity_id(text):
        cells.refuse("register.row.bad_id", ID, given=text[:40])
    return text

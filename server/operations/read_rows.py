"""Read the rows of a file for a list, some thousand at a time, and tell which entity each is about.

The same reading serves the trial, which writes nothing, and the run: what was shown is what is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.language.folding import fold
from server.operations.import_order import LISTS
from server.operations.known_entities import KnownEntities
from server.registers.headings import HeadingsFound, file_rows
from server.registers.places import Places
from server.registers.reach import STAFF
from server.registers.row_cells import RowCells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from server.operations.atlas import Map
    from server.operations.import_order import Asker, ImportOrder
    from server.operations.import_report import ImportReport
    from server.operations.services import Services
    from server.registers.headings import FileRow
    from server.registers.wishes import LoadedList, Wish
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

ROWS_AT_ONCE: Final = 1_000
_SAMPLE: Final = "mau"
_MOST_NAMED: Final = 4
_IDENTITY_PROPERTIES: Final = {
    "households": ("house_no", "head_name", "spouse_name"),
    "staff": ("staff_no", "full_name"),
}


@dataclass(slots=True)
class FileReading:
    """One reading of one file: its list, where its units are read, what was found so far."""

    services: Services
    order: ImportOrder
    asker: Asker
    report: ImportReport
    here: Map
    known: KnownEntities = field(default_factory=KnownEntities)
    _looked_into: set[UnitId] = field(default_factory=set)
    _first_rows: dict[int, tuple[str, int]] = field(default_factory=dict)
    _new: int = 0

    @property
    def filled(self) -> LoadedList:
        """Return the list the file fills."""
        return LISTS[self.order.kind]

    def chunks(self, content: BinaryIO) -> Iterator[list[Wish]]:
        """Yield what the rows want, by the thousand; wrong rows are counted and left out."""
        found = HeadingsFound()
        places = Places(self.here.territory, self.order.as_of, self.services.today(), self.asker.reach)
        rows = file_rows(content, self.filled.columns, found)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            yield list(self._wishes(chunk, places))
        self.report.unknown, self.report.passed_over = found.unknown, found.passed_over

    def _wishes(self, chunk: Iterable[FileRow], places: Places) -> Iterator[Wish]:
        for row in chunk:
            self.report.rows += 1
            if is_sample(row):
                self.report.samples += 1
                continue
            cells = RowCells(row)
            wish = self.filled.wish(cells, places)
            if wish is None:
                self.report.refuse(cells.faults)
            else:
                yield wish

    def match(self, uow: UnitOfWork, list_id: int | None, wishes: list[Wish]) -> list[tuple[Wish, int | None]]:
        """Return each wish with the row id of the entity it is about, None for a new one; the others are wrong."""
        by_id: dict[str, int] = {}
        if list_id is not None:
            self._look_into(uow, list_id, {one.unit_id for one in wishes})
            by_id = uow.entity_imports.keys_of(list_id, {one.entity_id for one in wishes if one.entity_id})
        matched: list[tuple[Wish, int | None]] = []
        for wish in wishes:
            found = self._found(uow, wish, by_id)
            if found is None or not self._is_first(wish, found):
                continue
            matched.append((wish, found if found > 0 else None))
        return matched

    def units_of(self, unit_id: UnitId) -> frozenset[UnitId]:
        """Return where entities of that unit may be kept: a village also stands for those it took over from."""
        if self.order.kind == STAFF:
            return frozenset({unit_id})
        return self.here.below.get(unit_id, frozenset({unit_id}))

    def _look_into(self, uow: UnitOfWork, list_id: int, units: set[UnitId]) -> None:
        names = _IDENTITY_PROPERTIES[self.order.kind]
        wanted: dict[UnitId, list[UnitId]] = {}
        for unit_id in units - self._looked_into:
            for one in self.units_of(unit_id):
                wanted.setdefault(one, []).append(unit_id)
        if not wanted:
            return
        self._looked_into |= units
        for key, lies_in, texts in uow.entity_imports.identities(list_id, wanted, names):
            identity = self.filled.identity_of(dict(zip(names, texts, strict=True)))
            for unit_id in wanted[lies_in]:
                self.known.add(unit_id, key, identity)

    def _found(self, uow: UnitOfWork, wish: Wish, by_id: dict[str, int]) -> int | None:
        """Return the entity, a negative number for a new one, None where the row is wrong."""
        if wish.entity_id:
            if wish.entity_id not in by_id:
                self.refuse(wish, "register.row.unknown_id", "id", given=wish.entity_id)
                return None
            return by_id[wish.entity_id]
        candidates = self.known.find(wish.unit_id, wish.identity)
        if len(candidates) > 1:
            named = [label for _, label in uow.entity_imports.labels([one for one in candidates if one > 0])]
            self.refuse(wish, "register.row.several_entities", "id", candidates="; ".join(named[:_MOST_NAMED]) or "–")
            return None
        if candidates:
            return candidates[0]
        if lacking := self.filled.lacks(wish):
            self.refuse(wish, "register.row.lacking", lacking)
            return None
        self._new -= 1
        self.known.add(wish.unit_id, self._new, wish.identity)
        return self._new

    def _is_first(self, wish: Wish, found: int) -> bool:
        """Tell whether no row above is about the same entity; else this one is wrong."""
        sheet, row = self._first_rows.setdefault(found, (wish.sheet, wish.row))
        if (sheet, row) == (wish.sheet, wish.row):
            return True
        code = "register.row.twice" if sheet == wish.sheet else "register.row.twice_on_sheet"
        self.refuse(wish, code, "house_no", first=row, first_sheet=sheet)
        return False

    def refuse(self, wish: Wish, code: str, column: str, **params: str | int) -> None:
        """Count the row of a wish as wrong."""
        where = wish.headings.get(column, "")
        self.report.refuse([Fault(code, params, sheet=wish.sheet, row=wish.row, column=where)])


def is_sample(row: FileRow) -> bool:
    """Tell whether the row is one of the template's own examples, which say so in their note."""
    return fold(row.cells.get("note", "")).startswith(_SAMPLE)

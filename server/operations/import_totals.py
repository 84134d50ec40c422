"""Load household totals from a file: a trial, the run, and the way back to the versions before it.

A row that says what is current already makes no version. Nothing here is ever added to counted figures.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from server.operations.import_report import ChangedCell, ImportReport, RowChange
from server.operations.placed_rows import LoadReading, RowsOf
from server.registers.places import Places
from server.registers.total_rows import COLUMNS, COUNTS, carried_on, total_wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from server.operations.import_order import Asker, Load
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.registers.row_cells import RowCells
    from server.registers.total_rows import TotalWish
    from server.storage.repositories.household_totals import HouseholdTotal
    from server.storage.repositories.register_imports import StoredImport
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

    Asked = tuple[int, UnitId]

_TITLES = {one.name: one.title for one in COLUMNS}


def try_totals(services: Services, load: Load, *, content: BinaryIO, progress: Progress) -> ImportReport:
    """Return what loading the file would do; raises what `file_rows` raises."""
    reading = LoadReading(services, load, ImportReport())
    for wishes in _chunks(reading, content):
        with services.reading(load.asker.sight) as uow:
            current = uow.household_totals.current(load.order.project_id, wishes) if wishes else {}
        _changing(reading, wishes, current)
        progress("register.progress.read", rows=reading.report.rows)
    return reading.report


def run_totals(
    services: Services, load: Load, import_id: int, *, content: BinaryIO, progress: Progress
) -> ImportReport:
    """Load the file; raises what `file_rows` raises."""
    reading = LoadReading(services, load, ImportReport())
    for wishes in _chunks(reading, content):
        with services.unit_of_work(load.asker.sight) as uow:
            current = uow.household_totals.current(load.order.project_id, wishes) if wishes else {}
            _write(reading, uow, import_id, _changing(reading, wishes, current), current=current)
        progress("register.progress.written", rows=reading.report.rows)
    return reading.report


def undo_totals(uow: UnitOfWork, stored: StoredImport, asker: Asker) -> tuple[int, list[HouseholdTotal]]:
    """Let the totals before the load be current again; return how many, and those left since others replaced them.

    Those that were replaced are marked too: they do not come back when what replaced them is taken back. What replaced
    them keeps what its own file gave; a count it only carried on from the load becomes what it was before the load.
    """
    brought = uow.household_totals.of_import(stored.import_id)
    reached = [one for one in brought if asker.covers(one.unit_id)]
    taken = [one for one in reached if one.is_current]
    uow.household_totals.mark_undone([one.total_id for one in reached])
    _stand_again(uow, stored.project_id, {(one.year, one.unit_id) for one in reached})
    done = {one.total_id for one in taken}
    return len(taken), [one for one in brought if one.total_id not in done and not one.is_undone]


def _stand_again(uow: UnitOfWork, project_id: int, asked: set[Asked]) -> None:
    """Let the newest version of each year and unit that still stands be current, with the counts that still stand."""
    standing: dict[Asked, list[HouseholdTotal]] = defaultdict(list)
    for one in uow.household_totals.standing(project_id, asked) if asked else ():
        standing[one.year, one.unit_id].append(one)
    for versions in standing.values():
        for one, counts in zip(versions, carried_on((each.counts, each.given) for each in versions), strict=True):
            if counts != one.counts:
                uow.household_totals.carry(one.total_id, counts)
    uow.household_totals.set_current([versions[-1].total_id for versions in standing.values()], is_current=True)


def _chunks(reading: LoadReading, content: BinaryIO) -> Iterator[dict[Asked, TotalWish]]:
    """Yield what the rows give, by year and unit; a second row about the same is wrong."""
    places_on = _places(reading.services, reading.load)
    last_year, source = reading.services.today().year, reading.load.order.source

    def read(cells: RowCells) -> TotalWish | None:
        return total_wish(cells, places_on, last_year=last_year, source=source)

    return RowsOf(COLUMNS, read, lambda one: (one.year, one.unit_id), "unit").chunks(content, reading.report)


def _places(services: Services, load: Load) -> Callable[[date], Places]:
    """Return the units as of a day, made once for each year of the file."""
    territory, today = services.atlas.current().territory, services.today()

    @lru_cache(maxsize=64)
    def on(day: date) -> Places:
        return Places(territory, min(day, today), today, load.asker.reach)

    return on


def _changing(
    reading: LoadReading, wishes: Mapping[Asked, TotalWish], current: Mapping[Asked, HouseholdTotal]
) -> list[TotalWish]:
    """Count new, changed and unchanged rows and return those that write something."""
    territory, report = reading.services.atlas.current().territory, reading.report
    changing: list[TotalWish] = []
    for asked, wish in wishes.items():
        before = current.get(asked)
        cells = () if before is None else tuple(_changed_cells(before, wish))
        if before is None:
            report.new += 1
        elif cells:
            label = f"{territory.name(wish.unit_id, date(wish.year, 12, 31))} – {wish.year}"
            report.show(RowChange(wish.sheet, wish.row, label, cells, is_newer=False))
        else:
            report.unchanged += 1
            continue
        changing.append(wish)
    return changing


def _changed_cells(before: HouseholdTotal, wish: TotalWish) -> Iterator[ChangedCell]:
    for name in COUNTS:
        old, new = before.counts[name], wish.counts[name]
        if new is not None and old != new:
            yield ChangedCell(_TITLES[name], "" if old is None else str(old), str(new))
    if before.source != wish.source:
        yield ChangedCell(_TITLES["source"], before.source[:80], wish.source[:80])


def _write(
    reading: LoadReading,
    uow: UnitOfWork,
    import_id: int,
    changing: list[TotalWish],
    *,
    current: Mapping[Asked, HouseholdTotal],
) -> None:
    if not changing:
        return
    project_id, now = reading.load.order.project_id, reading.services.now()
    asked = [(one.year, one.unit_id) for one in changing]
    versions = uow.household_totals.newest_versions(project_id, asked)
    rows: list[dict[str, object]] = []
    for key, one in zip(asked, changing, strict=True):
        before = current[key].counts if key in current else {}
        rows.append(
            {
                "project_id": project_id,
                "import_id": import_id,
                "year": one.year,
                "unit_id": one.unit_id,
                "version": versions.get(key, 0) + 1,
                # An empty cell leaves a part as it was.
                **{name: before.get(name) if count is None else count for name, count in one.counts.items()},
                "given": [name for name, count in one.counts.items() if count is not None],
                "source": one.source,
                "is_current": True,
                "is_undone": False,
                "recorded_at": now,
            }
        )
    uow.household_totals.replace([current[key].total_id for key in asked if key in current], rows)

"""Load figures typed from paper: a trial, the run, and the way back to the versions before it.

A row that says what is current already makes no version. Nothing here is ever added to counted figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.indicators.contribution import amount_of
from server.indicators.figures import written
from server.indicators.paper_rows import CASES, COLUMNS, PaperRules, paper_wish
from server.language.display import display_date
from server.operations.import_report import ChangedCell, ImportReport, RowChange
from server.operations.locked_places import locks_over
from server.operations.placed_rows import LoadReading, RowsOf
from server.operations.typed_keys import keys_to_type
from server.registers.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from typing import BinaryIO

    from server.indicators.paper_figures import PaperFigure, PaperPlace
    from server.indicators.paper_rows import PaperWish
    from server.operations.import_order import Asker, Load
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.register_imports import StoredImport
    from server.storage.unit_of_work import UnitOfWork

_TITLES = {one.name: one.title for one in COLUMNS}
_LONGEST_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Batch:
    """What a set of figures is written as: the project, the batch, who typed it."""

    project_id: int
    import_id: int
    author: str


def try_paper(services: Services, load: Load, *, content: BinaryIO, progress: Progress) -> ImportReport:
    """Return what loading the file would do; raises what `file_rows` raises."""
    reading = LoadReading(services, load, ImportReport())
    for wishes in _chunks(reading, content):
        with services.reading(load.asker.sight) as uow:
            open_ones = _without_locked(reading, uow, wishes)
            current = uow.paper_figures.current(load.order.project_id, open_ones)
        changing_of(services, reading.report, open_ones, current)
        progress("register.progress.read", rows=reading.report.rows)
    return reading.report


def run_paper(services: Services, load: Load, import_id: int, *, content: BinaryIO, progress: Progress) -> ImportReport:
    """Load the file; raises what `file_rows` raises."""
    reading = LoadReading(services, load, ImportReport())
    batch = Batch(load.order.project_id, import_id, load.order.author or _author_of(services, load.asker))
    for wishes in _chunks(reading, content):
        with services.unit_of_work(load.asker.sight) as uow:
            uow.paper_figures.hold(batch.project_id)
            open_ones = _without_locked(reading, uow, wishes)
            current = uow.paper_figures.current(batch.project_id, open_ones)
            changing = changing_of(services, reading.report, open_ones, current)
            write_paper(services, uow, batch, changing, current=current)
        progress("register.progress.written", rows=reading.report.rows)
    return reading.report


def _without_locked(
    reading: LoadReading, uow: UnitOfWork, wishes: Mapping[PaperPlace, PaperWish]
) -> Mapping[PaperPlace, PaperWish]:
    """Return the wishes but for those of locked periods, which are told; counts of incidents stand in no lock."""
    order = reading.load.order
    if order.kind == CASES:
        return wishes
    locks = locks_over(uow, reading.services.atlas.current(), order.project_id, wishes)
    for place, lock in locks.items():
        wish = wishes[place]
        told = {"period": lock.period.label, "when": display_date(lock.locked_at.date()), "by": lock.author}
        reading.report.refuse([Fault("paper.row_locked", told, sheet=wish.sheet, row=wish.row, column="period")])
    return {place: one for place, one in wishes.items() if place not in locks}


def undo_paper(uow: UnitOfWork, stored: StoredImport, asker: Asker) -> tuple[int, list[PaperFigure]]:
    """Let the figures before the load be current again; return how many, and those left since others replaced them.

    Those that were replaced are marked too: they do not come back when what replaced them is taken back.
    """
    brought = uow.paper_figures.of_import(stored.import_id)
    reached = [one for one in brought if asker.covers(one.place.unit_id)]
    taken = [one for one in reached if one.is_current]
    uow.paper_figures.mark_undone([one.figure_id for one in reached])
    before = (uow.paper_figures.before(stored.project_id, one) for one in taken)
    uow.paper_figures.set_current([one for one in before if one is not None], is_current=True)
    done = {one.figure_id for one in taken}
    return len(taken), [one for one in brought if one.figure_id not in done and not one.is_undone]


def rules_of(services: Services, load: Load) -> PaperRules:
    """Return what the rows of somebody's file are read by."""
    territory, today = services.atlas.current().territory, services.today()

    @lru_cache(maxsize=64)
    def on(day: date) -> Places:
        return Places(territory, day, today, load.asker.reach)

    keys = keys_to_type(services, load.order.project_id, is_sensitive=load.order.kind == CASES)
    return PaperRules(on, keys, today, load.order.source)


def changing_of(
    services: Services,
    report: ImportReport,
    wishes: Mapping[PaperPlace, PaperWish],
    current: Mapping[PaperPlace, PaperFigure],
) -> list[PaperWish]:
    """Count new, changed and unchanged rows and return those that write something."""
    territory = services.atlas.current().territory
    changing: list[PaperWish] = []
    for place, wish in wishes.items():
        before = current.get(place)
        cells = () if before is None or before.value is None else tuple(_changed_cells(before, wish))
        if before is None or before.value is None:
            report.new += 1
        elif cells:
            name = territory.name(place.unit_id, wish.frame_day)
            label = f"{name} – {place.period} – {wish.key.label_vi}"
            report.show(RowChange(wish.sheet, wish.row, label, cells, is_newer=False))
        else:
            report.unchanged += 1
            continue
        changing.append(wish)
    return changing


def write_paper(
    services: Services,
    uow: UnitOfWork,
    batch: Batch,
    changing: Iterable[PaperWish],
    *,
    current: Mapping[PaperPlace, PaperFigure],
) -> None:
    """Let each wish be the current version of its figure."""
    wishes = {one.place: one for one in changing}
    versions = uow.paper_figures.newest_versions(batch.project_id, wishes)
    now = services.now()
    rows: list[dict[str, object]] = [
        {
            "project_id": batch.project_id,
            "import_id": batch.import_id,
            "year": place.period.year,
            "period": place.period.label,
            "unit_id": place.unit_id,
            "frame_day": one.frame_day,
            "key": place.key,
            "version": versions.get(place, 0) + 1,
            "thousandths": one.thousandths,
            "source_document": one.source.document,
            "source_number": one.source.number,
            "source_day": one.source.day,
            "source_body": one.source.body,
            "author": batch.author,
            "is_sensitive": one.key.is_sensitive,
            "is_current": True,
            "is_undone": False,
            "recorded_at": now,
        }
        for place, one in wishes.items()
    ]
    uow.paper_figures.replace([current[place].figure_id for place in wishes if place in current], rows)


def _chunks(reading: LoadReading, content: BinaryIO) -> Iterator[dict[PaperPlace, PaperWish]]:
    """Yield what the rows give, by place; a second row about the same figure is wrong."""
    rules, report = rules_of(reading.services, reading.load), reading.report
    rows = RowsOf(COLUMNS, lambda cells: paper_wish(cells, rules), lambda one: one.place, "key")
    yield from rows.chunks(content, report)
    report.passed_over = [one for one in report.passed_over if one != KEYS_SHEET]


KEYS_SHEET: Final = "Mã số liệu"
"""The template's own page of what can be typed."""


def _changed_cells(before: PaperFigure, wish: PaperWish) -> Iterator[ChangedCell]:
    if before.thousandths != wish.thousandths:
        after = None if wish.thousandths is None else amount_of(wish.thousandths)
        yield ChangedCell(_TITLES["value"], written(before.value, wish.key.unit), written(after, wish.key.unit))
    if before.source != wish.source:
        yield ChangedCell(_TITLES["document"], str(before.source)[:_LONGEST_SHOWN], str(wish.source)[:_LONGEST_SHOWN])


def _author_of(services: Services, asker: Asker) -> str:
    """Return what whoever loads is called; nobody does so without an account but the operator, who says a name."""
    if asker.account_id is None:
        return ""
    with services.reading(services.operator()) as uow:
        account = uow.accounts.by_id(asker.account_id)
    return account.name if account else ""

"""Typing figures of one unit and period row by row, without a file: what can be typed, what stands there, saving it.

Saving writes what was changed as one batch, which can be undone whole like a file that was loaded. A cell that is
emptied takes its figure back. Beside a measure stands what the phones' records count: the two are never added.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.deeds import DeedKind
from server.errors import Conflict, NotFound
from server.forms.faults import Fault
from server.indicators.contribution import amount_of
from server.indicators.figures import written
from server.indicators.paper_figures import PaperPlace
from server.indicators.paper_rows import CASES, FIRST_YEAR, paper_wish
from server.indicators.periods import Period
from server.indicators.plan import IndicatorUnit
from server.indicators.sources import Source
from server.language.display import display_date
from server.operations.import_order import ImportOrder, Load, asker_of, typing_projects
from server.operations.import_paper import Batch, changing_of, rules_of, write_paper
from server.operations.import_report import ImportReport, as_document
from server.operations.locked_places import locks_over
from server.operations.note_loads import LoadDone, note_load
from server.operations.places import told_apart
from server.operations.typed_keys import keys_of_level, keys_to_type
from server.operations.unit_parts import turns_of
from server.registers.headings import FileRow
from server.registers.row_cells import RowCells
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from server.access.actors import Account
    from server.indicators.paper_figures import PaperFigure
    from server.indicators.paper_keys import PaperKey, PaperKeys
    from server.indicators.paper_rows import PaperRules, PaperWish
    from server.operations.import_order import Asker
    from server.operations.services import Services
    from server.storage.repositories.locks import KeptLock
    from server.storage.repositories.projects import Project
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

log = logging.getLogger(__name__)
SOURCE_COLUMNS: Final = ("document", "number", "day", "body")
_LEVELS: Final = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
_PART_WORDS: Final = {"": "", **{f"-{one}": one for one in ("Q1", "Q2", "Q3", "Q4", "H1", "H2")}}


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """Which figures somebody looks at: everyday ones or those about incidents; what is None is chosen for them."""

    kind: str
    project_id: int | None
    unit_id: UnitId | None
    period: Period


@dataclass(frozen=True, slots=True)
class TypingUnit:
    """A unit somebody may type for."""

    unit_id: UnitId
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One thing that can be typed, what was typed last, and what records count, None where nothing is known."""

    key: PaperKey
    figure: PaperFigure | None
    counted: Decimal | None

    @property
    def text(self) -> str:
        """Return the figure as it is typed."""
        return typed_text(self.key, self.figure)


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """The figures of one unit and period; *groups* by what they belong to, in the order of plans and forms."""

    projects: tuple[Project, ...]
    project_id: int
    units: tuple[TypingUnit, ...]
    unit: TypingUnit | None
    period: Period
    years: tuple[int, ...]
    groups: Mapping[str, tuple[PaperLine, ...]]
    lock: KeptLock | None = None
    """What the period is locked by: figures typed now are late."""


@dataclass(frozen=True, slots=True)
class Typing:
    """What somebody typed: *entries* are texts by key, *was* those that stood on the page, *source* by column.

    Where the page did not say what stood there, it is what stands there now. *is_late*: typed into a locked period.
    """

    entries: Mapping[str, str]
    was: Mapping[str, str]
    source: Mapping[str, str]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What saving did: the batch (None if nothing was written), how many were written, what is wrong by key."""

    import_id: int | None
    written: int
    faults: Mapping[str, tuple[Fault, ...]]


def typed_text(key: PaperKey, figure: PaperFigure | None) -> str:
    """Return a figure as it is typed, empty where there is none."""
    if figure is None or figure.value is None:
        return ""
    return written(figure.value, key.unit).rstrip("%‰")


def paper_sheet(services: Services, account: Account, question: PaperQuestion) -> PaperSheet:
    """Return what the account may type for the unit it asks for, else for the first of its own.

    Raises Forbidden ``access.forbidden``, NotFound ``access.not_found`` for a unit out of reach.
    """
    asker = asker_of(services, account, question.kind)
    projects = typing_projects(services, question.kind)
    project_id = _project_of(projects, question.project_id)
    units = _units(services, asker, question.period)
    unit = _unit_of(units, question.unit_id)
    groups: Mapping[str, tuple[PaperLine, ...]] = {}
    if project_id and unit is not None:
        groups = _groups(services, asker, replace(question, project_id=project_id), unit)
    years = tuple(range(services.today().year, FIRST_YEAR - 1, -1))
    lock = None if unit is None else _lock(services, replace(question, project_id=project_id), unit)
    return PaperSheet(projects, project_id, units, unit, question.period, years, groups, lock)


def type_figures(services: Services, account: Account, question: PaperQuestion, typing: Typing) -> Typed:
    """Write what was typed and is other than what stood on the page; all or nothing.

    A figure that somebody else changed since the page was made is a fault of its line. Raises what `paper_sheet`
    raises, Conflict ``paper.locked`` (unit, period, when, by) unless the figures are said to be late.
    """
    sheet = paper_sheet(services, account, question)
    if sheet.unit is None or not sheet.project_id:
        raise NotFound("access.not_found")
    asker = asker_of(services, account, question.kind)
    order = ImportOrder(sheet.project_id, question.kind, services.today(), typing.source.get("document", ""))
    rules = rules_of(services, Load(order, asker))
    changed = _changed(sheet, typing)
    facts = _facts(services, sheet.unit, question.period, typing.source)
    wishes, faults = _wishes(changed, rules, facts)
    if faults or not wishes:
        return Typed(None, 0, faults)
    if sheet.lock is not None and not typing.is_late:
        raise Conflict("paper.locked", **told_lock(services, sheet.lock))
    batch = _Saving(Load(order, asker), f"{sheet.unit.name} {question.period}", _author(services, account), typing.was)
    done = _write(services, batch, wishes)
    log.info("paper.typed", extra={"import": done.import_id, "figures": done.written})
    return done


def told_lock(services: Services, lock: KeptLock) -> dict[str, str]:
    """Return what the sentences about a locked period name."""
    name = services.atlas.current().territory.name(lock.unit_id, lock.period.last_day)
    return {"unit": name, "period": lock.period.label, "when": display_date(lock.locked_at.date()), "by": lock.author}


def _lock(services: Services, question: PaperQuestion, unit: TypingUnit) -> KeptLock | None:
    """Return what the period of the unit is locked by; counts of incidents stand in no locked table."""
    if question.kind == CASES or not question.project_id:
        return None
    place = PaperPlace(question.period, unit.unit_id, "")
    with services.reading(services.operator()) as uow:
        return locks_over(uow, services.atlas.current(), question.project_id, [place]).get(place)


def _project_of(projects: Iterable[Project], asked: int | None) -> int:
    """Return the project that was asked for, else the first that is no practice, 0 if there is none."""
    known = [one.project_id for one in projects]
    if asked in known and asked is not None:
        return asked
    return next((one.project_id for one in projects if one.kind != "practice"), 0)


def _units(services: Services, asker: Asker, period: Period) -> tuple[TypingUnit, ...]:
    here, day = services.atlas.current(), _day(services, period)
    units = [one for level in _LEVELS for one in here.territory.units_of_level(level, day) if asker.covers(one.unit_id)]
    names = told_apart(here, ((one.unit_id, one.name) for one in units), day)
    return tuple(TypingUnit(one.unit_id, names[one.unit_id], one.level) for one in units)


def _unit_of(units: tuple[TypingUnit, ...], asked: UnitId | None) -> TypingUnit | None:
    if asked is None:
        return next((one for one in units if one.level is Level.COMMUNE), units[0] if units else None)
    found = next((one for one in units if one.unit_id == asked), None)
    if found is None:
        raise NotFound("access.not_found")
    return found


def _day(services: Services, period: Period) -> date:
    """Return the day on which units of the period are meant."""
    return min(period.last_day, max(services.today(), period.first_day))


def _groups(
    services: Services, asker: Asker, question: PaperQuestion, unit: TypingUnit
) -> dict[str, tuple[PaperLine, ...]]:
    assert question.project_id is not None, "the sheet chose one"
    is_sensitive = question.kind == CASES
    keys = keys_of_level(services, question.project_id, unit.level, is_sensitive=is_sensitive)
    period = question.period
    with services.reading(asker.sight) as uow:
        figures = {
            one.place.key: one
            for one in uow.paper_figures.of_year(question.project_id, period.year, [unit.unit_id])
            if one.place.period == period
        }
        counted = (
            _counted(services, uow, question, unit, keys=keys)
            if question.kind != CASES and period == Period(period.year)
            else {}
        )
    every = keys
    if not all(map(keys.find, figures)):
        every = keys_to_type(services, question.project_id, is_sensitive=is_sensitive)
    parts = [found for one in figures if (found := keys.find(one) or every.find(one)) is not None]
    groups: dict[str, dict[str, PaperLine]] = {}
    for key in (*keys.keys, *parts):
        if unit.level in key.levels:
            line = PaperLine(key, figures.get(key.key), counted.get(key.key))
            groups.setdefault(key.group, {}).setdefault(key.key, line)
    return {group: tuple(lines.values()) for group, lines in groups.items()}


def _counted(
    services: Services, uow: UnitOfWork, question: PaperQuestion, unit: TypingUnit, *, keys: PaperKeys
) -> dict[str, Decimal]:
    """Return what the records of the year count in the unit, by measure."""
    assert question.project_id is not None, "the sheet chose one"
    sources = [Source(one.key) for one in keys.keys if one.unit is IndicatorUnit.COUNT and "." in one.key]
    here = services.atlas.current()
    frame = here.territory.frame_on(_day(services, question.period))
    units = frozenset({unit.unit_id})
    extent = Extent(question.project_id, question.period.year, frame.key, units, with_all=False)
    found = uow.figure_tables.sums(extent, sources, turns_of(here))
    return {source.measure: amount_of(added.thousandths) for (_, source), added in found.items()}


def _changed(sheet: PaperSheet, typing: Typing) -> list[tuple[PaperLine, str]]:
    """Return what was typed otherwise than it stood on the page, and than it stands now."""
    lines = (line for group in sheet.groups.values() for line in group)
    told = [(line, " ".join(typing.entries[line.key.key].split())) for line in lines if line.key.key in typing.entries]
    return [(line, text) for line, text in told if text not in {line.text, typing.was.get(line.key.key, line.text)}]


def _facts(services: Services, unit: TypingUnit, period: Period, source: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that all rows have in common."""
    day = _day(services, period)
    code = services.atlas.current().territory.period(unit.unit_id, day).code
    told = {column: " ".join(source.get(column, "").split()) for column in SOURCE_COLUMNS}
    part = _PART_WORDS[period.label.removeprefix(str(period.year))]
    cells = {"year": str(period.year), "period": part, "unit": f"{code}@{day.isoformat()}", **told}
    return {column: text for column, text in cells.items() if text}


def _wishes(
    changed: Iterable[tuple[PaperLine, str]], rules: PaperRules, facts: Mapping[str, str]
) -> tuple[list[PaperWish], dict[str, tuple[Fault, ...]]]:
    """Return what the changed lines want, and what is wrong with them; an emptied line takes its figure back."""
    wishes: list[PaperWish] = []
    faults: dict[str, tuple[Fault, ...]] = {}
    for number, (line, text) in enumerate(changed, start=1):
        row = FileRow("", number, {**facts, "key": line.key.key, "value": text or "0"}, {"value": line.key.label_vi})
        cells = RowCells(row)
        wish = paper_wish(cells, rules)
        if wish is None:
            faults[line.key.key] = tuple(cells.faults)
        else:
            wishes.append(wish if text else replace(wish, thousandths=None))
    return wishes, faults


def _author(services: Services, account: Account) -> str:
    with services.reading(services.operator()) as uow:
        known = uow.accounts.by_id(account.account_id)
    return known.name if known else account.login


@dataclass(frozen=True, slots=True)
class _Saving:
    """What is saved at once: under which order, as what, by whom, and what stood on the page by key."""

    load: Load
    name: str
    author: str
    was: Mapping[str, str]


def _write(services: Services, saving: _Saving, wishes: Iterable[PaperWish]) -> Typed:
    """Write the batch and its figures in one transaction, unless somebody was faster: who saves second is told."""
    order, asker = saving.load.order, saving.load.asker
    by_place: dict[PaperPlace, PaperWish] = {one.place: one for one in wishes}
    with services.unit_of_work(asker.sight) as uow:
        uow.paper_figures.hold(order.project_id)
        current = uow.paper_figures.current(order.project_id, by_place)
        overtaken = _overtaken(by_place, current, saving.was)
        if overtaken:
            return Typed(None, 0, overtaken)
        report = ImportReport(rows=len(by_place))
        changing = changing_of(services, report, by_place, current)
        import_id = uow.register_imports.add(_batch_facts(services, saving, by_place, report))
        write_paper(services, uow, Batch(order.project_id, import_id, saving.author), changing, current=current)
        note_load(services, uow, LoadDone(import_id, DeedKind.FIGURES_TYPED, asker.account_id, len(by_place)))
    return Typed(import_id, len(by_place), {})


def _overtaken(
    wishes: Mapping[PaperPlace, PaperWish], current: Mapping[PaperPlace, PaperFigure], was: Mapping[str, str]
) -> dict[str, tuple[Fault, ...]]:
    """Return, by key, that a figure is no longer the one that was on the page."""
    found: dict[str, tuple[Fault, ...]] = {}
    for place, wish in wishes.items():
        now = typed_text(wish.key, current.get(place))
        if place.key in was and was[place.key] != now:
            by = current[place].author if place in current else ""
            told = {"by": by, "value": now}
            where = wish.headings.get("value", "")
            found[place.key] = (Fault("paper.changed_meanwhile", told, row=wish.row, column=where),)
    return found


def _batch_facts(
    services: Services, saving: _Saving, wishes: Mapping[PaperPlace, PaperWish], report: ImportReport
) -> dict[str, object]:
    order, asker, now = saving.load.order, saving.load.asker, services.now()
    said = json.dumps([[str(place), str(one.thousandths), str(one.source)] for place, one in wishes.items()])
    return {
        "project_id": order.project_id,
        "kind": order.kind,
        "account_id": asker.account_id,
        "unit_ids": sorted(asker.post_units),
        "file_name": saving.name[:255],
        "file_sha256": hashlib.sha256(said.encode()).hexdigest(),
        "media_key": None,
        "as_of": order.as_of,
        "source": order.source,
        "state": "done",
        "rows_total": len(wishes),
        "rows_done": len(wishes),
        "report": as_document(report) | {"changes": []},
        "created_at": now,
        "touched_at": now,
    }

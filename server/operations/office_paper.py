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

from server.errors import NotFound
from server.indicators.contribution import amount_of
from server.indicators.figures import written
from server.indicators.paper_rows import CASES, FIRST_YEAR, paper_wish
from server.indicators.periods import Period
from server.indicators.plan import IndicatorUnit
from server.indicators.sources import Source
from server.operations.import_order import ImportOrder, Load, asker_of, typing_projects
from server.operations.import_paper import Batch, changing_of, rules_of, write_paper
from server.operations.import_report import ImportReport, as_document
from server.operations.typed_keys import keys_of_level, keys_to_type
from server.registers.headings import FileRow
from server.registers.row_cells import RowCells
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from server.access.actors import Account
    from server.forms.faults import Fault
    from server.indicators.paper_figures import PaperFigure, PaperPlace
    from server.indicators.paper_keys import PaperKey
    from server.indicators.paper_rows import PaperRules, PaperWish
    from server.operations.import_order import Asker
    from server.operations.services import Services
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
        if self.figure is None or self.figure.value is None:
            return ""
        return written(self.figure.value, self.key.unit).rstrip("%‰")


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


@dataclass(frozen=True, slots=True)
class Typed:
    """What saving did: the batch (None if nothing was written), how many were written, what is wrong by key."""

    import_id: int | None
    written: int
    faults: Mapping[str, tuple[Fault, ...]]


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
    return PaperSheet(projects, project_id, units, unit, question.period, years, groups)


def type_figures(
    services: Services,
    account: Account,
    question: PaperQuestion,
    *,
    entries: Mapping[str, str],
    source: Mapping[str, str],
) -> Typed:
    """Write what *entries* (texts by key) change, with the document in *source* (texts by column); all or nothing.

    Raises what `paper_sheet` raises.
    """
    sheet = paper_sheet(services, account, question)
    if sheet.unit is None or not sheet.project_id:
        raise NotFound("access.not_found")
    asker = asker_of(services, account, question.kind)
    order = ImportOrder(sheet.project_id, question.kind, services.today(), source.get("document", ""))
    rules = rules_of(services, Load(order, asker))
    changed = _changed(sheet, entries)
    facts = _facts(services, sheet.unit, question.period, source)
    wishes, faults = _wishes(changed, rules, facts)
    if faults or not wishes:
        return Typed(None, 0, faults)
    name = _author(services, account)
    import_id = _write(services, Load(order, asker), wishes, name=f"{sheet.unit.name} {question.period}", author=name)
    log.info("paper.typed", extra={"import": import_id, "figures": len(wishes)})
    return Typed(import_id, len(wishes), {})


def _project_of(projects: Iterable[Project], asked: int | None) -> int:
    """Return the project that was asked for, else the first that is no practice, 0 if there is none."""
    known = [one.project_id for one in projects]
    if asked in known and asked is not None:
        return asked
    return next((one.project_id for one in projects if one.kind != "practice"), 0)


def _units(services: Services, asker: Asker, period: Period) -> tuple[TypingUnit, ...]:
    territory = services.atlas.current().territory
    day = _day(services, period)
    return tuple(
        TypingUnit(one.unit_id, one.name, one.level)
        for level in _LEVELS
        for one in territory.units_of_level(level, day)
        if asker.covers(one.unit_id)
    )


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
            _counted(services, uow, question, unit) if question.kind != CASES and period == Period(period.year) else {}
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


def _counted(services: Services, uow: UnitOfWork, question: PaperQuestion, unit: TypingUnit) -> dict[str, Decimal]:
    """Return what the records of the year count in the unit, by measure."""
    assert question.project_id is not None, "the sheet chose one"
    keys = keys_to_type(services, question.project_id, is_sensitive=False).keys
    sources = [Source(one.key) for one in keys if one.unit is IndicatorUnit.COUNT and "." in one.key]
    frame = services.atlas.current().territory.frame_on(_day(services, question.period))
    extent = Extent(question.project_id, question.period.year, frame.key, frozenset({unit.unit_id}))
    found = uow.figure_tables.sums(extent, sources)
    return {source.measure: amount_of(added.thousandths) for (place, source), added in found.items() if place}


def _changed(sheet: PaperSheet, entries: Mapping[str, str]) -> list[tuple[PaperLine, str]]:
    lines = (line for group in sheet.groups.values() for line in group)
    told = [(line, " ".join(entries[line.key.key].split())) for line in lines if line.key.key in entries]
    return [(line, text) for line, text in told if text != line.text]


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


def _write(services: Services, load: Load, wishes: Iterable[PaperWish], *, name: str, author: str) -> int:
    """Write the batch and its figures in one transaction and return the batch."""
    order, asker, now = load.order, load.asker, services.now()
    by_place: dict[PaperPlace, PaperWish] = {one.place: one for one in wishes}
    said = json.dumps([[str(place), str(one.thousandths), str(one.source)] for place, one in by_place.items()])
    with services.unit_of_work(asker.sight) as uow:
        current = uow.paper_figures.current(order.project_id, by_place)
        report = ImportReport(rows=len(by_place))
        changing = changing_of(services, report, by_place, current)
        import_id = uow.register_imports.add(
            {
                "project_id": order.project_id,
                "kind": order.kind,
                "account_id": asker.account_id,
                "unit_ids": sorted(asker.post_units),
                "file_name": name[:255],
                "file_sha256": hashlib.sha256(said.encode()).hexdigest(),
                "media_key": None,
                "as_of": order.as_of,
                "source": order.source,
                "state": "done",
                "rows_total": len(by_place),
                "rows_done": len(by_place),
                "report": as_document(report) | {"changes": []},
                "created_at": now,
                "touched_at": now,
            }
        )
        write_paper(services, uow, Batch(order.project_id, import_id, author), changing, current=current)
    return import_id

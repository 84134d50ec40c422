"""Fill a report in for one unit and period, in a unit of work that is open: the public copy or the official one.

Who may see the copy, and where its sensitive numbers come from, is decided by whoever calls this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from server.errors import InvalidInput, NotFound
from server.indicators.report_fill import Copy, Filling, FillPlan, Mark, Place, fill_plan
from server.indicators.report_words import USUAL
from server.operations.figure_questions import FigureQuestion, boundaries_of
from server.operations.known_by_hash import KnownByHash
from server.operations.read_coverage import read_coverage
from server.operations.report_grids import grids_of
from server.operations.report_measures import known_to, sealed
from server.operations.report_numbers import ReportPlace, numbers_of, open_counts, sensitive_numbers, sources_behind
from server.operations.report_paper import with_paper
from server.operations.report_reading import read_beside
from server.operations.report_sources import source_rows
from server.operations.report_workbook import published_layout, published_rows, saved
from server.storage.repositories.reports import ReportKey
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from server.indicators.periods import Period
    from server.indicators.report import ReportTemplate
    from server.indicators.report_fill import Amount
    from server.indicators.report_grid import GridSheet
    from server.operations.report_numbers import Asked, SensitiveReader
    from server.operations.report_reading import ReportReading
    from server.operations.report_workbook import LaidOut
    from server.operations.services import Services
    from server.storage.repositories.reports import Draft, StoredTemplate
    from server.storage.unit_of_work import UnitOfWork

    SourceSheet = tuple[str, Sequence[Sequence[str]]]
    """The title of the sheet that says where numbers come from, and its rows."""
    SensitiveNumbers = Callable[[Services, UnitOfWork, ReportPlace], SensitiveReader]


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """Which report: a layout, a unit of its level, and a period."""

    template_id: int
    unit_id: UnitId
    period: Period


@dataclass(frozen=True, slots=True)
class Making:
    """How a copy is made: which of the two, where its sensitive numbers come from, and with what words.

    Words that are drafted are for those who sign; a copy without them has the usual ones and blank lines.
    """

    copy: Copy
    sensitive: SensitiveNumbers
    has_draft: bool


@dataclass(frozen=True, slots=True)
class FilledReport:
    """A report as it would be printed: *layout* is what *plan* is put into, *words* those that are drafted.

    *beside* is what was read of the report besides its sums; *sources* says where the numbers come from, for the file.
    """

    stored: StoredTemplate
    template: ReportTemplate
    key: ReportKey
    unit: Place
    parent: str
    copy: Copy
    plan: FillPlan
    layout: LaidOut
    marks: Mapping[Mark, str]
    words: Mapping[str, str]
    has_sensitive: bool
    beside: ReportReading
    sources: Callable[[], SourceSheet]

    @property
    def workbook(self) -> bytes:
        """Return the file; each one made says when it was."""
        return saved(self.layout.filled(self.plan, self.marks), self.sources())

    @property
    def sheets(self) -> tuple[GridSheet, ...]:
        """Return what is printed of its sheets."""
        return grids_of(self.layout.looks, self.plan, self.marks)


def fill_in(services: Services, uow: UnitOfWork, order: ReportOrder, making: Making) -> FilledReport:
    """Return the report filled in.

    Raises NotFound ``report.unknown``, ``territory.unknown_unit`` or ``report.no_such_unit``, InvalidInput
    ``report.wrong_level``, ``report.future`` or ``figures.bad_year``.
    """
    stored = template_in_force(uow, order.template_id)
    workbook = _bytes_of(KnownByHash(stored.sha256, partial(uow.reports.workbook, stored.template_id)))
    known = known_to(services, uow, stored.project_id)
    template = sealed(published_layout(workbook), known)
    place = place_of(services, stored, order)
    unit = Place(order.unit_id, place.here.territory.name(order.unit_id, place.on))
    children = _children(place, order.unit_id, set(template.repeats.values()))
    asked = list(
        dict.fromkeys(
            (slot, one.unit_id)
            for slot, level in template.numbers()
            for one in ([unit] if level is None else children[level])
        )
    )
    key = ReportKey(stored.project_id, stored.name, order.unit_id, order.period.label)
    beside = read_beside(uow, place, key, asked, sources=sources_behind(open_counts(asked, known)))
    secret = sensitive_numbers(asked, known, making.sensitive(services, uow, place))
    counted = {**numbers_of(uow, place, asked, known, beside=beside), **secret}
    apart = frozenset(known.home.values()) if making.copy is Copy.OFFICIAL else None
    amounts = _with_asides(services, with_paper(uow, place, counted, everyday=beside.typed, sealed=apart))
    words = _words(beside.papers.draft) if making.has_draft else USUAL
    said = {**_blanks(unit, order), **words, **_said(services, place, order, template=template, copy=making.copy)}
    plan = fill_plan(template, Filling(unit, children, said, amounts))
    layout = published_rows(workbook, plan.repeats)
    return FilledReport(
        stored=stored,
        template=template,
        key=key,
        unit=unit,
        parent=said["parent"],
        copy=making.copy,
        plan=layout.plan(plan),
        layout=layout,
        marks=mark_words(services),
        words=words,
        has_sensitive=any(slot.paper.is_sensitive for slot, _ in template.numbers()),
        beside=beside,
        sources=partial(source_rows, services, plan, making.copy),
    )


def template_in_force(uow: UnitOfWork, template_id: int) -> StoredTemplate:
    """Return the layout in force of the name that layout has; raises NotFound ``report.unknown``."""
    found = uow.reports.in_force_like(template_id)
    if found is None:
        raise NotFound("report.unknown")
    return found


def place_of(services: Services, stored: StoredTemplate, order: ReportOrder) -> ReportPlace:
    """Return where and when a report is; raises what `fill_in` raises for its unit and period."""
    here = services.atlas.current()
    if order.period.first_day > services.today():
        raise InvalidInput("report.future", period=order.period.label)
    frame, on = boundaries_of(FigureQuestion("", order.period.year), here.territory, services.today())
    period = here.territory.period(order.unit_id, on)
    if not period.is_valid_on(on):
        raise NotFound("report.no_such_unit", unit=period.name, period=order.period.label)
    if period.level is not stored.level:
        raise InvalidInput("report.wrong_level", unit=period.name)
    return ReportPlace(stored.project_id, order.period, here, frame.key, on)


def mark_words(services: Services) -> Mapping[Mark, str]:
    """Return the words for what is no number, as the workbook says them."""
    marks = (Mark.HIDDEN, Mark.NOT_REPORTED, Mark.NOT_RELEASED)
    return {one: services.catalogue.sentence(f"report.mark.{one.value}", {}, "vi") for one in marks}


def _with_asides(services: Services, amounts: Mapping[Asked, Amount]) -> Mapping[Asked, Amount]:
    """Return the numbers with the words that stand beside those of which something is lacking."""

    def aside(count: int) -> str:
        return services.catalogue.sentence("report.lacking", {"count": count}, "vi")

    return {asked: replace(one, aside=aside(one.lacking)) if one.lacking else one for asked, one in amounts.items()}


@lru_cache(maxsize=16)
def _bytes_of(workbook: KnownByHash[bytes]) -> bytes:
    return workbook.read()


def _words(draft: Draft | None) -> dict[str, str]:
    """Return the words drafted for the report, the usual ones where nothing is written."""
    return {**USUAL, **({} if draft is None else {name: said for name, said in draft.words.items() if said})}


def _blanks(unit: Place, order: ReportOrder) -> dict[str, str]:
    """Return what stands on the lines for place and day until somebody writes there."""
    return {"place": unit.name.partition(" ")[2], "day": f"ngày …… tháng …… năm {order.period.year}"}


def _children(place: ReportPlace, unit_id: UnitId, levels: set[Level]) -> Mapping[Level, Sequence[Place]]:
    below = place.here.below.get(unit_id, frozenset())
    return {
        level: [
            Place(one.unit_id, one.name)
            for one in place.here.territory.units_of_level(level, place.on)
            if one.unit_id in below
        ]
        for level in levels
    }


def _said(
    services: Services, place: ReportPlace, order: ReportOrder, *, template: ReportTemplate, copy: Copy
) -> dict[str, str]:
    """Return the words that follow from the report itself."""
    territory = place.here.territory
    path = territory.path(order.unit_id, place.on)
    coverage = None
    if template.settings.level is Level.PROVINCE:
        coverage = read_coverage(services, FigureQuestion("", order.period.year))

    def say(code: str, **params: object) -> str:
        return services.catalogue.sentence(code, params, "vi")

    return {
        "unit": path[0],
        "parent": path[1] if len(path) > 1 else "",
        "year": str(order.period.year),
        "title": template.settings.title_vi,
        "copy": say(f"report.copy.{copy.value}"),
        "coverage": "" if coverage is None else say("report.coverage", held=coverage.held, whole=coverage.whole),
        "notes": say("report.notes"),
    }

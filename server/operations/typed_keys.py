"""What can be typed from paper in a project: the cells of its reports, its indicators, what forms count.

An indicator that is read from release tables is not typed itself: the counts behind it are, by incident officers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.indicators.contribution import POOL
from server.indicators.paper_keys import PaperKey, PaperKeys, levels_from
from server.indicators.report import Status
from server.indicators.report_cells import TOTAL, Words
from server.indicators.sources import Basis
from server.operations.figure_questions import indicators_in_force
from server.operations.report_measures import known_among, sealed
from server.operations.report_workbook import published_layout
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.indicators.plan import Indicator
    from server.indicators.report_cells import PaperRow
    from server.operations.form_shelf import ShelvedForm
    from server.operations.report_measures import Known
    from server.operations.services import Services
    from server.storage.repositories.reports import StoredTemplate
    from server.storage.unit_of_work import UnitOfWork

INDICATORS: Final = "indicators"
"""The group of keys that are indicators; the others are called by the title of their form."""

_COUNTED_VI: Final = "số hộ đạt (tử số)"
_COUNTED_EN: Final = "households reached (numerator)"
_COLUMNS_VI: Final = {"urban": "thành thị", "rural": "nông thôn"}
_COLUMNS_EN: Final = {"urban": "urban", "rural": "rural"}


def keys_to_type(services: Services, project_id: int, *, is_sensitive: bool) -> PaperKeys:
    """Return what can be typed in the project: everyday figures, or those about incidents, never both."""
    return _keys(services, project_id, frozenset(Level), is_sensitive=is_sensitive)


def keys_of_level(services: Services, project_id: int, level: Level, *, is_sensitive: bool) -> PaperKeys:
    """Return the same, of reports the cells of units of that level alone: no commune is asked what a district says."""
    return _keys(services, project_id, frozenset({level}), is_sensitive=is_sensitive)


def _keys(services: Services, project_id: int, asked: frozenset[Level], *, is_sensitive: bool) -> PaperKeys:
    with services.reading(services.operator()) as uow:
        every = uow.forms.in_force()
        layouts = [one for one in uow.reports.in_force() if is_sensitive or one.project_id == project_id]
        known = {one: known_among(services, every, one) for one in {each.project_id for each in layouts}}
        rows = tuple(_of_reports(uow, layouts, known, asked=asked, is_sensitive=is_sensitive))
        indicators = () if is_sensitive else tuple(_indicators(uow, project_id))
        forms = [one for one in every if one.project_id == project_id and one.is_sensitive is is_sensitive]
    shelved = [services.shelf.version_by_id(one.version_id) for one in forms]
    return PaperKeys.of(
        [
            *rows,
            *(_of_indicator(one) for one in indicators if one.numerator.basis is not Basis.RELEASE),
            *_of_pools(indicators),
            *_of_forms(shelved, is_sensitive=is_sensitive),
        ]
    )


def _indicators(uow: UnitOfWork, project_id: int) -> Iterator[Indicator]:
    plans = [(plan, found) for plan, found in indicators_in_force(uow) if plan.project_id == project_id]
    for _, found in sorted(plans, key=lambda one: one[0].plan_id):
        yield from found


def _of_indicator(one: Indicator) -> PaperKey:
    return PaperKey(one.code, one.label_vi, one.label_en, INDICATORS, one.unit, levels_from(one.level))


def _of_pools(indicators: Iterable[Indicator]) -> Iterator[PaperKey]:
    """Yield what several forms count together, called after the first indicator that shows it: pools have no words."""
    for one in indicators:
        if one.numerator.measure.startswith(f"{POOL}.") and not one.numerator.category:
            vi, en = (f"{one.code} – {label}" for label in (_COUNTED_VI, _COUNTED_EN))
            yield PaperKey(one.numerator.measure, vi, en, INDICATORS, levels=levels_from(one.level))


def _of_reports(
    uow: UnitOfWork,
    layouts: Sequence[StoredTemplate],
    known: Mapping[int, Known],
    *,
    asked: frozenset[Level],
    is_sensitive: bool,
) -> Iterator[PaperKey]:
    """Yield the named cells of the reports in force: the project's own, or those about incidents of any report.

    Layouts that are kept to look things up come last.
    """
    workbooks = uow.reports.workbooks([one.template_id for one in layouts])
    read = [
        (one.title_vi, sealed(published_layout(workbooks[one.template_id]), known[one.project_id])) for one in layouts
    ]
    for title, layout in sorted(read, key=lambda pair: pair[1].settings.status is Status.ARCHIVE):
        for one in layout.slots:
            if isinstance(one.slot, Words) or not one.slot.paper.row or one.slot.paper.is_sensitive is not is_sensitive:
                continue
            if layout.repeats.get((one.sheet, one.row), layout.settings.level) in asked:
                yield _of_cell(one.slot.paper, one.label, title)


def _of_cell(paper: PaperRow, label: str, title: str) -> PaperKey:
    said = label or paper.key
    vi, en = (
        said if paper.column == TOTAL else f"{said} – {words.get(paper.column, paper.column)}"
        for words in (_COLUMNS_VI, _COLUMNS_EN)
    )
    levels = levels_from(Level.COMMUNE)
    return PaperKey(paper.key, vi, en, title, levels=levels, is_sensitive=paper.is_sensitive)


def _of_forms(forms: Iterable[ShelvedForm], *, is_sensitive: bool) -> Iterator[PaperKey]:
    for form in forms:
        for measure in form.measures:
            label = measure.label
            yield PaperKey(
                measure.code,
                label.in_language("vi", measure.code),
                label.in_language("en", measure.code),
                form.definition.title,
                levels=levels_from(Level.COMMUNE) if is_sensitive else levels_from(Level.VILLAGE),
                by=frozenset(one.question for one in measure.by),
                is_sensitive=is_sensitive,
            )

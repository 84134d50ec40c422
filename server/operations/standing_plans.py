"""What plans and reports in force count, held against a form that is about to change.

A figure that is published must not run dry because a form was edited: the version that would do so is refused, with
the names of the indicators, until a plan that does without them is in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault, FormRefused
from server.indicators.contribution import POOL
from server.indicators.measures import MEASURES, measures_of
from server.indicators.sources import Basis, Source
from server.operations.report_workbook import read_report_workbook
from server.submissions.compiled_forms import compiled_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.indicators.measures import Measure
    from server.storage.unit_of_work import UnitOfWork

    Yield = Mapping[str, Mapping[str, frozenset[str] | None]]
    """What can be counted: by measure, the questions it is broken down by with the answers there can be, if known."""

BREAKS_PLAN: Final = "measure.breaks_plan"
COUNTS_OTHERWISE: Final = "measure.counts_otherwise"
_ENDING: Final = frozenset({"name", "by", "joins"})
"""Columns without which a count ends; by the others it becomes another one."""


def questions_of(measures: Iterable[Measure]) -> Yield:
    """Return what can be counted with *measures*, each with the questions it is broken down by; pools with none."""
    found: dict[str, Mapping[str, frozenset[str] | None]] = {}
    for one in measures:
        found[one.code] = {breakdown.question: breakdown.values for breakdown in one.by}
        if one.pool:
            found[one.pool] = {}
    return found


def refuse_breaking(uow: UnitOfWork, project_id: int, form_id: str, measures: Iterable[Measure]) -> None:
    """Raise FormRefused for each count of a plan in force that *measures* end, or make of something else.

    Fault codes: ``measure.breaks_plan``; ``measure.counts_otherwise`` where records sent so far would be combined in
    one way and new ones in another. What the version in force does not yield either is no fault of the new one.
    """
    before = next((one for one in uow.forms.current(project_id) if one.form_id == form_id), None)
    if before is None:
        return
    old, new = measures_of(before.measures, compiled_form(before.xform).definition), tuple(measures)
    before_it, after_it = questions_of(old), questions_of(new)
    faults = tuple(
        Fault(
            BREAKS_PLAN if column in _ENDING else COUNTS_OTHERWISE,
            {"measure": str(source), "indicators": ", ".join(dict.fromkeys(codes)), "form": form_id},
            sheet=MEASURES,
            column=column,
        )
        for source, codes in _counted(uow, project_id).items()
        if yields(before_it, source) and (column := _ended_by(source, after_it) or _changed_by(source, old, new))
    )
    if faults:
        raise FormRefused(faults)


def _ended_by(source: Source, after: Yield) -> str:
    """Return the column by which *source* is counted no more, empty if it still is."""
    if yields(after, source):
        return ""
    return "joins" if source.measure.startswith(f"{POOL}.") else "by" if source.measure in after else "name"


def _changed_by(source: Source, old: Sequence[Measure], new: Sequence[Measure]) -> str:
    """Return the column by which *source*, counted before and after, is combined otherwise; empty if it is not."""
    was, now = (next(one for one in each if source.measure in {one.code, one.pool}) for each in (old, new))
    if was.combine is not now.combine:
        return "combine"
    return "" if was.is_of_its_place == now.is_of_its_place else "subject"


def yields(known: Yield, source: Source) -> bool:
    """Tell whether *source* is counted, broken down as it asks, by what *known* yields."""
    questions = known.get(source.measure)
    if questions is None:
        return False
    wanted = [one.partition("=") for one in source.categories if one]
    return all(question in questions and _may_be(questions[question], value) for question, _, value in wanted)


def _may_be(values: frozenset[str] | None, value: str) -> bool:
    return values is None or not value or value in values


def _counted(uow: UnitOfWork, project_id: int) -> Mapping[Source, list[str]]:
    """Return every measure that plans and reports in force count, with the indicators, tables and reports that do.

    A report counts sensitive forms of other projects, too.
    """
    from server.operations.publish_plan import read_workbook  # which itself asks this module what can be counted

    plan_ids = [one.plan_id for one in uow.plans.in_force() if one.project_id == project_id]
    found: dict[Source, list[str]] = {}
    for indicators in uow.plans.indicators(plan_ids).values():
        for indicator in indicators:
            for source in indicator.sources:
                if source.basis in {Basis.MEASURE, Basis.ROSTER}:
                    measure = source if source.basis is Basis.MEASURE else Source(source.measure)
                    found.setdefault(measure, []).append(indicator.code)
    for plan_id in plan_ids:
        for release in read_workbook(uow.releases.workbook(plan_id)).releases:
            source = Source(release.measure, f"{release.question}=" if release.question else "")
            found.setdefault(source, []).append(release.name)
    for source, name in _reported(uow, project_id):
        found.setdefault(source, []).append(name)
    return found


def _reported(uow: UnitOfWork, project_id: int) -> Iterator[tuple[Source, str]]:
    """Yield every measure that a report in force counts, with its name."""
    from server.operations.report_measures import sources_of  # which itself asks this module what can be counted

    sealed = uow.releases.sensitive_forms(project_id)
    for stored in uow.reports.in_force():
        for source in sources_of(read_report_workbook(uow.reports.workbook(stored.template_id))):
            if stored.project_id == project_id or source.measure.rpartition(".")[0] in sealed:
                yield source, stored.name

"""What release tables are made from: exact cases, laid out by family, and the same as it was kept with a revision.

`exact_cases_of` is the one way to the exact counts of sensitive measures; the official copy will take it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from server.errors import Conflict, NotFound
from server.forms.compatibility import choices_of
from server.indicators.releases import faults_with
from server.indicators.releases_layout import OTHER, Extent, Family, ReleaseLayout, families_of
from server.indicators.releases_tables import Listed
from server.indicators.suppression_tables import CellKey, Published
from server.operations.no_case_sheet import confirmed_days
from server.operations.publish_plan import read_workbook
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.forms.definition import FormDefinition
    from server.indicators.plan import Plan
    from server.indicators.suppression_tables import Case
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.repositories.releases import ExactCase, FrozenRevision
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FamilyBasis:
    """The tables of one family and the exact cases in them."""

    layout: ReleaseLayout
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """All that the release tables of a plan are made from for one year, on the boundaries *frame*."""

    plan_id: int
    plan: Plan
    frame: str
    listed: Listed
    families: tuple[FamilyBasis, ...]


@dataclass(frozen=True, slots=True)
class _Places:
    """The communes of the year's last day, the commune each unit lies in, and the province of each commune."""

    frame: str
    communes: Mapping[int, str]
    provinces: Mapping[int, str]
    commune_of: Mapping[int, int]
    province_of: Mapping[int, int]


def basis_of(
    services: Services, uow: UnitOfWork, plan_id: int, *, order: tuple[int, int], before: FrozenRevision | None
) -> Basis:
    """Return the basis of the tables of one plan for a project and year, its *order*.

    What was reported in the revision *before* stays so: were it *not reported* again, it would be known to be nothing.
    Raises NotFound ``releases.no_tables``, Conflict ``releases.form_changed`` (the forms no longer have what the plan
    names) or ``releases.unplaced`` (cases in no commune: count).
    """
    project_id, year = order
    plan = read_workbook(uow.releases.workbook(plan_id))
    if not plan.releases:
        raise NotFound("releases.no_tables")
    forms = _sensitive_forms(services, uow, project_id)
    measures = {one.code: one for form in forms for one in form.measures}
    if any(faults_with(plan.releases, measures)):
        raise Conflict("releases.form_changed")
    places = _places_of(services, year)
    answers = _answers_of(plan, forms)
    reporting = uow.releases.reporting(project_id, {one.form_id for one in plan.releases}, year)
    confirmed = confirmed_days(uow, project_id, year)
    families = [
        _family_basis(
            family,
            places,
            [*reporting[family.releases[0].form_id], *confirmed],
            answers,
            cases=exact_cases_of(uow, project_id, family, year),
        )
        for family in families_of(plan.releases, measures)
    ]
    return Basis(
        plan_id=plan_id,
        plan=plan,
        frame=places.frame,
        listed=Listed(places.communes, places.provinces, answers),
        families=tuple(families if before is None else map(_still_reported, families, json.loads(before.families))),
    )


def exact_cases_of(uow: UnitOfWork, project_id: int, family: Family, year: int) -> list[ExactCase]:
    """Return the cases of a family of sensitive measures, exactly; whoever calls this answers for who sees them."""
    return uow.releases.exact_cases(project_id, family.measures, year)


def written_basis(published: Sequence[Published]) -> str:
    """Return as JSON text what has to be known of a release when it is revised."""
    return json.dumps([_written(one) for one in published], ensure_ascii=False, separators=(",", ":"))


def earlier_of(revision: FrozenRevision, plan: Plan) -> list[Published]:
    """Return the families of a frozen revision of *plan*, as they were frozen."""
    return [_read(facts, plan) for facts in json.loads(revision.families)]


def as_known(earlier: Published, newest: FamilyBasis) -> Published:
    """Return an earlier release as a reader of the *newest* knows it.

    What was not reported then and is now was known to be nothing: its cells count as shown, with 0.
    """
    layout = earlier.layout
    assert isinstance(layout, ReleaseLayout), "what was laid out here"
    return replace(earlier, layout=ReleaseLayout(layout.family, _widened(layout.extent, newest.layout.extent)))


def _sensitive_forms(services: Services, uow: UnitOfWork, project_id: int) -> list[ShelvedForm]:
    current = uow.forms.current(project_id)
    return [services.shelf.version_by_id(one.version_id) for one in current if one.is_sensitive]


def _places_of(services: Services, year: int) -> _Places:
    territory = services.atlas.current().territory
    day = min(date(year, 12, 31), max(services.today(), date(year, 1, 1)))
    frame = territory.frame_on(day)
    communes = {int(one.unit_id): one.name for one in territory.units_of_level(Level.COMMUNE, day)}
    provinces = {int(one.unit_id): one.name for one in territory.units_of_level(Level.PROVINCE, day)}
    whole = [one for one in territory.ancestors() if one.frame == frame.key and not one.partial]
    return _Places(
        frame=frame.key,
        communes=communes,
        provinces=provinces,
        commune_of={int(one.unit_id): int(one.ancestor_id) for one in whole if one.ancestor_id in communes},
        province_of={int(one.unit_id): int(one.ancestor_id) for one in whole if one.ancestor_id in provinces},
    )


def _answers_of(plan: Plan, forms: Iterable[ShelvedForm]) -> dict[str, dict[str, str]]:
    """Return the listed answers of every question a table is broken down by, with what they are called."""
    definitions = {one.definition.form_id: one.definition for one in forms}
    return {one.question: _listed(definitions[one.form_id], one.question) for one in plan.releases if one.question}


def _listed(definition: FormDefinition, question: str) -> dict[str, str]:
    node = next(one for one in definition.root.walk() if one.name == question)
    return {one.value: one.label.in_language("vi", one.value) for one in choices_of(node, definition)}


def _family_basis(
    family: Family,
    places: _Places,
    reporting: Sequence[tuple[int, date]],
    answers: Mapping[str, Mapping[str, str]],
    *,
    cases: Sequence[ExactCase],
) -> FamilyBasis:
    """Return the family's tables; what reported nothing has no cells in them."""
    unplaced = sum(places.commune_of.get(one.unit_id) not in places.province_of for one in cases)
    if unplaced:
        raise Conflict("releases.unplaced", count=unplaced)
    made = [_case(one, places, family, answers) for one in cases]
    seen = {value for case in made for value in case}
    communes = sorted({places.commune_of[unit] for unit, _ in reporting if unit in places.commune_of})
    extent = Extent(
        province_of={one: places.province_of[one] for one in communes},
        quarters=tuple(sorted({_quarter(day) for _, day in reporting})),
        answers={one: tuple(_columns(one, answers[one], seen)) for one in family.questions},
    )
    return FamilyBasis(ReleaseLayout(family, extent), tuple(made))


def _still_reported(one: FamilyBasis, before: Mapping[str, Any]) -> FamilyBasis:
    """Return the tables with what was reported in the revision before."""
    extent = _widened(one.layout.extent, _extent(before))
    return replace(one, layout=ReleaseLayout(one.layout.family, extent))


def _widened(extent: Extent, other: Extent) -> Extent:
    """Return *extent* with the communes and quarters of the other too."""
    communes = {**other.province_of, **extent.province_of}
    return replace(
        extent,
        province_of={one: communes[one] for one in sorted(communes)},
        quarters=tuple(sorted({*extent.quarters, *other.quarters})),
    )


def _columns(question: str, listed: Iterable[str], seen: set[int | str]) -> Iterable[str]:
    """Return the columns something may stand in: the one for all else only where it holds something.

    Where it holds nothing a reader may well think so, and nothing can hide behind it; it is printed as hidden anyway.
    """
    yield from (f"{question}={one}" for one in listed)
    if f"{question}={OTHER}" in seen:
        yield f"{question}={OTHER}"


def _case(case: ExactCase, places: _Places, family: Family, answers: Mapping[str, Mapping[str, str]]) -> Case:
    given = ((one, case.answers.get(one, "")) for one in family.questions)
    return (
        places.commune_of[case.unit_id],
        _quarter(case.event_date),
        " ".join(one for one in family.measures if one in case.measures),
        *(f"{question}={answer if answer in answers[question] else OTHER}" for question, answer in given),
    )


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _written(published: Published) -> dict[str, object]:
    layout = published.layout
    assert isinstance(layout, ReleaseLayout), "what was laid out here"
    return {
        "measures": layout.family.measures,
        "questions": layout.family.questions,
        "memberships": layout.family.memberships,
        "communes": list(layout.extent.province_of.items()),
        "quarters": layout.extent.quarters,
        "answers": layout.extent.answers,
        "cases": published.cases,
        "small": sorted(published.small),
        "hidden": sorted(published.hidden),
    }


def _extent(facts: Mapping[str, Any]) -> Extent:
    answers = {question: tuple(listed) for question, listed in facts["answers"].items()}
    return Extent(dict(map(tuple, facts["communes"])), tuple(facts["quarters"]), answers)


def _read(facts: Mapping[str, Any], plan: Plan) -> Published:
    family = Family(
        tuple(facts["measures"]),
        tuple(one for one in plan.releases if one.measure in facts["measures"]),
        tuple(facts["questions"]),
        tuple(facts["memberships"]),
    )
    return Published(
        ReleaseLayout(family, _extent(facts)),
        tuple(map(tuple, facts["cases"])),
        frozenset(CellKey(*one) for one in facts["small"]),
        frozenset(CellKey(*one) for one in facts["hidden"]),
    )

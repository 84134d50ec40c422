"""What publishing a plan workbook would change: held against the plan in force of its name, nothing written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from server.indicators.contribution import amount_of
from server.indicators.plan_changes import PlanChanges, PlannedValue, changed_indicators, changed_targets
from server.language.display import number
from server.operations.figure_questions import indicators_in_force
from server.operations.publish_plan import check_plan, read_workbook
from server.operations.standing_reports import refuse_emptying

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.operations.publish_plan import PlanSource
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.units import Level, UnitId

    Goals = dict[tuple[str, int, UnitId | None, Level | None], PlannedValue]


def compare_plan(services: Services, project_id: int, source: PlanSource) -> PlanChanges:
    """Return what publishing the workbook would change; raises what `publish_plan` raises."""
    plan = read_workbook(source.workbook)
    checked = check_plan(services, project_id, plan)
    territory = services.atlas.current().territory
    with services.reading(services.operator()) as uow:
        in_force = indicators_in_force(uow)
        refuse_emptying(uow, project_id, source.name, plan, in_force=in_force)
        standing = [
            (one.plan_id, some) for one, some in in_force if (one.project_id, one.name) == (project_id, source.name)
        ]
        is_first, goals = not standing, _goals(uow, [plan_id for plan_id, _ in standing], territory)
        indicators = [one for _, some in standing for one in some]
        kept = _rules_in_force(uow, project_id, source.name)
    rules = [str(one) for one in (*plan.deadlines, *plan.policies)]
    wanted: Goals = {
        (one.indicator, one.year, unit_id, one.level): PlannedValue(
            f"{one.indicator} {one.year} {one.unit}", number(amount_of(one.thousandths)), one.is_draft
        )
        for one, unit_id in checked
    }
    before, after = [one.code for one in indicators], [one.code for one in plan.indicators]
    return PlanChanges(
        is_first=is_first,
        indicators_added=tuple(one for one in after if one not in before),
        indicators_removed=tuple(one for one in before if one not in after),
        indicators_changed=changed_indicators(indicators, plan.indicators),
        targets_added=tuple(one.name for key, one in wanted.items() if key not in goals),
        targets_removed=tuple(one.name for key, one in goals.items() if key not in wanted),
        targets_changed=changed_targets(goals, wanted),
        release_names=tuple(one.name for one in plan.releases),
        rules_added=tuple(one for one in rules if one not in kept),
        rules_removed=tuple(one for one in kept if one not in rules),
    )


def _rules_in_force(uow: UnitOfWork, project_id: int, name: str) -> list[str]:
    """Return the deadlines and review policies of the plan in force, as one line each."""
    plan_ids = [one.plan_id for one in uow.plans.in_force() if (one.project_id, one.name) == (project_id, name)]
    rules = uow.plan_rules
    return [*map(str, rules.deadlines(plan_ids)), *(str(one.rule) for one in rules.policies(plan_ids))]


def _goals(uow: UnitOfWork, plan_ids: Iterable[int], territory: Territory) -> Goals:
    """Return the targets of the plan in force, if there is one."""
    goals: Goals = {}
    for indicator, year, one in (target for plan_id in plan_ids for target in uow.plans.every_target(plan_id)):
        where = one.level.value if one.level else ""
        if one.unit_id is not None:
            where = territory.name(one.unit_id, date(year, 12, 31))
        value = number(amount_of(one.thousandths))
        goals[indicator, year, one.unit_id, one.level] = PlannedValue(
            f"{indicator} {year} {where}", value, one.is_draft
        )
    return goals

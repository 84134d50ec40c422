"""Count every register anew from the versions of its entities: the proof that what was kept in step is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.registers.tallies import Tallied, steps

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.entities import EntityList
    from server.storage.repositories.register_tallies import TallyKey
    from server.storage.unit_of_work import UnitOfWork

ENTITIES_A_STEP: Final = 1000
_NOTHING: Final = Tallied(is_live=False, unit_id=None, values={})


@dataclass(frozen=True, slots=True)
class Retallied:
    """What was counted in one list, and how many tallies came out otherwise than they were kept."""

    name: str
    tallies: int
    differed: int


def rebuild_tallies(services: Services) -> tuple[Retallied, ...]:
    """Count every list of every project anew, one transaction each."""
    with services.reading(services.operator()) as uow:
        lists = [one for project in uow.projects.all() for one in uow.entities.lists(project.project_id).values()]
    return tuple(_rebuild(services, one) for one in lists)


def _rebuild(services: Services, one: EntityList) -> Retallied:
    with services.unit_of_work(services.operator()) as uow:
        uow.register_tallies.exclude_changes(one.list_id)
        kept, right = uow.register_tallies.every_tally(one.list_id), _counted(uow, one)
        wrong = {key: right[key] - kept.get(key, 0) for key in {*kept, *right} if right[key] != kept.get(key, 0)}
        uow.register_tallies.move_tallies(wrong)
    return Retallied(one.name, len(right), len(wrong))


def _counted(uow: UnitOfWork, one: EntityList) -> Counter[TallyKey]:
    tallies: Counter[TallyKey] = Counter()
    last = 0
    while step := uow.register_tallies.versions_of_list(one.list_id, last, ENTITIES_A_STEP):
        for versions in step:
            before = _NOTHING
            for version in versions:
                for (unit_id, category), amount in steps(one.name, before, version.tallied).items():
                    tallies[one.list_id, unit_id, category, version.year] += amount
                before = version.tallied
        last = step[-1][-1].entity_key
    return Counter({key: amount for key, amount in tallies.items() if amount})

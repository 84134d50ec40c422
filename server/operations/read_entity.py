"""One entity, whole: what it is, where, its kin, the visits of the years side by side, and every change it saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import NotFound
from server.operations.entity_visits import Visit, visits_of
from server.operations.list_meanings import meanings_of
from server.operations.places import FormerPlace, former_places, place_names, successors_today
from server.operations.sights import Desk, register_sight_of, sight_of
from server.registers.households import MERGED_INTO, PARENT
from server.registers.reach import Reach, reach_of
from server.registers.versions import LABEL
from server.storage.repositories.entity_history import RecordSource, VersionLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.storage.repositories.register import EntityLine
    from server.storage.unit_of_work import UnitOfWork

STEPS_A_PAGE: Final = 20
_MOST_KIN: Final = 50


@dataclass(frozen=True, slots=True)
class Kin:
    """The entities in sight that are related to this one; those out of sight are not told of."""

    parent: EntityLine | None
    children: tuple[EntityLine, ...]
    merged_into: EntityLine | None
    merged: tuple[EntityLine, ...]


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What one version says otherwise of one property than the version before it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One version with what it changed; *is_record_seen*: the reader may open the record that made it."""

    version: VersionLine
    changes: tuple[PropertyChange, ...]
    is_record_seen: bool


@dataclass(frozen=True, slots=True)
class EntityView:
    """An entity as its page shows it; *earlier_than* goes on with its history, None where that is all there is."""

    line: EntityLine
    place: tuple[str, ...]
    former: tuple[FormerPlace, ...]
    lies_today_in: tuple[str, ...]
    meanings: Mapping[str, PropertyMeaning]
    kin: Kin
    visits: tuple[Visit, ...]
    steps: tuple[HistoryStep, ...]
    earlier_than: int | None
    may_manage: bool


def read_entity(
    services: Services, account: Account, entity_key: int, *, desk: Desk = Desk.EVERYDAY, before: int | None = None
) -> EntityView:
    """Return the entity with its history up to the version *before*.

    Raises NotFound ``access.not_found`` where there is none in the account's sight at that desk.
    """
    today, here = services.today(), services.atlas.current()
    with services.reading(register_sight_of(account, desk, here, today=today)) as uow:
        line = uow.register.one(entity_key)
        if line is None:
            raise NotFound("access.not_found")
        kin = _kin(uow, line)
        versions = uow.entity_history.versions(entity_key, before=before, most=STEPS_A_PAGE + 1)
        means = meanings_of(services, uow, line)
    steps = seen_steps(services, account, versions)
    with services.reading(sight_of(account, Desk.EVERYDAY, today)) as uow:
        visits = visits_of(services, uow, line, (line.key, *(one.key for one in kin.merged)))
    return EntityView(
        line,
        place_names(here, line.unit_id, today),
        former_places(here, line.unit_id, today),
        successors_today(here, line.unit_id, today),
        means,
        kin,
        visits,
        steps[:STEPS_A_PAGE],
        versions[STEPS_A_PAGE - 1].version if len(versions) > STEPS_A_PAGE else None,
        may_manage(services, account, line, here),
    )


def may_manage(services: Services, account: Account, line: EntityLine, here: Map) -> bool:
    """Tell whether the account may change the entity: it lies in its territory, and its list is not only loaded."""
    if line.is_sensitive or line.unit_id is None or reach_of(line.list_name) is Reach.OFFICERS:
        return False
    units = units_for(account, Permission.MANAGE_REGISTER, services.today())
    return here.scope_of(units).covers(line.unit_id)


def seen_steps(services: Services, account: Account, versions: Sequence[VersionLine]) -> tuple[HistoryStep, ...]:
    """Return the versions, the newest first, with what each changed; the oldest given is told whole."""
    sources = (one.source for one in versions)
    records = [one.submission_id for one in sources if isinstance(one, RecordSource)]
    with services.reading(sight_of(account, Desk.EVERYDAY, services.today())) as uow:
        seen = uow.entity_history.seen_records(records)
    earlier = (*versions[1:], None)[: len(versions)]  # before the first there is nothing to tell
    return tuple(
        HistoryStep(
            one,
            _changes(one, before),
            isinstance(one.source, RecordSource) and one.source.submission_id in seen,
        )
        for one, before in zip(versions, earlier, strict=True)
    )


def _changes(one: VersionLine, before: VersionLine | None) -> tuple[PropertyChange, ...]:
    then = {LABEL: before.label, **before.properties} if before else {}
    now = {LABEL: one.label, **one.properties}
    changed = ((name, then.get(name, ""), now.get(name, "")) for name in one.changed)
    return tuple(PropertyChange(*change) for change in changed if change[1] != change[2])


def _kin(uow: UnitOfWork, line: EntityLine) -> Kin:
    children, merged = uow.register.offspring(line, at_most=_MOST_KIN)
    named = {name: line.properties.get(name, "") for name in (PARENT, MERGED_INTO)}
    known = uow.register.by_id(line.list_id, (one for one in named.values() if one))
    into = known.get(named[MERGED_INTO])
    if line.merged_into_id is not None:
        into = uow.register.one(line.merged_into_id)
    return Kin(known.get(named[PARENT]), tuple(children), into, tuple(merged))

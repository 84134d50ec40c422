"""Never an empty list by mistake: whose phone would get an entity list with no row in it, and why that is refused.

A phone with an empty list cannot fill the form that reads it, and nobody sees that from the office. Publishing,
offering and moving people ask here, inside their own transaction. A list that is empty for everybody is only told: a
new server has to start somewhere. One whose rule gives a person nothing (staff for a village, what others hold) is as
it should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.errors import Conflict
from server.operations.list_forms import is_offered, list_name
from server.operations.postings import posting_of
from server.registers.reach import Reach, share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.registers.reach import Posting
    from server.storage.repositories.collaborators import PostedPerson
    from server.storage.repositories.entities import EntityList
    from server.storage.repositories.forms import PublishedVersion
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class EmptyList:
    """A list that has no row for these people; *is_empty_everywhere*: nor for anybody else."""

    name: str
    people: tuple[str, ...]
    is_empty_everywhere: bool


@dataclass(frozen=True, slots=True)
class Readers:
    """People of one project, with their posts of one day."""

    project_id: int
    people: Sequence[PostedPerson]
    on: date


def empty_lists(
    uow: UnitOfWork, here: Map, asked: Readers, *, forms: Iterable[PublishedVersion]
) -> tuple[EmptyList, ...]:
    """Return the lists of *forms* without a row on the phones of those whom the forms are for, or anywhere."""
    lists, on = uow.entities.lists(asked.project_id), asked.on
    readers: dict[str, dict[int, PostedPerson]] = {}
    for form in forms:
        mine = {one.collaborator_id: one for one in asked.people if is_offered(here, form, one)}
        for name in (list_name(file) for file in form.files if file.kind == "entities"):
            readers.setdefault(name, {}).update(mine)
    found = (
        _empty_for(uow, lists[name], [(one, posting_of(here, one.collaborator_id, one.post_units, on)) for one in whom])
        for name, whom in ((name, readers[name].values()) for name in sorted(readers) if name in lists)
    )
    return tuple(one for one in found if one.people or one.is_empty_everywhere)


def refuse_empty_lists(found: Iterable[EmptyList]) -> None:
    """Raise Conflict ``list.empty_for`` (``list.empty_for_many`` for more than ten people) if any is a mistake."""
    wrong = [one for one in found if not one.is_empty_everywhere]
    if not wrong:
        return
    people = list(dict.fromkeys(name for one in wrong for name in one.people))
    lists = [one.name for one in wrong]
    if len(people) <= MOST_NAMED:
        raise Conflict("list.empty_for", lists=lists, people=people, count=len(people))
    more = len(people) - MOST_NAMED
    raise Conflict("list.empty_for_many", lists=lists, people=people[:MOST_NAMED], count=len(people), more=more)


def readers_of(services: Services, uow: UnitOfWork, project_id: int) -> Readers:
    """Return who works in the project today."""
    today = services.today()
    return Readers(project_id, uow.collaborators.at_work(project_id, today), today)


def _empty_for(uow: UnitOfWork, one: EntityList, readers: Sequence[tuple[PostedPerson, Posting]]) -> EmptyList:
    filled = uow.carried_lists.units_with_any(one.list_id)
    empty = (person.name for person, posting in readers if _is_empty(one.reach, posting, filled))
    return EmptyList(one.name, tuple(empty), is_empty_everywhere=not filled)


def _is_empty(reach: Reach, posting: Posting, filled: frozenset[UnitId | None]) -> bool:
    if reach is Reach.HOLDER or (reach is Reach.OFFICERS and not posting.officer):
        return False
    return share_of(reach, posting).units.isdisjoint(filled)

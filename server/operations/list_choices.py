"""What a list of records can be narrowed to: forms, places with what waits there, senders, findings.

The numbers beside places are those of the list behind them, and stand there only where they can be: see
`is_counted_by_place`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.language.ordering import sort_key
from server.operations.browse_submissions import filters_of, is_counted_by_place, within
from server.operations.places import communes_in_order, opened_commune
from server.operations.sights import Desk, sight_of
from server.storage.repositories.record_lists import Filters
from server.submissions.review import AWAITING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.browse_submissions import Question, RecordPage
    from server.operations.services import Services
    from server.storage.repositories.record_lists import FormLine, SenderLine
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId, UnitPeriod

MOST_SENDERS: Final = 60
SENDERS_OF: Final = 100
"""Whoever sent so many records, the newest of a place, is offered to narrow its list by."""
FINDINGS_AMONG: Final = 100
"""Of so many records, the newest, what was found in them is offered to narrow a list by."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to narrow a list to, and how many records wait there; None where that is not known beforehand."""

    unit: UnitPeriod
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed to; units are those of one's territory as they are today."""

    forms: tuple[FormLine, ...]
    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]
    """Of the commune chosen, or of the only one there is; none at the incident desk."""
    places: tuple[Place, ...]
    """The villages to choose from, or else the communes."""
    unit_name: str
    """Of the unit chosen; empty if none is, or one there is not."""
    senders: tuple[SenderLine, ...]
    """Who sent the newest records of the place chosen, or of the only commune there is; and who was asked for."""
    findings: tuple[str, ...]
    """The codes of what was found in the records the rest of the question leaves, and the one asked for."""


def list_choices(services: Services, account: Account, question: Question, page: RecordPage) -> Choices:
    """Return what the account can narrow its list to, of which *page* was read."""
    today, here = services.today(), page.here
    posts = units_for(account, question.desk.read, today)
    communes = communes_in_order(here, posts, today)
    opened = opened_commune(here, communes, question.unit_id, today)
    is_masked = question.desk is Desk.INCIDENTS
    villages = () if opened is None or is_masked else tuple(here.territory.children(opened.unit_id, today))
    sight, _ = within(here, sight_of(account, question.desk, today), filters_of(services, question))
    with services.reading(sight) as uow:
        forms = uow.record_lists.forms(is_sensitive=is_masked)
        codes = () if is_masked else uow.record_lists.finding_codes(_without_finding(page), of=FINDINGS_AMONG)
        senders = _senders(uow, question, page, is_opened=opened is not None)
        waiting = _waiting(uow, question, here.scope_of(posts).unit_ids)
    asked = {question.finding} if question.finding else set()
    return Choices(
        tuple(forms),
        communes,
        villages,
        _places(here, villages or communes, waiting),
        _name(here, question.unit_id, today),
        senders,
        tuple(sorted({*codes, *asked})),
    )


def _without_finding(page: RecordPage) -> Filters:
    return replace(page.worded, finding="")


def _name(here: Map, unit_id: UnitId | None, today: date) -> str:
    return here.territory.name(unit_id, today) if unit_id is not None and here.territory.holds(unit_id) else ""


def _senders(uow: UnitOfWork, question: Question, page: RecordPage, *, is_opened: bool) -> tuple[SenderLine, ...]:
    """Return whom a list can be narrowed to; at the desk of incidents nobody, for there each is an officer."""
    if question.desk is Desk.INCIDENTS:
        return ()
    worded = page.worded
    here = Filters(
        question.is_practice, is_sensitive=False, unit_id=worded.unit_id, is_in_few_units=worded.is_in_few_units
    )
    found = uow.record_lists.senders_of(here, newest=SENDERS_OF, at_most=MOST_SENDERS) if is_opened else []
    if question.sender_id is not None and question.sender_id not in {one.collaborator_id for one in found}:
        found += uow.record_lists.sender(question.sender_id)
    return tuple(sorted(found, key=lambda one: sort_key(one.name)))


def _waiting(uow: UnitOfWork, question: Question, units: frozenset[UnitId]) -> Mapping[UnitId, int] | None:
    """Return how many records wait in each unit of one's own; None where the list is of other records."""
    is_of_all = question.states == AWAITING and is_counted_by_place(question)
    if not is_of_all or question.desk is Desk.INCIDENTS:
        return None
    found = uow.record_tallies.by_unit(question.states, question.form_key, is_practice=question.is_practice)
    return {unit_id: records for unit_id, records in found.items() if unit_id in units}


def _places(here: Map, units: tuple[UnitPeriod, ...], waiting: Mapping[UnitId, int] | None) -> tuple[Place, ...]:
    if waiting is None:
        return tuple(Place(one, None) for one in units)
    return tuple(
        Place(one, sum(waiting.get(below, 0) for below in here.scope_of({one.unit_id}).unit_ids)) for one in units
    )

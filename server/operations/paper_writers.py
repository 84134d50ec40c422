"""Whose sheets of paper somebody may type in: the collaborators of a commune, chosen before its people are listed.

A province has more collaborators than a page has room for. There is no paper for incidents; see `enter_paper`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.language.ordering import sort_key
from server.operations.places import communes_in_order, opened_commune
from server.operations.sights import Desk

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.territory.units import UnitId, UnitPeriod

SEPARATE: Final = "separate"
"""The kind of project in which incidents are carried."""
PAPER_WAITS: Final = timedelta(days=366)
"""How long after somebody left her sheets may be typed in: what was written in a year is counted with it."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A collaborator of one's territory, who may have written on paper."""

    collaborator_id: int
    name: str
    place: str
    has_left: bool = False
    """Whether she works there no more; what she wrote while she did is typed in as hers."""


@dataclass(frozen=True, slots=True)
class Writers:
    """The communes of one's territory, and who works in the one that is opened; nobody until one is."""

    communes: tuple[UnitPeriod, ...]
    opened: UnitPeriod | None
    people: tuple[Writer, ...]

    @property
    def is_to_be_opened(self) -> bool:
        """Tell whether a commune is to be chosen first."""
        return self.opened is None and bool(self.communes)


def list_writers(services: Services, account: Account, *, unit_id: UnitId | None, writer_id: int | None) -> Writers:
    """Return who works in a commune of those in which the account decides about records, by name, then who has left.

    It is the commune of a unit, that of a collaborator who was chosen, or the only one there is.
    """
    here, today = services.atlas.current(), services.today()
    posts = units_for(account, Desk.EVERYDAY.review, today)
    communes = communes_in_order(here, posts, today)
    with services.reading(services.operator()) as uow:
        if unit_id is None and writer_id is not None:
            unit_id = uow.collaborators.unit_of(writer_id, today)
        opened = opened_commune(here, communes, unit_id, today)
        found = Writers(communes, opened, ())
        if found.is_to_be_opened:
            return found
        units = here.scope_of(posts).unit_ids
        if opened is not None:
            units &= _serving(here, opened)
        people = uow.collaborators.at_work_in(units, today, apart_from=SEPARATE)
        ever = uow.corrections.writers.worked_in(units, today - PAPER_WAITS, today, apart_from=SEPARATE)
    at_work = {one.collaborator_id for one in people}
    left = [one for one in ever if one.collaborator_id not in at_work]
    writers = [
        Writer(one.collaborator_id, one.name, here.territory.name(min(one.post_units), today), has_left=has_left)
        for has_left, group in ((False, people), (True, left))
        for one in group
    ]
    in_order = sorted(writers, key=lambda one: (one.has_left, sort_key(one.name), one.collaborator_id))
    return Writers(communes, opened, tuple(in_order))


def _serving(here: Map, commune: UnitPeriod) -> frozenset[UnitId]:
    """Return the units somebody may be posted at to work in a commune: its own, and those it lies in."""
    above = {unit_id for unit_id, below in here.below.items() if commune.unit_id in below}
    return here.scope_of({commune.unit_id}).unit_ids | above

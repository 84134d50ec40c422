"""What a person at the console sees, from the posts they hold today.

There are two desks. The everyday desk never sees a sensitive record, the incident desk sees nothing else and exists
only after the second sign-in step. Neither can be widened by what a request says.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.operations.postings import staff_units_of
from server.storage.visible import Reading

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Actor
    from server.operations.atlas import Map
    from server.territory.units import UnitId


class Desk(StrEnum):
    """Which of the two kinds of records somebody works on."""

    EVERYDAY = "everyday"
    INCIDENTS = "incidents"

    @property
    def read(self) -> Permission:
        """Return the permission to read records at this desk."""
        return Permission.READ_INCIDENTS if self is Desk.INCIDENTS else Permission.READ_SUBMISSIONS

    @property
    def read_register(self) -> Permission:
        """Return the permission to read registers at this desk; trusted addresses lie at that of incidents."""
        return Permission.READ_INCIDENTS if self is Desk.INCIDENTS else Permission.READ_REGISTER

    @property
    def read_history(self) -> Permission:
        """Return the permission to read what was done at this desk."""
        return Permission.READ_INCIDENTS if self is Desk.INCIDENTS else Permission.READ_HISTORY

    @property
    def review(self) -> Permission:
        """Return the permission to decide about records at this desk."""
        return Permission.REVIEW_INCIDENTS if self is Desk.INCIDENTS else Permission.REVIEW_SUBMISSIONS

    @property
    def read_tray(self) -> Permission:
        """Return the permission to read what is held at this desk."""
        return Permission.READ_INCIDENTS if self is Desk.INCIDENTS else Permission.READ_TRAY

    @property
    def settle_tray(self) -> Permission:
        """Return the permission to settle what is held at this desk."""
        return Permission.REVIEW_INCIDENTS if self is Desk.INCIDENTS else Permission.RELEASE_TRAY


def sight_of(actor: Actor, desk: Desk, today: date) -> Reading:
    """Return what the actor may read at that desk."""
    return _sight(desk, units_for(actor, desk.read, today))


def review_sight_of(actor: Actor, desk: Desk, today: date) -> Reading:
    """Return what the actor may decide about at that desk."""
    return _sight(desk, units_for(actor, desk.review, today))


def history_sight_of(actor: Actor, desk: Desk, today: date) -> Reading:
    """Return what the actor may read of what was done at that desk."""
    return _sight(desk, units_for(actor, desk.read_history, today))


def register_sight_of(actor: Actor, desk: Desk, here: Map, *, today: date) -> Reading:
    """Return the entities the actor may read at that desk; lists of staff only from a post at a commune or above."""
    units = units_for(actor, desk.read_register, today)
    if desk is Desk.INCIDENTS:
        return _sight(desk, units)
    return Reading(units, staff_units=staff_units_of(here, units, today))


def managing_sight_of(actor: Actor, today: date) -> Reading:
    """Return the entities the actor may change: never sensitive ones, and no staff, which is only loaded."""
    return Reading(units_for(actor, Permission.MANAGE_REGISTER, today))


def tray_sight_of(actor: Actor, desk: Desk, today: date) -> Reading:
    """Return the held uploads the actor may see at that desk."""
    return _sight(desk, units_for(actor, desk.read_tray, today))


def settling_sight_of(actor: Actor, desk: Desk, today: date) -> Reading:
    """Return the held uploads the actor may settle at that desk."""
    return _sight(desk, units_for(actor, desk.settle_tray, today))


def _sight(desk: Desk, units: frozenset[UnitId]) -> Reading:
    nothing: frozenset[UnitId] = frozenset()
    return Reading(nothing, units) if desk is Desk.INCIDENTS else Reading(units, nothing)

"""Actors: who is asking, and with which posts.

An actor is read anew for every request, so a post that ends today is gone tomorrow. How an actor proves who they are
(token, password, session) is for the doors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

from server.territory.validity import is_within

if TYPE_CHECKING:
    from datetime import date

    from server.access.roles import Role
    from server.territory.units import UnitId

CollaboratorId = NewType("CollaboratorId", int)
AccountId = NewType("AccountId", int)
ProjectId = NewType("ProjectId", int)


@dataclass(frozen=True, slots=True)
class Post:
    """A role held on a unit from *valid_from* to *valid_to*, both days included; an open end is None."""

    role: Role
    unit_id: UnitId
    valid_from: date | None
    valid_to: date | None
    stands_in_for: AccountId | None = None
    """Whose post a deputy fills meanwhile (*duyệt thay*); None in one's own."""

    def is_held_on(self, on: date) -> bool:
        """Return whether the post is held on that day."""
        return is_within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has not said who they are."""


@dataclass(frozen=True, slots=True)
class Collaborator:
    """A person with a phone (cộng tác viên), in one project."""

    collaborator_id: CollaboratorId
    project_id: ProjectId
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A person at the console; *elevated*: this session has passed the second sign-in step."""

    account_id: AccountId
    login: str
    posts: tuple[Post, ...]
    elevated: bool
    session_key: str = ""
    """Of the sign-in this person acts in, what it opened is open in that one alone; none off the console."""


Actor = Collaborator | Account | Visitor

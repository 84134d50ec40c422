"""The one decision: may this actor do this, here, today?

Denied unless the table of `roles` and a post held that day grant it. What lies outside the actor's scope, and
everything about incidents for those without that post, is answered as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from server.access.actors import Account, Actor, Collaborator, Post, Visitor
from server.access.roles import (
    ACCOUNT_ROLES,
    OPEN_TO_ACCOUNTS,
    OPEN_TO_ALL,
    PERMISSIONS_OF,
    PROVINCE_WIDE,
    SEALED,
    Permission,
    Role,
)
from server.errors import DomainError, Forbidden, NotFound, Unauthenticated
from server.territory.scope import Scope
from server.territory.units import UnitId

if TYPE_CHECKING:
    from datetime import date

ScopeOf = Callable[[frozenset[UnitId]], Scope]


def units_for(actor: Actor, permission: Permission, on: date) -> frozenset[UnitId]:
    """Return the units on which a post of the actor grants *permission* on that day; empty if none does."""
    if permission in SEALED and not _has_passed_second_step(actor):
        return frozenset()
    return _post_units(actor, permission, on)


def may_use(actor: Actor, permission: Permission, on: date) -> bool:
    """Return whether the actor has *permission* anywhere on that day; for menus and buttons."""
    return _is_open(actor, permission) or bool(units_for(actor, permission, on))


def authorise(
    actor: Actor, permission: Permission, unit_id: UnitId | None = None, *, scope_of: ScopeOf, on: date
) -> None:
    """Let the actor through, or raise.

    With *unit_id* the unit must lie in the scope of the posts that grant the permission; *scope_of* turns post units
    into that scope. Raises Unauthenticated ``access.sign_in_needed``, Forbidden ``access.forbidden`` or
    ``access.second_step_needed``, NotFound ``access.not_found`` (out of scope, or incidents without the post).
    """
    if _is_open(actor, permission):
        return
    granted_on = units_for(actor, permission, on)
    if not granted_on:
        raise _refusal(actor, permission, on)
    if unit_id is None or permission in PROVINCE_WIDE:
        return
    if not scope_of(granted_on).covers(unit_id):
        raise NotFound("access.not_found")


def _is_open(actor: Actor, permission: Permission) -> bool:
    return permission in OPEN_TO_ALL or (permission in OPEN_TO_ACCOUNTS and isinstance(actor, Account))


def _has_passed_second_step(actor: Actor) -> bool:
    return isinstance(actor, Account) and actor.elevated


def _post_units(actor: Actor, permission: Permission, on: date) -> frozenset[UnitId]:
    return frozenset(
        post.unit_id
        for post in _posts_that_count(actor)
        if post.is_held_on(on) and permission in PERMISSIONS_OF[post.role]
    )


def _posts_that_count(actor: Actor) -> tuple[Post, ...]:
    """Return the posts of the actor's own door: a phone never acts for an account, nor an account for a phone."""
    match actor:
        case Visitor():
            return ()
        case Collaborator(posts=posts):
            return tuple(post for post in posts if post.role is Role.COLLABORATOR)
        case Account(posts=posts):
            return tuple(post for post in posts if post.role in ACCOUNT_ROLES)
        case _:
            assert_never(actor)


def _refusal(actor: Actor, permission: Permission, on: date) -> DomainError:
    if isinstance(actor, Visitor):
        return Unauthenticated("access.sign_in_needed")
    if permission not in SEALED:
        return Forbidden("access.forbidden", permission=permission.value)
    if _post_units(actor, permission, on):
        return Forbidden("access.second_step_needed")
    return NotFound("access.not_found")

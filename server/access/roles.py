"""Roles, permissions and the one table that joins them.

A role is what a person is asked to do; a permission is what a route or a command asks for. Nothing is granted that
does not stand in the table. Where a role holds is said by posts (`actors`), not here.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """What a post is for; the words on screen stand in the catalogue as ``role.<value>``."""

    COLLABORATOR = "collaborator"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    INCIDENT_OFFICER = "incident_officer"
    ADMINISTRATOR = "administrator"


ACCOUNT_ROLES: Final = (Role.SUPERVISOR, Role.ANALYST, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR)
"""The roles a console account can hold; a collaborator has a phone and no account."""


class Permission(StrEnum):
    """What a route declares; every route has exactly one."""

    PUBLIC = "public"
    SIGN_IN_PUBLIC = "sign_in_public"
    OWN_SESSION = "own_session"
    OPENROSA = "openrosa"
    READ_SUBMISSIONS = "read_submissions"
    REVIEW_SUBMISSIONS = "review_submissions"
    READ_FIGURES = "read_figures"
    LOCK_PERIODS = "lock_periods"
    READ_TRAY = "read_tray"
    RELEASE_TRAY = "release_tray"
    MANAGE_COLLABORATORS = "manage_collaborators"
    READ_REGISTER = "read_register"
    MANAGE_REGISTER = "manage_register"
    READ_INCIDENTS = "read_incidents"
    REVIEW_INCIDENTS = "review_incidents"
    MANAGE_FORMS = "manage_forms"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_HISTORY = "read_history"


OPEN_TO_ALL: Final = frozenset({Permission.PUBLIC, Permission.SIGN_IN_PUBLIC})
"""Granted to anybody, signed in or not: the sign-in page, the health check, static files."""

OPEN_TO_ACCOUNTS: Final = frozenset({Permission.OWN_SESSION})
"""Granted to any account, with or without a post: sign out, the second sign-in step, one's own password."""

SEALED: Final = frozenset({Permission.READ_INCIDENTS, Permission.REVIEW_INCIDENTS})
"""Asked for with the second sign-in step only, and not shown to exist to anybody without the post."""

PROVINCE_WIDE: Final = frozenset({Permission.READ_FIGURES})
"""Not bounded by the post's unit: non-sensitive commune figures are readable province-wide, their records are not."""

PERMISSIONS_OF: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.COLLABORATOR: frozenset({Permission.OPENROSA}),
        Role.SUPERVISOR: frozenset(
            {
                Permission.READ_SUBMISSIONS,
                Permission.REVIEW_SUBMISSIONS,
                Permission.READ_FIGURES,
                Permission.LOCK_PERIODS,
                Permission.READ_TRAY,
                Permission.RELEASE_TRAY,
                Permission.MANAGE_COLLABORATORS,
                Permission.READ_REGISTER,
                Permission.MANAGE_REGISTER,
                Permission.READ_HISTORY,
            }
        ),
        Role.ANALYST: frozenset({Permission.READ_FIGURES}),
        Role.INCIDENT_OFFICER: SEALED,
        Role.ADMINISTRATOR: frozenset(
            {
                Permission.MANAGE_COLLABORATORS,
                Permission.MANAGE_FORMS,
                Permission.MANAGE_ACCOUNTS,
                Permission.READ_HISTORY,
            }
        ),
    }
)

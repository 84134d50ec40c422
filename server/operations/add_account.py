"""Making console accounts, giving them posts, closing them.

A unit is named as people name it, by its code, or by ``CODE@2025-06-30`` for what the code meant that day.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import ACCOUNT_ROLES, Role
from server.errors import Conflict, InvalidInput, NotFound
from server.language.names import tidy_name
from server.operations.note_deeds import note_deeds, officers_posts, unit_of_posts
from server.operations.passwords import checked_password, generated_password, hash_password
from server.operations.sign_in import canonical_login

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account, AccountId
    from server.access.deeds import Parameter
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}", re.ASCII)
_LONGEST_NAME: Final = 120

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewPost:
    """A role over some units between two days, both included; an open end is None."""

    role: Role
    units: tuple[str, ...]
    """References such as ``23302`` or ``23302@2025-06-30``."""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for; without a password one is made up."""

    login: str
    name: str
    posts: tuple[NewPost, ...]
    password: str | None = None
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """The account, and its password as it can be shown this once."""

    account_id: AccountId
    login: str
    password: str


def add_account(services: Services, wanted: NewAccount, *, by: Account | None = None) -> MadeAccount:
    """Make an account with its posts; *by* None: at the command line.

    Raises InvalidInput ``account.login_form``, ``account.name_length``, ``account.password_length``,
    ``account.role`` or what `Territory.resolve` raises; Conflict ``account.login_taken``.
    """
    login = checked_login(wanted.login)
    name = _checked_name(wanted.name)
    password = checked_password(wanted.password) if wanted.password is not None else generated_password()
    posts = [row for post in wanted.posts for row in post_rows(services, post)]
    facts = {
        "login": login,
        "name": name,
        "password_hash": hash_password(password),
        "is_sample": wanted.is_sample,
        "created_at": services.now(),
    }
    with services.unit_of_work(services.operator()) as uow:
        if uow.accounts.by_login(login) is not None:
            raise Conflict("account.login_taken", login=login)
        account_id = uow.accounts.add(facts, posts)
        note_account(services, uow, by, DeedKind.ACCOUNT_ADDED, account_id=account_id)
    log.info("account.added", extra={"account_id": account_id})
    return MadeAccount(account_id, login, password)


def add_post(services: Services, login: str, post: NewPost, *, by: Account | None = None) -> None:
    """Give an account a further post; raises NotFound ``account.unknown`` and what `add_account` raises of posts."""
    rows = post_rows(services, post)
    with services.unit_of_work(services.operator()) as uow:
        account = uow.accounts.by_login(canonical_login(login))
        if account is None:
            raise NotFound("account.unknown", login=login)
        uow.accounts.add_posts(account.account_id, rows)
        note_account(services, uow, by, DeedKind.POST_ADDED, account_id=account.account_id, role=post.role.value)


def disable_account(services: Services, login: str, *, by: Account | None = None) -> None:
    """Close an account and end its sessions at once, and its deputies' posts; raises NotFound ``account.unknown``."""
    with services.unit_of_work(services.operator()) as uow:
        account = uow.accounts.by_login(canonical_login(login))
        if account is None:
            raise NotFound("account.unknown", login=login)
        note_account(services, uow, by, DeedKind.ACCOUNT_CLOSED, account_id=account.account_id)
        uow.accounts.end_deputies_of(account.account_id, services.today() - timedelta(days=1))
        uow.accounts.disable(account.account_id, services.now())
    log.info("account.disabled", extra={"account_id": account.account_id})


def set_password(services: Services, login: str, password: str | None, *, by: Account | None = None) -> str:
    """Give an account this password, or a made-up one to be changed, and end its sessions; return the password.

    Raises NotFound ``account.unknown`` and InvalidInput ``account.password_length``.
    """
    chosen = checked_password(password) if password is not None else generated_password()
    password_hash = hash_password(chosen)
    with services.unit_of_work(services.operator()) as uow:
        account = uow.accounts.by_login(canonical_login(login))
        if account is None:
            raise NotFound("account.unknown", login=login)
        uow.accounts.set_password_hash(account.account_id, password_hash)
        uow.accounts.note_changed(account.account_id)
        if password is None:
            uow.accounts.require_change(account.account_id)
        uow.accounts.reopen_incident_work(account.account_id)
        uow.accounts.end_sessions_of(account.account_id)
        note_account(services, uow, by, DeedKind.PASSWORD_RESET, account_id=account.account_id)
    return chosen


def note_account(
    services: Services, uow: UnitOfWork, by: Account | None, kind: DeedKind, *, account_id: int, **params: Parameter
) -> None:
    """Keep something done to an account, for whoever administers where all its posts lie.

    What concerns a post of an incident officer is the incident desk's to read: nobody else learns who that is.
    """
    actor = uow.accounts.actor(account_id)
    posts = actor.posts if actor else ()
    is_sensitive = params.get("role") == Role.INCIDENT_OFFICER.value or officers_posts(posts)
    told = [one for one in posts if (one.role is Role.INCIDENT_OFFICER) is is_sensitive] or posts
    unit_id = unit_of_posts(services, uow, told)
    note_deeds(services, uow, by, Deed(kind, Thing.ACCOUNT, account_id, unit_id, params, is_sensitive=is_sensitive))


def checked_login(login: str) -> str:
    """Return the canonical form of *login*; raises InvalidInput ``account.login_form``."""
    canonical = canonical_login(login)
    if _LOGIN.fullmatch(canonical) is None:
        raise InvalidInput("account.login_form", login=login)
    return canonical


def post_rows(services: Services, post: NewPost) -> list[dict[str, Any]]:
    """Return the rows of a post, one per unit, its units found as of today unless they name a day."""
    if post.role not in ACCOUNT_ROLES:
        raise InvalidInput("account.role", role=post.role.value)
    territory, today = services.atlas.current().territory, services.today()
    return [
        {
            "role": post.role.value,
            "unit_id": territory.resolve(reference, today).unit_id,
            "valid_from": post.valid_from,
            "valid_to": post.valid_to,
        }
        for reference in post.units
    ]


def _checked_name(name: str) -> str:
    tidy = tidy_name(name)
    if not 1 <= len(tidy) <= _LONGEST_NAME:
        raise InvalidInput("account.name_length", most=_LONGEST_NAME)
    return tidy

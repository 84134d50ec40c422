"""Signing in, and the second step that an incident officer takes for that work alone.

The answer to an unknown login, a disabled account and a wrong password is one and the same, and takes as long.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import SEALED, Role
from server.errors import NotFound
from server.operations.note_deeds import note_deeds, officers_posts, unit_of_posts
from server.operations.passwords import hash_password, is_outdated, is_password
from server.operations.sessions import ELEVATION, LONGEST, open_session, session_key
from server.operations.throttle import QUIET, counters_of, counters_within, give_back, take_turn

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.operations.sessions import OpenSession
    from server.operations.throttle import Counter
    from server.storage.repositories.accounts import KnownAccount
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed, the network address it came from, and the browser if this account was used in it before."""

    login: str
    password: str
    address: str
    browser: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The right password: the id for the cookie."""

    session_id: str


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """No such account, or not its password: nobody is told which."""


@dataclass(frozen=True, slots=True)
class MustWait:
    """Too many failures: nothing was checked."""

    seconds: int


Answer = SignedIn | WrongPassword | MustWait


def canonical_login(login: str) -> str:
    """Return the one form a login is kept and counted in."""
    return login.strip().lower()


def sign_in(services: Services, credentials: Credentials, *, old_session_id: str | None) -> Answer:
    """Open a session for the right password, ending the one the browser had before."""
    login = canonical_login(credentials.login)
    counters = counters_of(login, credentials.address, credentials.browser)
    account, wait = _turn(services, login, counters)
    if wait:
        return MustWait(wait)
    if not _is_right(account, credentials.password):
        log.info("sign_in.refused")
        with services.unit_of_work(services.operator()) as uow:
            _note(services, uow, account.account_id if account else None, DeedKind.SIGN_IN_REFUSED)
        return WrongPassword()
    assert account is not None
    now, better_hash = services.now(), _better_hash(account, credentials.password)
    with services.unit_of_work(services.operator()) as uow:
        give_back(uow.accounts, counters, now)
        uow.accounts.forget_failures_before(now - QUIET)
        uow.accounts.end_sessions_made_before(now - LONGEST)
        if old_session_id is not None:
            uow.accounts.end_session(session_key(old_session_id))
        if better_hash is not None:
            uow.accounts.set_password_hash(account.account_id, better_hash)
        session_id = open_session(uow.accounts, account.account_id, now, created_at=now, elevated_until=None)
        _note(services, uow, account.account_id, DeedKind.SIGNED_IN)
    log.info("sign_in.opened", extra={"account_id": account.account_id})
    return SignedIn(session_id)


def pass_second_step(services: Services, session: OpenSession, *, password: str) -> Answer:
    """Open the incident work of this person for a while, under a new session id.

    Raises NotFound ``access.not_found`` for anybody without an incident post: to them this does not exist.
    """
    if not may_pass_second_step(services, session):
        raise NotFound("access.not_found")
    login = session.account.login
    counters = counters_within(login)
    account, wait = _turn(services, login, counters)
    if wait:
        return MustWait(wait)
    if not _is_right(account, password):
        return WrongPassword()
    assert account is not None
    now = services.now()
    with services.unit_of_work(services.operator()) as uow:
        give_back(uow.accounts, counters, now)
        known = uow.accounts.session(session.key)
        uow.accounts.end_session(session.key)
        session_id = open_session(
            uow.accounts,
            account.account_id,
            now,
            created_at=known.created_at if known else now,
            elevated_until=now + ELEVATION,
        )
        _note(services, uow, account.account_id, DeedKind.SECOND_STEP)
    log.info("sign_in.elevated", extra={"account_id": account.account_id})
    return SignedIn(session_id)


def may_pass_second_step(services: Services, session: OpenSession) -> bool:
    """Return whether this person holds an incident post today, so that the second step exists for them.

    Not while another has set their password: who knows it could read what is theirs alone.
    """
    if session.is_incident_work_shut:
        return False
    actor, today = session.account, services.today()
    as_if = type(actor)(actor.account_id, actor.login, actor.posts, elevated=True)
    return any(units_for(as_if, permission, today) for permission in SEALED)


def sign_out(services: Services, session_id: str) -> None:
    """End a session; harmless if it is over."""
    key = session_key(session_id)
    with services.unit_of_work(services.operator()) as uow:
        known = uow.accounts.session(key)
        uow.accounts.end_session(key)
        if known is not None:
            _note(services, uow, known.account_id, DeedKind.SIGNED_OUT)


def _note(services: Services, uow: UnitOfWork, account_id: int | None, kind: DeedKind) -> None:
    """Keep a deed about a session; that somebody took the second step is for the incident desk alone.

    A login that nobody has is kept as well, and not what was typed: it may have been a password.
    """
    by = None if account_id is None else uow.accounts.actor(account_id)
    posts = by.posts if by else ()
    is_sensitive = kind is DeedKind.SECOND_STEP or officers_posts(posts)
    told = [one for one in posts if (one.role is Role.INCIDENT_OFFICER) is is_sensitive] or posts
    unit_id = unit_of_posts(services, uow, told)
    note_deeds(services, uow, by, Deed(kind, Thing.ACCOUNT, account_id, unit_id, is_sensitive=is_sensitive))


def _turn(services: Services, login: str, counters: tuple[Counter, ...]) -> tuple[KnownAccount | None, int]:
    """Return the account of *login* and the seconds to wait; the attempt is counted when there are none."""
    with services.unit_of_work(services.operator()) as uow:
        wait = take_turn(uow.accounts, counters, services.now())
        account = None if wait else uow.accounts.by_login(login)
    return account, wait


def _is_right(account: KnownAccount | None, password: str) -> bool:
    is_closed = account is None or account.disabled_at is not None
    return is_password(password, None if account is None or is_closed else account.password_hash)


def _better_hash(account: KnownAccount, password: str) -> str | None:
    """Return the password hashed with today's parameters if the stored hash has others."""
    return hash_password(password) if is_outdated(account.password_hash) else None

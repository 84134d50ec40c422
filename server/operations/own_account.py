"""One's own account: posts, password, and the sign-ins that are open, to be ended."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.deeds import DeedGroup, DeedKind, Thing, kinds_of
from server.errors import InvalidInput, NotFound
from server.operations.add_account import note_account
from server.operations.passwords import checked_password, hash_password, is_password
from server.operations.throttle import counters_within, give_back, take_turn
from server.storage.repositories.deeds import DeedFilters

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.actors import Post
    from server.operations.services import Services
    from server.operations.sessions import OpenSession
    from server.storage.repositories.accounts import OwnSession
    from server.storage.repositories.deeds import DeedLine

_RECENT: Final = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A sign-in that is open; *mark* names it in a form, *is_this* is the one that asks."""

    mark: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post that stands today or later; *stands_in_for* names whose post is filled."""

    post: Post
    unit_name: str
    stands_in_for: str


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody sees of their own account; *recent* are the last sign-ins, refused ones too."""

    posts: tuple[OwnPost, ...]
    sign_ins: tuple[OpenSignIn, ...]
    recent: tuple[DeedLine, ...]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The password as it was and as it is to be."""

    old: str
    new: str


def read_own(services: Services, session: OpenSession) -> OwnAccount:
    """Return what somebody sees of their own account."""
    account, today = session.account, services.today()
    territory = services.atlas.current().territory
    # A session is of an account and done to it, by which it is found: of what somebody did there is too much.
    own = DeedFilters(is_sensitive=False, login=account.login, thing=Thing.ACCOUNT, thing_id=account.account_id)
    filters = replace(own, kinds=frozenset(kinds_of(DeedGroup.SIGN_INS)))
    with services.reading(services.operator()) as uow:
        sessions = uow.accounts.sessions_of(account.account_id)
        recent = uow.deeds.page(filters, after=None, size=_RECENT)
        others = uow.accounts.names({one.stands_in_for for one in account.posts if one.stands_in_for is not None})
    posts = tuple(
        OwnPost(one, territory.name(one.unit_id, today), others.get(one.stands_in_for or 0, ""))
        for one in account.posts
        if one.valid_to is None or one.valid_to >= today
    )
    return OwnAccount(posts, tuple(_sign_in(one, session) for one in sessions), tuple(recent))


def change_password(services: Services, session: OpenSession, wanted: NewPassword) -> None:
    """Give oneself another password; every other sign-in ends.

    Raises InvalidInput ``account.password_length``, ``account.wrong_password``, ``account.same_password`` or
    ``sign_in.wait`` (seconds).
    """
    account, new = session.account, checked_password(wanted.new)
    counters = counters_within(account.login)
    with services.unit_of_work(services.operator()) as uow:
        wait = take_turn(uow.accounts, counters, services.now())
        known = uow.accounts.by_id(account.account_id)
    if wait:
        raise InvalidInput("sign_in.wait", seconds=wait)
    assert known is not None, "a session has an account"
    if not is_password(wanted.old, known.password_hash):
        raise InvalidInput("account.wrong_password")
    if wanted.old == new:
        raise InvalidInput("account.same_password")
    password_hash = hash_password(new)
    with services.unit_of_work(services.operator()) as uow:
        give_back(uow.accounts, counters, services.now())
        uow.accounts.set_password_hash(account.account_id, password_hash)
        uow.accounts.note_changed(account.account_id)
        uow.accounts.end_other_sessions(account.account_id, session.key)
        note_account(services, uow, account, DeedKind.PASSWORD_CHANGED, account_id=account.account_id)
    log.info("account.password_changed", extra={"account_id": account.account_id})


def end_sign_in(services: Services, session: OpenSession, mark: str) -> None:
    """End one of one's own sign-ins, or with an empty mark all but this one; raises NotFound ``access.not_found``."""
    account_id = session.account.account_id
    with services.unit_of_work(services.operator()) as uow:
        if mark:
            found = [one for one in uow.accounts.sessions_of(account_id) if _mark(one.id_sha256) == mark]
            if not found:
                raise NotFound("access.not_found")
            uow.accounts.end_session(found[0].id_sha256)
        else:
            uow.accounts.end_other_sessions(account_id, session.key)
        note_account(services, uow, session.account, DeedKind.SESSIONS_ENDED, account_id=account_id)


def _sign_in(one: OwnSession, session: OpenSession) -> OpenSignIn:
    return OpenSignIn(_mark(one.id_sha256), one.created_at, one.last_seen_at, one.id_sha256 == session.key)


def _mark(id_sha256: str) -> str:
    """Return what names a session in a form: nothing that could be put into a cookie."""
    return hashlib.sha256(f"mark:{id_sha256}".encode()).hexdigest()[:16]

"""Console sessions: a random id in the browser's cookie, its SHA-256 in the table, rights read at every request.

A session ends after some minutes without a click, twelve hours after signing in, when its account is disabled or when
its owner signs out. Its id changes whenever it becomes more powerful.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.access.actors import Account

if TYPE_CHECKING:
    from datetime import datetime

    from server.operations.services import Services
    from server.storage.repositories.accounts import Accounts, KnownSession

LONGEST: Final = timedelta(hours=12)
ELEVATION: Final = timedelta(minutes=15)
# A click within this time of the last noted one is not written: reading pages must not mean writing each time.
_NOTE_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Who is signed in, in which session. *key* is the hash of the id, fit to bind other things to.

    *territory_revision* is what `Atlas.at` may be asked for without a look at the table.
    """

    key: str
    account: Account
    name: str
    territory_revision: int
    must_change_password: bool = False
    is_incident_work_shut: bool = False


def new_session_id() -> str:
    """Return a fresh unguessable id (256 bits)."""
    return secrets.token_urlsafe(32)


def session_key(session_id: str) -> str:
    """Return what the table knows a session id by."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def read_session(services: Services, session_id: str) -> OpenSession | None:
    """Return the open session of that id, None if there is none or it is over."""
    key, now = session_key(session_id), services.now()
    with services.reading(services.operator()) as uow:
        known = uow.accounts.session(key)
    if known is None or _is_over(services, known, now):
        return None
    if now - known.last_seen_at >= _NOTE_EVERY:
        with services.unit_of_work(services.operator()) as uow:
            uow.accounts.note_use(key, now)
    elevated = known.elevated_until is not None and now < known.elevated_until
    account = Account(known.account_id, known.login, known.posts, elevated, key)
    return OpenSession(
        key,
        account,
        known.name,
        known.territory_revision,
        known.must_change_password,
        known.is_incident_work_shut,
    )


def open_session(
    accounts: Accounts, account_id: int, now: datetime, *, created_at: datetime, elevated_until: datetime | None
) -> str:
    """Insert a session and return its id; the caller's transaction keeps it."""
    session_id = new_session_id()
    accounts.add_session(
        {
            "id_sha256": session_key(session_id),
            "account_id": account_id,
            "created_at": created_at,
            "last_seen_at": now,
            "elevated_until": elevated_until,
        }
    )
    return session_id


def _is_over(services: Services, known: KnownSession, now: datetime) -> bool:
    idle = timedelta(seconds=services.settings.session_idle_seconds)
    return now - known.last_seen_at >= idle or now - known.created_at >= LONGEST

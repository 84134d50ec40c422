"""Accounts, their posts, their sessions, and the count of failed sign-ins that all workers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.storage.models.people import AccountRow, PostRow, SessionRow, SignInAttemptRow
from server.storage.models.territory import TerritoryRevisionRow
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account with what is needed to check its password."""

    account_id: AccountId
    login: str
    name: str
    password_hash: str
    is_sample: bool
    disabled_at: datetime | None
    must_change_password: bool
    is_incident_work_shut: bool


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session of an account that is not disabled, with all posts it ever had, and where the territory stands."""

    account_id: AccountId
    login: str
    name: str
    posts: tuple[Post, ...]
    created_at: datetime
    last_seen_at: datetime
    elevated_until: datetime | None
    must_change_password: bool
    is_incident_work_shut: bool
    territory_revision: int


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One of somebody's sign-ins that are still open."""

    id_sha256: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """How often sign-in failed under one key, and when last."""

    count: int
    last_at: datetime


_SESSION = (
    select(
        SessionRow.account_id,
        SessionRow.created_at,
        SessionRow.last_seen_at,
        SessionRow.elevated_until,
        AccountRow.login,
        AccountRow.name,
        AccountRow.must_change_password,
        AccountRow.is_incident_work_shut,
        PostRow.role,
        PostRow.unit_id,
        PostRow.valid_from,
        PostRow.valid_to,
        PostRow.stands_in_for_id,
        select(TerritoryRevisionRow.revision).scalar_subquery().label("territory_revision"),
    )
    .join(AccountRow, AccountRow.id == SessionRow.account_id)
    .outerjoin(PostRow, PostRow.account_id == AccountRow.id)
    .where(SessionRow.id_sha256 == bindparam("id_sha256"), AccountRow.disabled_at.is_(None))
    .order_by(PostRow.id)
)


class Accounts:
    """Accounts and sessions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_login(self, login: str) -> KnownAccount | None:
        """Return the account of that canonical login, disabled or not."""
        return self._known(AccountRow.login == login)

    def by_id(self, account_id: int) -> KnownAccount | None:
        """Return one account, disabled or not."""
        return self._known(AccountRow.id == account_id)

    def actor(self, account_id: int) -> Account | None:
        """Return an account with its posts, as it acts while nobody is signed in; None for one that is disabled."""
        known = self.by_id(account_id)
        if known is None or known.disabled_at is not None:
            return None
        rows = self._connection.execute(select(PostRow).where(PostRow.account_id == account_id).order_by(PostRow.id))
        return Account(known.account_id, known.login, tuple(_post(row) for row in rows), elevated=False)

    def all(self) -> list[KnownAccount]:
        """Return every account in order of making."""
        return [_account(row) for row in self._connection.execute(select(AccountRow).order_by(AccountRow.id))]

    def names(self, account_ids: Iterable[int]) -> dict[int, str]:
        """Return what accounts are called, by number."""
        rows = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(sorted(account_ids)))
        return {row.id: row.name for row in self._connection.execute(rows)}

    def add(self, facts: Mapping[str, Any], posts: Sequence[Mapping[str, Any]]) -> AccountId:
        """Insert an account with its posts and return its id."""
        statement = insert(AccountRow).returning(AccountRow.id)
        account_id = AccountId(self._connection.execute(statement, dict(facts)).scalar_one())
        self.add_posts(account_id, posts)
        return account_id

    def add_posts(self, account_id: int, posts: Sequence[Mapping[str, Any]]) -> None:
        """Insert posts of an account."""
        if posts:
            self._connection.execute(insert(PostRow), [{**post, "account_id": account_id} for post in posts])

    def posts(self) -> dict[AccountId, tuple[Post, ...]]:
        """Return all posts anybody has or had, by account."""
        found: dict[AccountId, tuple[Post, ...]] = {}
        for row in self._connection.execute(select(PostRow).order_by(PostRow.id)):
            key = AccountId(row.account_id)
            found[key] = (*found.get(key, ()), _post(row))
        return found

    def end_post(self, account_id: int, post: Post, last_day: date) -> None:
        """Let this very post end on that day at the latest; one that would begin later never does."""
        rows = PostRow
        same = (
            rows.account_id == account_id,
            rows.role == post.role.value,
            rows.unit_id == post.unit_id,
            rows.valid_from.is_not_distinct_from(post.valid_from),
            rows.valid_to.is_not_distinct_from(post.valid_to),
            rows.stands_in_for_id.is_not_distinct_from(post.stands_in_for),
        )
        self._connection.execute(delete(rows).where(*same, rows.valid_from > last_day))
        is_open = or_(rows.valid_to.is_(None), rows.valid_to > last_day)
        self._connection.execute(update(rows).where(*same, is_open).values(valid_to=last_day))

    def end_deputies_of(self, account_id: int, last_day: date) -> None:
        """Let those who stand in for an account do so no longer than that day."""
        rows = PostRow
        is_open = or_(rows.valid_to.is_(None), rows.valid_to > last_day)
        self._connection.execute(
            update(rows).where(rows.stands_in_for_id == account_id, is_open).values(valid_to=last_day)
        )

    def note_reset(self, account_id: int) -> None:
        """Remember that somebody else knows the password: it must be changed, and incident work stays shut."""
        changed = {"must_change_password": True, "is_incident_work_shut": True}
        self._connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(**changed))

    def require_change(self, account_id: int) -> None:
        """Remember that a password was made up for its owner, who must change it."""
        rows = AccountRow
        self._connection.execute(update(rows).where(rows.id == account_id).values(must_change_password=True))

    def note_changed(self, account_id: int) -> None:
        """Remember that the password is its owner's again."""
        rows = AccountRow
        self._connection.execute(update(rows).where(rows.id == account_id).values(must_change_password=False))

    def reopen_incident_work(self, account_id: int) -> None:
        """Let the owner of an account take the second step again."""
        rows = AccountRow
        self._connection.execute(update(rows).where(rows.id == account_id).values(is_incident_work_shut=False))

    def sessions_of(self, account_id: int) -> list[OwnSession]:
        """Return the sessions of an account, the newest first."""
        rows = SessionRow
        found = select(rows).where(rows.account_id == account_id).order_by(rows.created_at.desc(), rows.id_sha256)
        return [OwnSession(row.id_sha256, row.created_at, row.last_seen_at) for row in self._connection.execute(found)]

    def end_other_sessions(self, account_id: int, kept: str) -> int:
        """Remove every session of an account but one, and return how many."""
        rows = SessionRow
        others = delete(rows).where(rows.account_id == account_id, rows.id_sha256 != kept)
        return self._connection.execute(others).rowcount

    def disable(self, account_id: int, at: datetime) -> None:
        """Close an account: it can no longer sign in, and every session of it is over."""
        self._connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(disabled_at=at))
        self.end_sessions_of(account_id)

    def set_password_hash(self, account_id: int, password_hash: str) -> None:
        """Replace the stored password hash."""
        self._connection.execute(
            update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash)
        )

    def session(self, id_sha256: str) -> KnownSession | None:
        """Return the session with this hash, unless its account is disabled; how old it may be is for the caller."""
        rows = self._connection.execute(_SESSION, {"id_sha256": id_sha256}).all()
        if not rows:
            return None
        first = rows[0]
        return KnownSession(
            AccountId(first.account_id),
            first.login,
            first.name,
            tuple(_post(row) for row in rows if row.role is not None),
            first.created_at,
            first.last_seen_at,
            first.elevated_until,
            first.must_change_password,
            first.is_incident_work_shut,
            first.territory_revision or 0,
        )

    def add_session(self, facts: Mapping[str, Any]) -> None:
        """Insert a session."""
        self._connection.execute(insert(SessionRow), dict(facts))

    def note_use(self, id_sha256: str, at: datetime) -> None:
        """Remember that a session was used."""
        self._connection.execute(update(SessionRow).where(SessionRow.id_sha256 == id_sha256).values(last_seen_at=at))

    def end_session(self, id_sha256: str) -> None:
        """Remove a session; harmless if it is gone."""
        self._connection.execute(delete(SessionRow).where(SessionRow.id_sha256 == id_sha256))

    def end_sessions_of(self, account_id: int) -> None:
        """Remove every session of an account."""
        self._connection.execute(delete(SessionRow).where(SessionRow.account_id == account_id))

    def end_sessions_made_before(self, moment: datetime) -> None:
        """Remove sessions that are over whoever used them."""
        self._connection.execute(delete(SessionRow).where(SessionRow.created_at < moment))

    def failures(self, key: str, now: datetime) -> Failures:
        """Return the failures under *key* and hold its row until the end of the transaction."""
        table = SignInAttemptRow
        insert_of = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        add: Any = insert_of(table).values(key=key, window_started_at=now, failures=0)
        # An update that changes nothing locks the row that is there and returns it.
        hold = add.on_conflict_do_update(index_elements=[table.key], set_={"failures": table.failures})
        row = self._connection.execute(hold.returning(table.failures, table.window_started_at)).one()
        return Failures(row.failures, row.window_started_at)

    def set_failures(self, key: str, count: int, at: datetime) -> None:
        """Write the count under *key*; the window it counts in begins anew with each failure."""
        self._connection.execute(
            update(SignInAttemptRow).where(SignInAttemptRow.key == key).values(failures=count, window_started_at=at)
        )

    def forgive(self, key: str) -> None:
        """Take one failure back."""
        rows = SignInAttemptRow
        self._connection.execute(
            update(rows).where(rows.key == key, rows.failures > 0).values(failures=rows.failures - 1)
        )

    def forget_failures_before(self, moment: datetime) -> None:
        """Remove counts that no longer matter, passing over those in use this moment."""
        rows = SignInAttemptRow
        old = select(rows.key).where(rows.window_started_at < moment).with_for_update(skip_locked=True)
        self._connection.execute(delete(rows).where(rows.key.in_(old)))

    def _known(self, where: Any) -> KnownAccount | None:  # noqa: ANN401 a column expression
        row = self._connection.execute(select(AccountRow).where(where)).first()
        return _account(row) if row else None


def _account(row: Row[*tuple[Any, ...]]) -> KnownAccount:
    return KnownAccount(
        AccountId(row.id),
        row.login,
        row.name,
        row.password_hash,
        row.is_sample,
        row.disabled_at,
        row.must_change_password,
        row.is_incident_work_shut,
    )


def _post(row: Row[*tuple[Any, ...]]) -> Post:
    deputy_of = None if row.stands_in_for_id is None else AccountId(row.stands_in_for_id)
    return Post(Role(row.role), UnitId(row.unit_id), row.valid_from, row.valid_to, deputy_of)

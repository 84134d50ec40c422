"""Accounts and their posts, for administrators: each within their own territory, and nobody for themselves.

Posts of incident officers are given, ended and seen only by administrators who are incident officers there and have
taken the second step: nobody else learns who they are. A password that another set opens no incident work until such
an administrator lets it: else whoever can reset passwords could read incidents.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.deeds import DeedKind
from server.access.roles import Permission, Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound
from server.language.folding import begins_words
from server.language.ordering import sort_key
from server.operations.add_account import NewAccount, NewPost, add_account, note_account, post_rows
from server.operations.passwords import generated_password, hash_password
from server.operations.places import communes_in_order
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.access.actors import Account, AccountId, Post
    from server.operations.add_account import MadeAccount
    from server.operations.services import Services
    from server.storage.repositories.accounts import KnownAccount
    from server.territory.collection import Territory
    from server.territory.scope import Scope
    from server.territory.units import UnitPeriod

_PERMISSION: Final = Permission.MANAGE_ACCOUNTS
_EVERYDAY_ROLES: Final = (Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post as an administrator sees it; *stands_in_for* names whose it is."""

    post: Post
    unit_name: str
    is_held: bool
    stands_in_for: str

    @property
    def mark(self) -> str:
        """Return what names the post in a form: another of the same role and unit has another mark."""
        post = self.post
        return ".".join(map(str, (post.role.value, post.unit_id, post.valid_from, post.valid_to, post.stands_in_for)))


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account with those of its posts the administrator may see; *is_mine* to change, as all of them are."""

    account: KnownAccount
    posts: tuple[ListedPost, ...]
    is_mine: bool

    @property
    def told(self) -> str:
        """What the list tells of them."""
        return " ".join((self.account.name, self.account.login, *(one.unit_name for one in self.posts)))


@dataclass(frozen=True, slots=True)
class PostingChoices:
    """What posts can be given: roles, and units of the administrator's territory, communes before the province."""

    roles: tuple[Role, ...]
    units: tuple[UnitPeriod, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A post to be given: over units by code; *stands_in_for*: the account whose post a deputy fills."""

    role: Role
    units: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    stands_in_for: int | None = None


@dataclass(frozen=True, slots=True)
class _View:
    """What an administrator sees accounts by: where they administer, and where they may know of incident officers."""

    territory: Territory
    today: date
    scope: Scope
    officers: Scope
    names: Mapping[AccountId, str]

    def listed(self, known: KnownAccount, posts: tuple[Post, ...]) -> ListedAccount:
        standing = [one for one in posts if one.valid_to is None or one.valid_to >= self.today]
        everyday = [one for one in standing if one.role is not Role.INCIDENT_OFFICER]
        is_mine = all(self.scope.covers(one.unit_id) for one in everyday)
        return ListedAccount(known, tuple(self._post(one) for one in standing if self._shows(one)), is_mine)

    def _shows(self, post: Post) -> bool:
        is_open = post.role is not Role.INCIDENT_OFFICER or self.officers.covers(post.unit_id)
        return is_open and self.scope.covers(post.unit_id)

    def _post(self, post: Post) -> ListedPost:
        name = self.territory.name(post.unit_id, self.today)
        deputed = self.names.get(post.stands_in_for, "") if post.stands_in_for is not None else ""
        return ListedPost(post, name, post.is_held_on(self.today), deputed)


def browse_accounts(services: Services, account: Account, words: str = "") -> tuple[ListedAccount, ...]:
    """Return the accounts with a post in the administrator's territory, by name; the closed last.

    With *words*, those whose name, login or places they begin.
    """
    here, today = services.atlas.current(), services.today()
    scope = here.scope_of(units_for(account, _PERMISSION, today))
    officers = here.scope_of(units_for(account, Permission.REVIEW_INCIDENTS, today))
    covers_all = all(scope.covers(one.unit_id) for one in here.territory.units_of_level(Level.PROVINCE, today))
    with services.reading(services.operator()) as uow:
        accounts, posts = uow.accounts.all(), uow.accounts.posts()
    names = {one.account_id: one.name for one in accounts}
    view = _View(here.territory, today, scope, officers, names)
    found = [view.listed(one, posts.get(one.account_id, ())) for one in accounts]
    shown = [one for one in found if (one.posts or (one.is_mine and covers_all)) and begins_words(words, one.told)]
    return tuple(sorted(shown, key=lambda one: (one.account.disabled_at is not None, sort_key(one.account.name))))


def read_account(services: Services, account: Account, account_id: int) -> ListedAccount:
    """Return one of them; raises NotFound ``access.not_found``."""
    found = next((one for one in browse_accounts(services, account) if one.account.account_id == account_id), None)
    if found is None:
        raise NotFound("access.not_found")
    return found


def posting_choices(services: Services, account: Account) -> PostingChoices:
    """Return what posts the administrator may give."""
    here, today = services.atlas.current(), services.today()
    posts = units_for(account, _PERMISSION, today)
    scope = here.scope_of(posts)
    provinces = [one for one in here.territory.units_of_level(Level.PROVINCE, today) if scope.covers(one.unit_id)]
    is_officer = bool(units_for(account, Permission.REVIEW_INCIDENTS, today))
    roles = (*_EVERYDAY_ROLES, *((Role.INCIDENT_OFFICER,) if is_officer else ()))
    return PostingChoices(roles, (*communes_in_order(here, posts, today), *provinces))


def make_account(services: Services, account: Account, wanted: NewAccount) -> MadeAccount:
    """Make an account with a password to be changed at the first sign-in.

    Raises what `add_account` raises, InvalidInput ``account.no_post`` or ``.dates``, NotFound ``access.not_found`` for
    a post that is not the administrator's to give.
    """
    if not wanted.posts or not any(one.units for one in wanted.posts):
        raise InvalidInput("account.no_post")
    for post in wanted.posts:
        _authorise_post(services, account, post)
        _check_dates(services, post)
    made = add_account(services, replace(wanted, password=None), by=account)
    with services.unit_of_work(services.operator()) as uow:
        uow.accounts.require_change(made.account_id)
    return made


def give_post(services: Services, account: Account, account_id: int, posting: Posting) -> None:
    """Give somebody a post; raises what `read_account` and `_authorise_post` raise.

    InvalidInput ``account.no_post``, ``.dates`` (the end before the beginning, or past) or ``.deputy_dates`` (a deputy
    without an end), NotFound ``account.no_such_post`` (the other does not hold what the deputy is to fill).
    """
    one = _others_account(services, account, account_id)
    post = NewPost(posting.role, posting.units, posting.valid_from, posting.valid_to)
    if not post.units:
        raise InvalidInput("account.no_post")
    _authorise_post(services, account, post)
    _check_dates(services, post)
    rows = post_rows(services, post)
    if posting.stands_in_for is not None:
        _check_deputy(services, account, posting, {row["unit_id"] for row in rows})
        rows = [{**row, "stands_in_for_id": posting.stands_in_for} for row in rows]
    with services.unit_of_work(services.operator()) as uow:
        uow.accounts.add_posts(account_id, rows)
        note_account(
            services, uow, account, DeedKind.POST_ADDED, account_id=one.account.account_id, role=posting.role.value
        )


def end_post(services: Services, account: Account, account_id: int, mark: str) -> None:
    """End the one of the posts shown that is called *mark*, from today on: it is lost at the next click.

    One that ended meanwhile, as at the second of two clicks, is NotFound ``account.no_such_post``.
    """
    one = _others_account(services, account, account_id)
    post = next((shown.post for shown in one.posts if shown.mark == mark), None)
    if post is None:
        raise NotFound("account.no_such_post")
    with services.unit_of_work(services.operator()) as uow:
        uow.accounts.end_post(account_id, post, services.today() - timedelta(days=1))
        note_account(services, uow, account, DeedKind.POST_ENDED, account_id=account_id, role=post.role.value)


def close_account(services: Services, account: Account, account_id: int) -> None:
    """Close an account and end its sessions at once; whoever stands in for it does so no longer.

    Raises what `read_account` raises, Conflict ``account.not_yours`` for one with posts elsewhere.
    """
    _wholly_mine(services, account, account_id)
    with services.unit_of_work(services.operator()) as uow:
        note_account(services, uow, account, DeedKind.ACCOUNT_CLOSED, account_id=account_id)
        uow.accounts.end_deputies_of(account_id, services.today() - timedelta(days=1))
        uow.accounts.disable(account_id, services.now())
    log.info("account.disabled", extra={"account_id": account_id})


def reset_password(services: Services, account: Account, account_id: int) -> str:
    """Give an account a password to be told its owner once, who must change it; raises what `close_account` raises."""
    _wholly_mine(services, account, account_id)
    password = generated_password()
    password_hash = hash_password(password)
    with services.unit_of_work(services.operator()) as uow:
        uow.accounts.set_password_hash(account_id, password_hash)
        uow.accounts.note_reset(account_id)
        uow.accounts.end_sessions_of(account_id)
        note_account(services, uow, account, DeedKind.PASSWORD_RESET, account_id=account_id)
    log.info("account.password_reset", extra={"account_id": account_id})
    return password


def reopen_incident_work(services: Services, account: Account, account_id: int) -> None:
    """Let an officer whose password was reset take the second step again.

    Raises NotFound ``access.not_found`` unless a post of theirs is the actor's to see at the incident desk.
    """
    one = _others_account(services, account, account_id)
    if not any(shown.post.role is Role.INCIDENT_OFFICER for shown in one.posts):
        raise NotFound("access.not_found")
    with services.unit_of_work(services.operator()) as uow:
        uow.accounts.reopen_incident_work(account_id)
        role = Role.INCIDENT_OFFICER.value
        note_account(services, uow, account, DeedKind.POST_ADDED, account_id=account_id, role=role)


def _authorise_post(services: Services, account: Account, post: NewPost) -> None:
    """Let a post be given that is the administrator's to give; raises what `authorise` and `post_rows` raise."""
    here, today = services.atlas.current(), services.today()
    for row in post_rows(services, post):
        authorise(account, _PERMISSION, row["unit_id"], scope_of=here.scope_of, on=today)
        if post.role is Role.INCIDENT_OFFICER:
            authorise(account, Permission.REVIEW_INCIDENTS, row["unit_id"], scope_of=here.scope_of, on=today)


def _others_account(services: Services, account: Account, account_id: int) -> ListedAccount:
    """Return somebody else's account: nobody gives a post to themselves."""
    if account_id == account.account_id:
        raise Forbidden("account.own")
    return read_account(services, account, account_id)


def _wholly_mine(services: Services, account: Account, account_id: int) -> ListedAccount:
    one = _others_account(services, account, account_id)
    if not one.is_mine:
        raise Conflict("account.not_yours", login=one.account.login)
    return one


def _check_dates(services: Services, post: NewPost) -> None:
    starts, ends = post.valid_from or services.today(), post.valid_to
    if ends is not None and ends < max(starts, services.today()):
        raise InvalidInput("account.dates")


def _check_deputy(services: Services, account: Account, posting: Posting, units: set[int]) -> None:
    """Refuse a deputy without an end, and one for a post the other does not hold, nor does whoever is shut out."""
    assert posting.stands_in_for is not None, "the caller looked"
    if posting.valid_to is None:
        raise InvalidInput("account.deputy_dates")
    other = read_account(services, account, posting.stands_in_for)
    if other.account.disabled_at is not None:
        raise NotFound("account.no_such_post")
    held = {one.post.unit_id for one in other.posts if one.post.role is posting.role and not one.stands_in_for}
    if not units <= held:
        raise NotFound("account.no_such_post")

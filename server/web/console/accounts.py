"""The pages *Tài khoản & địa bàn*: who holds which posts where, new accounts, deputies, passwords set anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission, Role
from server.errors import Conflict, InvalidInput
from server.operations.add_account import NewAccount, NewPost
from server.operations.manage_accounts import (
    Posting,
    browse_accounts,
    close_account,
    end_post,
    give_post,
    make_account,
    posting_choices,
    read_account,
    reopen_incident_work,
    reset_password,
)
from server.web.console.asked import FEW, number, piece, words_sought
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class AccountPages:
    """The pages of accounts."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show who holds posts in one's territory."""
        words, start = words_sought(request.args), number(request.args.get("from")) or 0
        found = browse_accounts(self.services, self._account(), words)
        shown, following = piece(found, start)
        return self.screen.page(
            "accounts.html", words=words, listed=shown, count=len(found), start=start, following=following, few=FEW
        )

    def making(self) -> Response:
        """Show the form for a new account."""
        choices = posting_choices(self.services, self._account())
        return self.screen.page("account_new.html", choices=choices, problem=None, typed={})

    def make(self) -> Response:
        """Make an account and show its first password, this once."""
        account, typed = self._account(), request.form
        posting = _posting()
        post = NewPost(posting.role, posting.units, posting.valid_from, posting.valid_to)
        wanted = NewAccount(typed.get("login", ""), typed.get("name", ""), (post,))
        try:
            made = make_account(self.services, account, wanted)
        except (InvalidInput, Conflict) as fault:
            choices = posting_choices(self.services, account)
            problem = (fault.code, fault.params)
            return self.screen.page(
                "account_new.html", status=400, choices=choices, problem=problem, typed=typed.to_dict(flat=False)
            )
        return self._password(made.account_id, made.password)

    def one(self, account_id: int) -> Response:
        """Show one account."""
        return self._one(account_id, 200, None)

    def post(self, account_id: int) -> Response:
        """Give a post."""
        try:
            give_post(self.services, self._account(), account_id, _posting())
        except InvalidInput as fault:
            return self._one(account_id, 400, (fault.code, fault.params))
        return _back(account_id, "post")

    def end_post(self, account_id: int) -> Response:
        """End a post."""
        end_post(self.services, self._account(), account_id, request.form.get("post", ""))
        return _back(account_id, "ended")

    def close(self, account_id: int) -> Response:
        """Close an account."""
        close_account(self.services, self._account(), account_id)
        return make_response(redirect(url_for("console.accounts", did="closed"), 303))

    def reset(self, account_id: int) -> Response:
        """Set a password anew and show it, this once."""
        return self._password(account_id, reset_password(self.services, self._account(), account_id))

    def reopen(self, account_id: int) -> Response:
        """Let an officer do incident work again."""
        reopen_incident_work(self.services, self._account(), account_id)
        return _back(account_id, "reopened")

    def _one(self, account_id: int, status: int, problem: tuple[str, dict[str, object]] | None) -> Response:
        account = self._account()
        every = browse_accounts(self.services, account)
        return self.screen.page(
            "account.html",
            status=status,
            one=read_account(self.services, account, account_id),
            others=[
                one
                for one in every
                if one.posts and not one.account.disabled_at and one.account.account_id != account_id
            ],
            choices=posting_choices(self.services, account),
            is_self=account.account_id == account_id,
            sees_officers=may_use(account, Permission.REVIEW_INCIDENTS, self.services.today()),
            problem=problem,
            did=request.args.get("did"),
        )

    def _password(self, account_id: int, password: str) -> Response:
        one = read_account(self.services, self._account(), account_id)
        return self.screen.page("account_password.html", one=one, password=password)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _posting() -> Posting:
    """Return the post that a form asks for; an unknown role is a refusal, not a default."""
    typed = request.form
    try:
        role = Role(typed.get("role", ""))
    except ValueError:
        raise InvalidInput("account.no_post") from None
    units = tuple(one for one in typed.getlist("unit") if one)
    return Posting(role, units, _day(typed.get("from")), _day(typed.get("to")), number(typed.get("for")))


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("account.dates") from None


def _back(account_id: int, did: str) -> Response:
    return make_response(redirect(url_for("console.account", account_id=account_id, did=did), 303))

"""The addresses of the office: coming in, *Hôm nay*, people and their phones, forms, accounts, history, practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.access.roles import Permission
from server.operations.sights import Desk
from server.web.console.accounts import AccountPages
from server.web.console.collaborators import CollaboratorPages
from server.web.console.doors import Doors
from server.web.console.forms import FormPages
from server.web.console.held import HeldPages
from server.web.console.history import HistoryPages
from server.web.console.home import HomePage
from server.web.console.own_account import OwnAccountPages
from server.web.console.practice import PracticePages
from server.web.console.route import Route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.operations.services import Services
    from server.web.console.screen import Screen

SENDS_A_FORM: Final = "forms_send"
"""Takes a workbook and files beside it."""


def office_routes(services: Services, screen: Screen) -> Iterable[Route]:
    """Yield every page of the office."""
    yield from _door_routes(Doors(services, screen))
    yield from _form_routes(FormPages(services, screen))
    yield from _own_routes(OwnAccountPages(services, screen))
    yield from _account_routes(AccountPages(services, screen))
    yield from _history_routes(HistoryPages(services, screen, Desk.EVERYDAY, "history"))
    yield from _history_routes(HistoryPages(services, screen, Desk.INCIDENTS, "incidents_history"))
    yield from _practice_routes(PracticePages(services, screen))
    yield from _held_routes(HeldPages(services, screen, Desk.EVERYDAY, "held"))
    yield from _held_routes(HeldPages(services, screen, Desk.INCIDENTS, "incidents_held"))
    yield from _collaborator_routes(CollaboratorPages(services, screen))


def _door_routes(doors: Doors) -> Iterable[Route]:
    own, anybody = Permission.OWN_SESSION, Permission.SIGN_IN_PUBLIC
    yield Route("GET", "/", "home", own, HomePage(doors.services, doors.screen).page)
    yield Route("GET", "/sign-in", "sign_in", anybody, doors.sign_in_page)
    yield Route("POST", "/sign-in", "sign_in_try", anybody, doors.sign_in)
    yield Route("POST", "/sign-out", "sign_out", own, doors.sign_out)
    yield Route("GET", "/second-step", "second_step", own, doors.second_step_page)
    yield Route("POST", "/second-step", "second_step_try", own, doors.second_step)


def _collaborator_routes(pages: CollaboratorPages) -> Iterable[Route]:
    manage = Permission.MANAGE_COLLABORATORS
    yield Route("GET", "/collaborators", "collaborators", manage, pages.listing)
    yield Route("GET", "/collaborators/new", "collaborator_new", manage, pages.enrolling)
    yield Route("POST", "/collaborators/new", "collaborator_enrol", manage, pages.enrol)
    yield Route("POST", "/collaborators/cards", "collaborator_cards", manage, pages.cards)
    yield Route("GET", "/collaborators/<int:collaborator_id>", "collaborator", manage, pages.one)
    yield Route("POST", "/collaborators/<int:collaborator_id>/phone", "collaborator_phone", manage, pages.phone)
    yield Route("POST", "/collaborators/<int:collaborator_id>/card", "collaborator_card", manage, pages.card)
    yield Route("POST", "/collaborators/<int:collaborator_id>/revoke", "collaborator_revoke", manage, pages.revoke)


def _held_routes(pages: HeldPages) -> Iterable[Route]:
    name, settle, where = pages.name, pages.desk.settle_tray, f"/{pages.name.replace('_', '/')}"
    yield Route("GET", where, name, pages.desk.read_tray, pages.listing)
    yield Route("POST", f"{where}/<int:upload_id>/release", f"{name}_release", settle, pages.release)
    yield Route("POST", f"{where}/<int:upload_id>/discard", f"{name}_discard", settle, pages.discard)


def _practice_routes(pages: PracticePages) -> Iterable[Route]:
    yield Route("GET", "/practice", "practice", Permission.READ_SUBMISSIONS, pages.page)
    yield Route("POST", "/practice/clear", "practice_clear", Permission.REVIEW_SUBMISSIONS, pages.clear)


def _form_routes(pages: FormPages) -> Iterable[Route]:
    manage, offer, version = Permission.MANAGE_FORMS, "/forms/offer", "/forms/versions/<int:version_id>"
    yield Route("GET", "/forms", "forms", manage, pages.listing)
    yield Route("POST", "/forms", SENDS_A_FORM, manage, pages.send)
    yield Route("GET", offer, "forms_offer", manage, pages.offer)
    yield Route("POST", f"{offer}/publish", "forms_publish", manage, pages.publish)
    yield Route("POST", f"{offer}/forget", "forms_forget", manage, pages.forget)
    yield Route("POST", f"{version}/give", "forms_give", manage, pages.give)
    yield Route("POST", f"{version}/end", "forms_end", manage, pages.end)


def _own_routes(pages: OwnAccountPages) -> Iterable[Route]:
    own = Permission.OWN_SESSION
    yield Route("GET", "/account", "own", own, pages.page)
    yield Route("POST", "/account/password", "own_password", own, pages.change)
    yield Route("POST", "/account/sign-ins", "own_end", own, pages.end)


def _account_routes(pages: AccountPages) -> Iterable[Route]:
    manage, one = Permission.MANAGE_ACCOUNTS, "/accounts/<int:account_id>"
    yield Route("GET", "/accounts", "accounts", manage, pages.listing)
    yield Route("GET", "/accounts/new", "account_new", manage, pages.making)
    yield Route("POST", "/accounts/new", "account_make", manage, pages.make)
    yield Route("GET", one, "account", manage, pages.one)
    yield Route("POST", f"{one}/posts", "account_post", manage, pages.post)
    yield Route("POST", f"{one}/posts/end", "account_post_end", manage, pages.end_post)
    yield Route("POST", f"{one}/password", "account_reset", manage, pages.reset)
    yield Route("POST", f"{one}/close", "account_close", manage, pages.close)
    reopen = f"/incidents{one}/reopen"
    yield Route("POST", reopen, "incidents_reopen", Permission.REVIEW_INCIDENTS, pages.reopen)


def _history_routes(pages: HistoryPages) -> Iterable[Route]:
    name, where = pages.name, "/incidents/history" if pages.desk is Desk.INCIDENTS else "/history"
    yield Route("GET", where, name, pages.desk.read_history, pages.listing)
    yield Route("GET", f"{where}.csv", f"{name}_file", pages.desk.read_history, pages.file)

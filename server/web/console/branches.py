"""The page on which an edit that came beside a correction is settled, answer by answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, request, url_for

from server.operations.settle_branch import BranchChoice, read_branch, settle_branch
from server.web.console.asked import number
from server.web.console.record_view import answer_words, placed_label
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.operations.settle_branch import Contested
    from server.operations.sights import Desk
    from server.web.console.screen import Screen

_CHOICE: Final = "take:"
_EDITED: Final = "edited"


@dataclass(frozen=True, slots=True)
class ToldContest:
    """A question with the three answers to it, in words."""

    path: str
    label: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    edited: tuple[str, ...]
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class BranchPages:
    """The pages of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def choosing(self, submission_id: int, version_id: int) -> Response:
        """Show what the record and the edit say otherwise."""
        account = signed_in(self.services).account
        view = read_branch(self.services, account, submission_id=submission_id, branch_id=version_id, desk=self.desk)
        contested = [_told(one) for one in view.contested]
        return self.screen.page("branch.html", desk=self.name, view=view, contested=contested)

    def settle(self, submission_id: int, version_id: int) -> Response:
        """Write what was chosen."""
        typed = request.form
        taken = (name for name, text in typed.items() if name.startswith(_CHOICE) and text == _EDITED)
        choice = BranchChoice(
            submission_id,
            number(typed.get("seen")) or 0,
            version_id,
            frozenset(name.removeprefix(_CHOICE) for name in taken),
            typed.get("reason", ""),
        )
        is_new = settle_branch(self.services, signed_in(self.services).account, choice, self.desk)
        did = "corrected" if is_new else "settled"
        address = url_for(f"console.{self.name}_record", submission_id=submission_id, did=did, state="all")
        return make_response(redirect(address, 303))


def _told(one: Contested) -> ToldContest:
    language = chosen_language()
    before, now, edited = (answer_words(answer, language) for answer in (one.before, one.now, one.edited))
    return ToldContest(one.path, placed_label(one.either, one.within, language), before, now, edited, one.is_proposed)

"""The pages of collaborators: who works where and sends what, a new person, cards with codes, taking access away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import segno
from flask import make_response, redirect, request, url_for
from markupsafe import Markup

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.access.silence import SILENT_AFTER
from server.errors import InvalidInput
from server.operations.add_collaborator import NewCollaborator
from server.operations.browse_collaborators import (
    browse_collaborators,
    change_phone_number,
    enrol,
    enrolling_choices,
    forms_on_phone,
    listed,
    make_card,
    places_offered,
    read_collaborator,
    revoke,
)
from server.operations.print_cards import MOST_CARDS, print_cards
from server.operations.read_village_sheet import read_work_left
from server.web.console.asked import FEW, number, piece
from server.web.console.asked_people import SILENT, asked_people, people_within
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from server.access.actors import Account
    from server.operations.add_collaborator import Enrolment
    from server.operations.browse_collaborators import KnownCollaborator, ListedCollaborator
    from server.operations.read_village_sheet import WorkLeft
    from server.operations.services import Services
    from server.web.console.asked_people import AskedPeople
    from server.web.console.screen import Screen

_REASONS: Final = {"lost": False, "left": False, "stolen": True}
"""Why access ends, and whether what the phone still holds is refused."""
_MASK: Final = 2
"""The pattern laid over the code of a card, on average the most even for what such a code holds."""
_OPEN: Final = "open"
"""What is pressed to see the villages of a commune."""


def _silent(every: Sequence[KnownCollaborator]) -> list[KnownCollaborator]:
    return [one for one in every if one.silence and not one.is_practice]


def _shown(asked: AskedPeople, every: Sequence[KnownCollaborator]) -> Sequence[KnownCollaborator]:
    """Return those of them the list shows."""
    return _silent(every) if asked.show == SILENT else every


@dataclass(frozen=True, slots=True)
class CollaboratorPages:
    """The pages of collaborators."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show who works in one's territory, or those of them from whom nothing came for long."""
        account, asked, start = self._account(), asked_people(request.args), number(request.args.get("from")) or 0
        every = browse_collaborators(self.services, account, asked.sought)
        chosen = _shown(asked, every)
        shown, following = piece(chosen, start)
        return self.screen.page(
            "collaborators.html",
            asked=asked,
            places=places_offered(self.services, account, asked.sought),
            listed=listed(self.services, account, shown),
            start=start,
            following=following,
            counts={"": len(every), SILENT: len(_silent(every))},
            chosen=[one.collaborator_id for one in chosen if not one.is_revoked],
            few=FEW,
            most_cards=MOST_CARDS,
            silent_days=SILENT_AFTER.days,
            now=self.services.now(),
        )

    def cards(self) -> Response:
        """Make new keys for the people ticked, or for all who are listed, and show them as sheets of cards."""
        account, typed = self._account(), request.form
        asked = asked_people(typed)
        ticked = {one for one in map(number, typed.getlist("person")) if one is not None}
        if typed.get("who") == "all":
            every = browse_collaborators(self.services, account, asked.sought)
            ticked = {one.collaborator_id for one in _shown(asked, every)}
        made = print_cards(self.services, account, ticked)
        cards = [(one, enrolment, _picture(enrolment)) for one, enrolment in made]
        return self.screen.page("cards.html", cards=cards, of_list=asked.with_())

    def phone(self, collaborator_id: int) -> Response:
        """Write the number somebody is called at."""
        change_phone_number(self.services, self._account(), collaborator_id, request.form.get("phone", ""))
        return _back(collaborator_id, "phone")

    def enrolling(self) -> Response:
        """Show the form for a new person."""
        return self._enrolling(200, None)

    def enrol(self) -> Response:
        """Enrol a person and show her card; what is missing is asked for again with what was typed."""
        account, typed = self._account(), request.form
        if typed.get("do") == _OPEN:
            return self._enrolling(200, None)
        new = NewCollaborator(
            number(typed.get("project")) or 0,
            typed.get("name", ""),
            tuple(typed.getlist("unit")),
            phone=typed.get("phone", ""),
        )
        try:
            enrolment = enrol(self.services, account, new)
        except InvalidInput as fault:
            return self._enrolling(400, (fault.code, fault.params))
        return self._card(account, enrolment)

    def _enrolling(self, status: int, problem: tuple[str, dict[str, object]] | None) -> Response:
        typed = request.form.to_dict(flat=False)
        codes = {*typed.get("unit", ()), *typed.get("commune", ())}
        choices = enrolling_choices(self.services, self._account(), codes)
        return self.screen.page(
            "collaborator_new.html", status=status, choices=choices, problem=problem, typed=typed, opens=_OPEN
        )

    def one(self, collaborator_id: int) -> Response:
        """Show one person."""
        account = self._account()
        one = read_collaborator(self.services, account, collaborator_id)
        forms = forms_on_phone(self.services, one)
        left = None if one.is_practice else self._left(account, one)
        return self.screen.page(
            "collaborator.html",
            one=one,
            forms=forms,
            left=left,
            sees_tray=may_use(account, Permission.READ_TRAY, self.services.today()),
            now=self.services.now(),
            today=self.services.today(),
            did=request.args.get("did"),
            of_list=people_within(request.args),
        )

    def card(self, collaborator_id: int) -> Response:
        """Make a new key and show it as a card, this once."""
        account = self._account()
        ends_others = request.form.get("phone") == "new"
        return self._card(account, make_card(self.services, account, collaborator_id, ends_others=ends_others))

    def revoke(self, collaborator_id: int) -> Response:
        """Take a person's access away."""
        reason = request.form.get("reason", "")
        if reason not in _REASONS:
            raise InvalidInput("console.collaborator.reason_needed")
        revoke(self.services, self._account(), collaborator_id, is_stolen=_REASONS[reason])
        return _back(collaborator_id, "revoked")

    def _card(self, account: Account, enrolment: Enrolment) -> Response:
        one = read_collaborator(self.services, account, enrolment.collaborator_id)
        picture = segno.make(enrolment.qr, error="m").svg_data_uri(scale=4, border=3)
        of_list = people_within(request.args)
        return self.screen.page("card.html", one=one, enrolment=enrolment, picture=picture, of_list=of_list)

    def _left(self, account: Account, one: ListedCollaborator) -> WorkLeft:
        line = one.line
        return read_work_left(self.services, account, line.unit_ids, project_id=line.project_id)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _back(collaborator_id: int, did: str) -> Response:
    """Lead back to the person, whose page leads back to the list that it was opened from."""
    of_list = people_within(request.args)
    return make_response(
        redirect(url_for("console.collaborator", collaborator_id=collaborator_id, did=did, **of_list), 303)
    )


def _picture(enrolment: Enrolment) -> Markup:
    """Return the code as an inline drawing: a sheet of many needs each to be small, and soon.

    Trying all eight masks is eight tenths of the work, to find one that is a twentieth more even for such texts.
    """
    code = segno.make(enrolment.qr, error="m", mask=_MASK)
    drawing = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawing)  # noqa: S704 drawn here, out of modules and numbers

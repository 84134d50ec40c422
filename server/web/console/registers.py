"""The pages of registers: a list of one's own territory, and one entity with its past.

Trusted addresses stand at the incident desk, behind the second sign-in step, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from server.operations.browse_register import COUNTED_AT_MOST, Show, browse_register, sees_staff
from server.operations.browse_suspects import reasons_in_words, suspects_of
from server.operations.read_entity import read_entity
from server.operations.read_village_sheet import read_village_sheet
from server.operations.sights import Desk
from server.registers.households import VISIT_ANSWERS
from server.registers.reach import HOUSEHOLDS, SENSITIVE_LISTS, TRUSTED_ADDRESSES
from server.registers.standing import Standing
from server.territory.units import UnitId
from server.web.console.asked import number
from server.web.console.asked_register import asked_register, pairs_within, register_within
from server.web.console.property_words import PropertyWords, places_told
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from server.access.actors import Account
    from server.operations.browse_suspects import SuspectedPair
    from server.operations.read_entity import EntityView, HistoryStep
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.web.console.screen import Screen

_MOST_CHIPS = 30


@dataclass(frozen=True, slots=True)
class ListWay:
    """The way to a list: its endpoint, what that needs, and what the list is narrowed to now."""

    endpoint: str
    named: Mapping[str, str]
    parameters: Mapping[str, str]

    def plain(self) -> str:
        """Return the address of the list, not narrowed."""
        return self._address({})

    def to(self, **other: object) -> str:
        """Return the address of the list narrowed otherwise."""
        return self._address({**self.parameters, **other})

    def _address(self, parameters: Mapping[str, object]) -> str:
        arguments: dict[str, Any] = {**self.named, **parameters}
        return url_for(self.endpoint, **arguments)


@dataclass(frozen=True, slots=True)
class RegisterPages:
    """The pages of one desk."""

    services: Services
    screen: Screen
    desk: Desk

    def households(self) -> Response:
        """Show the households."""
        return self.listing(HOUSEHOLDS)

    def addresses(self) -> Response:
        """Show the trusted addresses."""
        return self.listing(TRUSTED_ADDRESSES)

    def listing(self, list_name: str) -> Response:
        """Show a page of a list; to htmx, only its rows."""
        asked = asked_register(request.args, list_name, self.desk)
        page = browse_register(self.services, self._account(), asked.question, after=number(request.args.get("after")))
        shown: dict[str, Any] = {
            "asked": asked,
            "page": page,
            "way": self._way(list_name, asked.parameters),
            "after": number(request.args.get("after")),
            "entity_endpoint": self._entity_endpoint(),
            "words": self._words(page.meanings, {}, ()),
            "year": self.services.today().year,
        }
        if request.headers.get("HX-Request"):
            return self.screen.page("register_rows.html", continues=True, **shown)
        shown |= {"bound": COUNTED_AT_MOST, "most_chips": _MOST_CHIPS}
        return self.screen.page("register.html", sees_staff=sees_staff(self.services, self._account()), **shown)

    def sheet(self) -> Response:
        """Show the households of one village to print and walk with."""
        unit_id, show = number(request.args.get("unit")), request.args.get("show")
        sheet = read_village_sheet(
            self.services, self._account(), UnitId(unit_id or 0), only_unsurveyed=show == Show.UNSURVEYED
        )
        return self.screen.page("village_sheet.html", sheet=sheet, today=self.services.today())

    def entity(self, entity_key: int) -> Response:
        """Show one entity."""
        before = number(request.args.get("before"))
        view = read_entity(self.services, self._account(), entity_key, desk=self.desk, before=before)
        asked = {name: [one.answers[name] for one in view.visits if name in one.answers] for name in VISIT_ANSWERS}
        of_list = register_within(request.args, view.line.list_name, self.desk)
        return self.screen.page(
            "entity.html",
            view=view,
            words=self._words_of(view),
            year=self.services.today().year,
            answers_by_name=asked,
            visit_rows=[name for name, answers in asked.items() if answers],
            way=self._way(view.line.list_name, {name: of_list[name] for name in of_list if name != "pairs"}),
            of_list=of_list,
            of_pairs=pairs_within(of_list) if "pairs" in of_list else None,
            entity_endpoint=self._entity_endpoint(),
            is_first_page=before is None,
            suspects=self._suspects(view),
            why=lambda likeness: reasons_in_words(likeness, self.services.catalogue, chosen_language()),
            did=request.args.get("did"),
        )

    def _suspects(self, view: EntityView) -> tuple[SuspectedPair, ...]:
        """Return who may be the same household; nobody asks of what is merged, removed or no household."""
        is_asked = view.line.list_name == HOUSEHOLDS and view.line.standing is Standing.ACTIVE
        return suspects_of(self.services, self._account(), view.line.key) if is_asked else ()

    def _words_of(self, view: EntityView) -> PropertyWords:
        kin = (view.kin.parent, view.kin.merged_into, *view.kin.children, *view.kin.merged)
        names = {one.entity_id: one.label for one in kin if one is not None}
        return self._words(view.meanings, names, view.steps)

    def _words(
        self, meanings: Mapping[str, PropertyMeaning], kin: Mapping[str, str], steps: Iterable[HistoryStep]
    ) -> PropertyWords:
        places = places_told(self.services, steps)
        return PropertyWords(self.services.catalogue, chosen_language(), meanings, places, kin)

    @staticmethod
    def _way(list_name: str, parameters: Mapping[str, str]) -> ListWay:
        if list_name == HOUSEHOLDS:
            return ListWay("console.registers", {}, parameters)
        if list_name in SENSITIVE_LISTS:
            return ListWay("console.incidents_addresses", {}, parameters)
        return ListWay("console.register_list", {"list_name": list_name}, parameters)

    def _entity_endpoint(self) -> str:
        return "console.incidents_address" if self.desk is Desk.INCIDENTS else "console.register_entity"

    def _account(self) -> Account:
        return signed_in(self.services).account

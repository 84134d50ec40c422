"""The page *Lịch sử thao tác* of one desk, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request, url_for

from server.access.deeds import DeedGroup, Thing
from server.language.display import display_datetime
from server.operations.browse_deeds import DeedQuestion, browse_deeds, stream_deeds
from server.operations.masked_cases import commune_or_above
from server.operations.sights import Desk
from server.storage.repositories.deeds import DeedPlace
from server.web.console.asked import day_of, number
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.grids import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.access.actors import Account
    from server.language.catalogue import Language
    from server.operations.atlas import Map
    from server.operations.browse_deeds import DeedPage, DeedStroke
    from server.operations.services import Services
    from server.storage.repositories.deeds import DeedLine
    from server.territory.units import UnitId
    from server.web.console.screen import Screen
    from server.web.renderers.grids import Value

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_LOGIN: Final = 80
_COLUMNS: Final = ("when", "who", "login", "stands_in_for", "what", "thing", "number", "unit", "how")


@dataclass(frozen=True, slots=True)
class HistoryPages:
    """The history of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def listing(self) -> Response:
        """Show a page of what was done and opened."""
        account, question = self._account(), self._asked()
        page = browse_deeds(self.services, account, question, after=_place(request.args.get("after")))
        here = self.services.atlas.current()
        return self.screen.page(
            "history.html",
            desk=self.name,
            page=page,
            asked=question,
            parameters=_parameters(question),
            following=_place_text(page.following),
            groups=tuple(DeedGroup),
            places_of=lambda stroke: self._places(here, stroke),
            address_of=self._addresses(page),
            told=partial(self._told, language=chosen_language()),
        )

    def file(self) -> Response:
        """Send all of it that was asked for, as it is read."""
        language = chosen_language()
        say = partial(self.screen.say, language=language)
        deeds = stream_deeds(self.services, self._account(), self._asked())
        columns = tuple(say(f"console.history.{one}") for one in _COLUMNS)
        return grid_file(
            Grid("lich-su-thao-tac", (say("console.menu.history"),), columns, self._rows(deeds, language)), "csv"
        )

    def _rows(self, deeds: Iterator[DeedLine], language: Language) -> Iterator[tuple[Value, ...]]:
        """Yield the rows while they are sent, when there is no request any more."""
        here = self.services.atlas.current()
        zone = self.services.settings.timezone
        for one in deeds:
            yield (
                display_datetime(one.done_at, zone),
                one.account_name,
                one.login,
                one.stands_in_for,
                self.screen.say(f"deed.{one.kind}", language=language),
                self.screen.say(f"deed.thing.{one.thing}", language=language),
                one.thing_id,
                self._place(here, one.unit_id),
                self._told(one.params, language),
            )

    def _place(self, here: Map, unit_id: UnitId | None) -> str:
        """Return the name of a place; of a case that lies in a village, of its commune."""
        today = self.services.today()
        if self.desk is Desk.INCIDENTS:
            unit_id = commune_or_above(here, unit_id, today)
        return "" if unit_id is None else here.territory.name(unit_id, today)

    def _places(self, here: Map, stroke: DeedStroke) -> str:
        """Return where something was done; of several places the first, and that there are others."""
        places = dict.fromkeys(place for one in stroke.deeds if (place := self._place(here, one.unit_id)))
        first = next(iter(places), "")
        several = partial(self.screen.say, "console.history.elsewhere", language=chosen_language())
        return several(place=first) if len(places) > 1 else first

    def _told(self, params: Mapping[str, Any], language: Language) -> str:
        """Return the parameters of a deed in words, as far as there are any."""
        catalogue = self.services.catalogue

        def worded(name: str, value: object) -> str:
            code = f"deed.param.{name}.{value}".lower()
            shown = catalogue.sentence(code, {}, language) if catalogue.has(code) else str(value)
            known = catalogue.has(f"deed.param.{name}")
            return f"{catalogue.sentence(f'deed.param.{name}', {}, language)}: {shown}" if known else shown

        return " · ".join(worded(name, value) for name, value in sorted(params.items()))

    def _addresses(self, page: DeedPage) -> Callable[[DeedLine], str | None]:
        """Return what leads to the page of a thing, where there is one this person may open."""
        records = "incidents_record" if self.desk is Desk.INCIDENTS else "submissions_record"
        pages = {
            Thing.RECORD: (records, "submission_id"),
            Thing.COLLABORATOR: ("collaborator", "collaborator_id"),
            Thing.PERIOD: ("indicator_lock", "lock_id"),
            Thing.REPORT: ("report_issued", "issue_id"),
        }

        def address(line: DeedLine) -> str | None:
            if line.thing_id is None or (line.thing, line.thing_id) not in page.open_things:
                return None
            endpoint, parameter = pages[line.thing]
            parameters: dict[str, Any] = {parameter: line.thing_id}
            return url_for(f"console.{endpoint}", **parameters)

        return address

    def _asked(self) -> DeedQuestion:
        typed = request.args
        return DeedQuestion(
            self.desk,
            group=next((one for one in DeedGroup if one.value == typed.get("group")), None),
            login=typed.get("who", "")[:_LONGEST_LOGIN].strip().lower(),
            thing=next((one for one in Thing if one.value == typed.get("thing")), None),
            thing_id=number(typed.get("id")),
            first_day=day_of(typed.get("from")),
            last_day=day_of(typed.get("to")),
        )

    def _account(self) -> Account:
        return signed_in(self.services).account


def _parameters(question: DeedQuestion) -> dict[str, str]:
    written = {
        "group": question.group.value if question.group else "",
        "who": question.login,
        "thing": question.thing.value if question.thing else "",
        "id": "" if question.thing_id is None else str(question.thing_id),
        "from": question.first_day.isoformat() if question.first_day else "",
        "to": question.last_day.isoformat() if question.last_day else "",
    }
    return {name: text for name, text in written.items() if text}


def _place(text: str | None) -> DeedPlace | None:
    left, _, right = (text or "").partition("-")
    microseconds, shown = number(left), number(right)
    if microseconds is None or shown is None:
        return None
    return DeedPlace(_EPOCH + timedelta(microseconds=microseconds), shown)


def _place_text(place: DeedPlace | None) -> str | None:
    return None if place is None else f"{(place.at - _EPOCH) // timedelta(microseconds=1)}-{place.shown}"

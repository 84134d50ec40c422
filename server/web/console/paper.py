"""The pages of figures typed from paper: typing those of one unit and period, and where one of them comes from.

Figures about incidents have the same pages behind the second sign-in step, at an address of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import make_response, redirect, request, url_for

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.figures import written
from server.indicators.paper_figures import PaperPlace
from server.indicators.paper_rows import CASES, FIGURES
from server.indicators.periods import Period
from server.operations.import_report import told_fault
from server.operations.office_imports import take_back_typed
from server.operations.office_paper import SOURCE_COLUMNS, PaperQuestion, Typing, paper_sheet, told_lock, type_figures
from server.operations.read_paper import paper_trail
from server.operations.sights import Desk
from server.territory.units import UnitId
from server.web.console.asked import number, unit_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from server.access.actors import Account
    from server.forms.faults import Told
    from server.operations.office_paper import PaperSheet, Typed
    from server.operations.read_paper import PaperTrail
    from server.operations.services import Services
    from server.web.console.screen import Screen

PARTS: Final = ("", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4")
_FIELD: Final = "value:"
_WAS: Final = "was:"


@dataclass(frozen=True, slots=True)
class PaperPages:
    """The pages of typed figures at one desk."""

    services: Services
    screen: Screen
    desk: Desk

    @property
    def name(self) -> str:
        """Return what the endpoints begin with."""
        return "incidents_paper" if self.desk is Desk.INCIDENTS else "paper"

    @property
    def address(self) -> str:
        """Return where the pages are."""
        return "/incidents/paper" if self.desk is Desk.INCIDENTS else "/paper"

    @property
    def permission(self) -> Permission:
        """Return what typing takes."""
        return self.desk.review if self.desk is Desk.INCIDENTS else Permission.MANAGE_REGISTER

    @property
    def reading(self) -> Permission:
        """Return what it takes to see where a figure comes from."""
        return self.desk.read if self.desk is Desk.INCIDENTS else Permission.READ_FIGURES

    def sheet(self) -> Response:
        """Show the figures of a unit and period, to be typed."""
        question = self._question(request.args)
        sheet = paper_sheet(self.services, self._account(), question)
        return self._page(sheet, saved=number(request.args.get("saved")))

    def type(self) -> Response:
        """Save what was typed; with anything wrong nothing is saved, and what was typed stands there still."""
        typed = request.form
        question = self._question(typed)
        entries = {name.removeprefix(_FIELD): text for name, text in typed.items() if name.startswith(_FIELD)}
        was = {name.removeprefix(_WAS): text for name, text in typed.items() if name.startswith(_WAS)}
        source = {column: typed.get(column, "") for column in SOURCE_COLUMNS}
        shown = {"entries": entries, "source": source}
        try:
            typing = Typing(entries, was, source, is_late=typed.get("late") == "1")
            done = type_figures(self.services, self._account(), question, typing)
        except Conflict as refused:
            sheet = paper_sheet(self.services, self._account(), question)
            told = self.services.catalogue.sentence(refused.code, refused.params, chosen_language())
            return self._page(sheet, status=409, refused=told, **shown)
        if done.faults:
            sheet = paper_sheet(self.services, self._account(), question)
            return self._page(sheet, status=400, faults=self._told(done), **shown)
        return self._to(question, saved=done.import_id or 0)

    def undo(self, import_id: int) -> Response:
        """Take back what was saved at once."""
        take_back_typed(self.services, self._account(), import_id, kind=self._kind())
        return self._to(self._question(request.form), saved=None)

    def trail(self) -> Response:
        """Show where one figure comes from and what it said before."""
        asked = request.args
        project_id, unit_id = number(asked.get("project")), number(asked.get("unit"))
        if project_id is None or unit_id is None:
            raise NotFound("access.not_found")
        place = PaperPlace(_period(asked.get("period", "")), UnitId(unit_id), asked.get("key", ""))
        trail = paper_trail(self.services, self._account(), self.desk, project_id=project_id, place=place)
        return self.screen.page("paper_figure.html", trail=trail, written=written, back=self._way_back(trail))

    def _way_back(self, trail: PaperTrail) -> str:
        """Return the address of the page the figure can be typed on; empty for whoever types none there."""
        held = units_for(self._account(), self.permission, self.services.today())
        if not self.services.atlas.current().scope_of(held).covers(trail.place.unit_id):
            return ""
        period = trail.place.period
        asked = {"project": trail.project_id, "unit": trail.place.unit_id, "year": period.year}
        return (
            f"{url_for(f'console.{self.name}')}?{urlencode(asked)}&part={period.label.removeprefix(str(period.year))}"
        )

    def _page(self, sheet: PaperSheet, *, status: int = 200, **shown: object) -> Response:
        nothing: dict[str, object] = {"entries": {}, "source": {}, "faults": {}, "saved": None, "refused": ""}
        lock = {} if sheet.lock is None else told_lock(self.services, sheet.lock)
        layout = request.args.get("layout", "")
        constant = {
            "sheet": sheet,
            "lock": lock,
            "parts": PARTS,
            "written": written,
            "name": self.name,
            "layout": layout,
        }
        return self.screen.page("paper.html", status=status, **{**nothing, **constant, **shown})

    def _told(self, done: Typed) -> dict[str, list[Told]]:
        catalogue, language = self.services.catalogue, chosen_language()
        return {key: [told_fault(one, catalogue, language) for one in faults] for key, faults in done.faults.items()}

    def _question(self, asked: Mapping[str, str]) -> PaperQuestion:
        year = number(asked.get("year")) or self.services.today().year
        part = asked.get("part", "")
        period = _period(f"{year}{part if part in PARTS else ''}")
        return PaperQuestion(self._kind(), number(asked.get("project")), unit_of(asked.get("unit")), period)

    def _kind(self) -> str:
        return CASES if self.desk is Desk.INCIDENTS else FIGURES

    def _to(self, question: PaperQuestion, *, saved: int | None) -> Response:
        part = question.period.label.removeprefix(str(question.period.year))
        parameters = {
            "project": question.project_id,
            "unit": question.unit_id,
            "year": question.period.year,
            "part": part,
            "saved": saved,
        }
        told = urlencode({name: value for name, value in parameters.items() if value not in (None, "")})
        return make_response(redirect(f"{url_for(f'console.{self.name}')}?{told}", 303))

    def _account(self) -> Account:
        return signed_in(self.services).account


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except InvalidInput as unknown:
        raise NotFound("access.not_found") from unknown

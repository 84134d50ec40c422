"""What every page is drawn with: the reader's language, who they are, what they may open, the proof for its forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.language.catalogue import LANGUAGES
from server.language.display import display_date, display_datetime, number, with_days
from server.operations.places import told_apart
from server.operations.sign_in import may_pass_second_step
from server.web.csrf import FIELD, csrf_token
from server.web.identity import current_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.language.catalogue import Language
    from server.operations.services import Services
    from server.territory.units import UnitId
    from server.web.console.assets import Assets

_LANGUAGE_COOKIE: Final = "nepnha_language"
_YEAR_SECONDS: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the menu; *code* names its words."""

    endpoint: str
    code: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries that stand together under a heading; *code* names its words."""

    code: str
    entries: tuple[MenuEntry, ...]


_INCIDENTS: Final = ("console.incidents", Permission.READ_INCIDENTS, "console.menu.incidents")
_MENU: Final = (
    (
        "console.menu.daily",
        (
            ("console.home", Permission.OWN_SESSION, "console.menu.home"),
            ("console.submissions", Permission.READ_SUBMISSIONS, "console.menu.submissions"),
            ("console.map", Permission.READ_SUBMISSIONS, "console.menu.map"),
            ("console.practice", Permission.READ_SUBMISSIONS, "console.menu.practice"),
            _INCIDENTS,
            ("console.held", Permission.READ_TRAY, "console.menu.held"),
            ("console.registers", Permission.READ_REGISTER, "console.menu.registers"),
            ("console.collaborators", Permission.MANAGE_COLLABORATORS, "console.menu.collaborators"),
        ),
    ),
    (
        "console.menu.figures",
        (
            ("console.indicators", Permission.READ_FIGURES, "console.menu.indicators"),
            ("console.reports", Permission.READ_FIGURES, "console.menu.reports"),
            ("console.paper", Permission.MANAGE_REGISTER, "console.menu.paper"),
            ("console.imports", Permission.MANAGE_REGISTER, "console.menu.imports"),
        ),
    ),
    (
        "console.menu.managing",
        (
            ("console.forms", Permission.MANAGE_FORMS, "console.menu.forms"),
            ("console.plans", Permission.MANAGE_FORMS, "console.menu.plans"),
            ("console.layouts", Permission.MANAGE_FORMS, "console.menu.layouts"),
            ("console.accounts", Permission.MANAGE_ACCOUNTS, "console.menu.accounts"),
            ("console.history", Permission.READ_HISTORY, "console.menu.history"),
        ),
    ),
)


class Named(Protocol):
    """A unit of a menu."""

    @property
    def unit_id(self) -> UnitId: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Screen:
    """Draws pages for whoever asks."""

    services: Services
    assets: Assets

    def page(self, template: str, /, *, status: int = 200, **shown: object) -> Response:
        """Return the page; it goes to this person and is not kept on the way."""
        session = current_session(self.services)
        return self._drawn(template, status, {"session": session, "menu": self.menu(), **shown})

    def bare_page(self, template: str, /, *, status: int, **shown: object) -> Response:
        """Return a page that asks nothing of the database, for when that is what fails."""
        return self._drawn(template, status, {"session": None, "menu": (), **shown})

    def _drawn(self, template: str, status: int, shown: Mapping[str, object]) -> Response:
        language = chosen_language()
        zone = self.services.settings.timezone
        drawn = render_template(
            f"console/{template}",
            t=partial(self.say, language=language),
            language=language,
            other_language=_in_other_language(language),
            address=self.assets.address,
            csrf=lambda: csrf_token(self.services),
            csrf_field=FIELD,
            day=display_date,
            moment=lambda instant: display_datetime(instant, zone),
            num=number,
            with_days=with_days,
            apart=self.apart,
            **shown,
        )
        return make_response(drawn, status)

    def say(self, code: str, /, *, language: Language, **params: object) -> str:
        """Return the sentence for *code*."""
        return self.services.catalogue.sentence(code, params, language)

    def apart(self, units: Iterable[Named]) -> dict[UnitId, str]:
        """Return what units are called in a menu of them, so that no two are called the same."""
        named = [(one.unit_id, one.name) for one in units]
        return told_apart(self.services.atlas.current(), named, self.services.today())

    def may_open_anything(self) -> bool:
        """Return whether there is a page for this person beside the first one."""
        return any(entry.endpoint != "console.home" for group in self.menu() for entry in group.entries)

    def menu(self) -> tuple[MenuGroup, ...]:
        """Return what the reader may open; incidents for whoever holds such a post, and for nobody else."""
        session = current_session(self.services)
        if session is None:
            return ()
        today, here = self.services.today(), request.endpoint or ""

        def opens(entry: tuple[str, Permission, str]) -> bool:
            is_for_officers = entry is _INCIDENTS
            return (
                may_pass_second_step(self.services, session)
                if is_for_officers
                else may_use(session.account, entry[1], today)
            )

        # The pages of one kind have endpoints that begin alike: indicators, indicator, indicator_records.
        groups = (
            MenuGroup(
                code,
                tuple(
                    MenuEntry(entry[0], entry[2], here.startswith(entry[0].removesuffix("s")))
                    for entry in entries
                    if opens(entry)
                ),
            )
            for code, entries in _MENU
        )
        return tuple(one for one in groups if one.entries)


def chosen_language() -> Language:
    """Return the language asked for now or before; Vietnamese where nobody asked."""
    wanted = request.args.get("lang") or request.cookies.get(_LANGUAGE_COOKIE)
    return next((one for one in LANGUAGES if one == wanted), "vi")


def _in_other_language(language: Language) -> str:
    """Return the address of this page in the other language; a page that answers a form has none, but the first."""
    other = next(one for one in LANGUAGES if one != language)
    asked = request.args.to_dict() if request.method == "GET" else {}
    path = "" if request.method == "GET" else "/"
    return f"{path}?{urlencode({**asked, 'lang': other})}"


def keep_language(services: Services, response: Response) -> None:
    """Remember a language that was just asked for."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            _LANGUAGE_COOKIE,
            chosen_language(),
            max_age=_YEAR_SECONDS,
            secure=services.settings.is_https,
            httponly=True,
            samesite="Lax",
        )

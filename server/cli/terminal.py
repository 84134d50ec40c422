"""What a command shares with the others: the language, the services, and how things are shown.

Results go to standard output, once; progress, warnings and faults to standard error, so that ``--json`` stays JSON.
What files and phones hold is shown, and tells the terminal nothing.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import click

from server.language.catalogue import LANGUAGES, load_catalogue
from server.logs import configure_logs
from server.settings import SETTINGS, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.language.catalogue import Catalogue, Language
    from server.operations.services import Services

as_json = click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON. / Print the result as JSON.")


_LARGEST: Final = 2**63 - 1
"""Neither database takes a number of more than 64 bits as a parameter."""


class Number(click.types.IntParamType):
    """A number or year that a row of ours can have."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 click's
        """Return the number, or fail as click does for what is none."""
        number = super().convert(value, param, ctx)
        if abs(number) > _LARGEST:
            self.fail(f"{value!r} is not a valid integer.", param, ctx)
        return number


NUMBER: Final = Number()

_ORDERS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it: it would clear the screen, name the window, turn a line around."""


def echo(text: str, *, err: bool = False) -> None:
    """Print *text*, a sign in place of each order to the terminal; *err*: beside the result."""
    click.echo(_ORDERS.sub("\N{REPLACEMENT CHARACTER}", text), err=err)


class Terminal:
    """The terminal a command talks to; services are opened when first asked for."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._ends = ExitStack()

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the sentences."""
        return load_catalogue()

    @cached_property
    def services(self) -> Services:
        """Open the server's parts by the environment; raises SettingsError with every fault."""
        from server.operations.open_services import make_services  # heavy, and `--help` need not wait for it

        settings = read_settings(os.environ)
        configure_logs("WARNING")
        services = make_services(settings)
        self._ends.callback(services.engine.dispose)
        self._ends.callback(services.media.close)
        return services

    def close(self) -> None:
        """Let go of the database and the media store, if they were opened."""
        self._ends.close()

    @property
    def public_url(self) -> str:
        """Return the server's address alone: checking a form needs no other setting."""
        setting = SETTINGS["public_url"]
        return os.environ.get(setting.variable) or setting.default or ""

    def sentence(self, code: str, **params: object) -> str:
        """Return a sentence in the operator's language."""
        return self.catalogue.sentence(code, params, self.language)

    def say(self, code: str, **params: object) -> None:
        """Show a sentence as a result."""
        echo(self.sentence(code, **params))

    def tell(self, code: str, **params: object) -> None:
        """Show a sentence beside the result: progress, a warning, a fault."""
        echo(self.sentence(code, **params), err=True)

    def show(self, facts: Mapping[str, Any] | list[Any]) -> None:
        """Show facts as JSON."""
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str))


pass_terminal: Callable[..., Any] = click.make_pass_decorator(Terminal)


def preferred_language() -> Language:
    """Return English where the machine speaks English, else Vietnamese."""
    spoken = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "")[:2].lower()
    return next((one for one in LANGUAGES if one == spoken), "vi")

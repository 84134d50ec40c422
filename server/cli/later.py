"""Commands that are imported when they are called: looking for help, or calling one, does not wait for all others."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Later(click.Command):
    """Stands for a command until it is called; *line* is what the list of commands says of it.

    It is *name* of the module *place*; *below* says of commands of other modules that belong below it where they are.
    """

    def __init__(self, name: str, place: str, line: str, below: Mapping[str, str] | None = None) -> None:
        super().__init__(name, short_help=line)
        self._place = place
        self._below = below or {}

    def command(self) -> click.Command:
        """Return the command itself."""
        found = _named(self._place, self.name or "")
        for name, place in self._below.items():
            assert isinstance(found, click.Group), "only a group has commands below it"
            found.add_command(_named(place, name))
        return found


class LaterGroup(click.Group):
    """A group of which some commands are imported later."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command itself, imported by now."""
        found = super().get_command(ctx, cmd_name)
        return found.command() if isinstance(found, Later) else found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with what is said of each, without importing one."""
        room = formatter.width - 6 - max(map(len, self.commands))
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(room)) for name, one in sorted(self.commands.items())])


def _named(place: str, name: str) -> click.Command:
    found = getattr(import_module(place), name)
    assert isinstance(found, click.Command), f"{place}.{name}"
    return found

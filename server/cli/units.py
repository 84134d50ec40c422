"""`nepnha units`: load administrative units."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from server.cli.terminal import Terminal, as_json, pass_terminal
from server.errors import InvalidInput
from server.operations.load_units import load_units

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def units() -> None:
    """Đơn vị hành chính. / Administrative units."""


@units.command("load")
@click.argument("file", type=EXISTING_FILE)
@as_json
@pass_terminal
def load(terminal: Terminal, *, file: Path, as_json: bool) -> None:
    """Nạp các đơn vị từ FILE.csv; nạp lại cũng được. / Load units from FILE.csv; loading again is harmless."""
    loaded = load_units(terminal.services, _text_of(file))
    if as_json:
        terminal.show(asdict(loaded))
    else:
        terminal.say("cli.units.loaded", units=loaded.units, written=loaded.written)


def _text_of(file: Path) -> str:
    """Return the text of *file*; raises InvalidInput ``territory.csv_unreadable`` when it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise InvalidInput("territory.csv_unreadable") from wrong

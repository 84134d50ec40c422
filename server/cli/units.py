"""`nepnha units`: load administrative units and their outlines on the ground."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.terminal import NUMBER, Terminal, as_json, pass_terminal
from server.errors import InvalidInput
from server.operations.load_boundaries import BoundaryFile, boundary_loads, load_boundaries, undo_boundaries
from server.operations.load_units import load_units
from server.territory.boundaries_geojson import CODE_PROPERTY, MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.territory.boundaries_geojson import BoundaryFault
    from server.territory.units_csv import Fault

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def units() -> None:
    """Đơn vị hành chính. / Administrative units."""


@units.command("load")
@click.argument("file", type=EXISTING_FILE)
@as_json
@click.pass_context
@pass_terminal
def load(terminal: Terminal, ctx: click.Context, *, file: Path, as_json: bool) -> None:
    """Nạp các đơn vị từ FILE.csv; nạp lại cũng được. / Load units from FILE.csv; loading again is harmless."""
    try:
        loaded = load_units(terminal.services, _text_of(file))
    except InvalidInput as refused:
        if refused.code != "territory.csv_faults":
            raise
        terminal.tell(refused.code, **refused.params)
        _show_wrong_lines(terminal, refused.params["faults"], as_json=as_json)  # type: ignore[arg-type]  # that code's
        ctx.exit(1)
    if as_json:
        terminal.show(asdict(loaded))
    else:
        terminal.say("cli.units.loaded", units=loaded.units, written=loaded.written)


@units.command("boundaries")
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--from",
    "since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Ngày ranh giới bắt đầu; bỏ trống: từ khi có đơn vị. / The day they hold from; empty: ever since.",
)
@click.option(
    "--code-property",
    default=CODE_PROPERTY,
    show_default=True,
    help="Thuộc tính ghi mã đơn vị. / The property that holds the unit's code.",
)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không nạp. / Only check, load nothing.")
@as_json
@click.pass_context
@pass_terminal
def boundaries(  # noqa: PLR0913 the options of one command
    terminal: Terminal,
    ctx: click.Context,
    *,
    file: Path,
    since: datetime | None,
    code_property: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Nạp ranh giới từ FILE.geojson. / Load the outlines of units from FILE.geojson."""
    given = BoundaryFile(file.name, _start_of(file), code_property, since.date() if since else None)
    try:
        loaded = load_boundaries(terminal.services, given, is_rehearsal=dry_run)
    except InvalidInput as refused:
        if refused.code != "territory.geo_faults":
            raise
        terminal.tell(refused.code, **refused.params)
        _show_faults(terminal, refused.params["faults"], as_json=as_json)  # type: ignore[arg-type]  # that code's
        ctx.exit(1)
    if as_json:
        terminal.show(asdict(loaded))
    else:
        terminal.say("cli.units.boundaries_checked" if dry_run else "cli.units.boundaries_loaded", **asdict(loaded))


@units.command("boundary-loads")
@as_json
@pass_terminal
def loads(terminal: Terminal, *, as_json: bool) -> None:
    """Liệt kê các lần nạp ranh giới. / List the loads of boundaries."""
    found = boundary_loads(terminal.services)
    if as_json:
        terminal.show([asdict(one) for one in found])
        return
    for one in found:
        code = "cli.units.boundary_load_undone" if one.undone_at else "cli.units.boundary_load"
        terminal.say(code, **(asdict(one) | {"valid_from": one.valid_from or "–"}))
    if not found:
        terminal.say("cli.units.no_boundary_loads")


@units.command("boundaries-undo")
@click.argument("load", type=NUMBER)
@pass_terminal
def undo(terminal: Terminal, *, load: int) -> None:
    """Gỡ lần nạp ranh giới số LOAD. / Take the load of boundaries with number LOAD back."""
    undo_boundaries(terminal.services, load)
    terminal.say("cli.units.boundaries_undone", load=load)


def _show_faults(terminal: Terminal, faults: Iterable[BoundaryFault], *, as_json: bool) -> None:
    said = [(one.feature, terminal.sentence(one.code, **one.params)) for one in faults]
    if as_json:
        terminal.show([{"feature": feature, "message": message} for feature, message in said])
        return
    for feature, message in said:
        terminal.tell("territory.geo_place" if feature else "territory.geo_file", feature=feature, message=message)


def _show_wrong_lines(terminal: Terminal, faults: Iterable[Fault], *, as_json: bool) -> None:
    said = [(one, terminal.sentence(one.code, **one.params)) for one in faults]
    if as_json:
        terminal.show([{"line": one.line, "column": one.column, "message": message} for one, message in said])
        return
    for one, message in said:
        terminal.tell("territory.csv_place", line=one.line, column=one.column, cure=message)


def _start_of(file: Path) -> bytes:
    """Return the file, or as much of it as tells that it is too large."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _text_of(file: Path) -> str:
    """Return the text of *file*; raises InvalidInput ``territory.csv_unreadable`` when it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise InvalidInput("territory.csv_unreadable") from wrong

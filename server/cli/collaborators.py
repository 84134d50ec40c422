"""`nepnha collaborator`: enrol people with phones, end their access."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from server.cli.codes import draw_code, is_here_only, write_code
from server.cli.faults import ALLOW_EMPTY_LISTS, show_empty_lists
from server.cli.new_files import NEW_FILE
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.add_collaborator import NewCollaborator, add_collaborator, revoke_collaborator
from server.operations.find_project import find_collaborator, find_project
from server.operations.move_collaborator import Move, move_collaborator

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from server.operations.add_collaborator import Enrolment


DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def collaborator() -> None:
    """Cộng tác viên và điện thoại. / Collaborators and their phones."""


@collaborator.command("add")
@click.option("--project", "project", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--name", required=True, help="Họ tên. / Full name.")
@click.option("--unit", "units", multiple=True, required=True, help="Mã thôn, xã: CODE, CODE@NGÀY. / Unit code.")
@click.option("--label", default="", help="Tên của máy. / What the phone is called.")
@click.option("--svg", type=NEW_FILE, help="Ghi mã QR ra tệp SVG. / Write the QR code as SVG.")
@click.option("--png", type=NEW_FILE, help="Ghi mã QR ra tệp PNG. / Write the QR code as PNG.")
@as_json
@pass_terminal
def add(  # noqa: PLR0913 one parameter per option
    terminal: Terminal,
    *,
    project: str,
    name: str,
    units: tuple[str, ...],
    label: str,
    svg: Path | None,
    png: Path | None,
    as_json: bool,
) -> None:
    """Thêm cộng tác viên; địa chỉ, mật khẩu, mã QR hiện một lần. / Add one; what her phone needs is shown once."""
    project_id = find_project(terminal.services, project).project_id
    enrolment = add_collaborator(terminal.services, NewCollaborator(project_id, name, units, label))
    for path, kind in ((svg, "svg"), (png, "png")):
        if path is not None:
            write_code(enrolment.qr, path, kind=kind)
    if as_json:
        terminal.show(asdict(enrolment))
        return
    show_enrolment(terminal, enrolment)
    if svg is None and png is None:
        draw_code(terminal, enrolment.qr)


@collaborator.command("revoke")
@click.argument("collaborator")
@click.option(
    "--stolen", is_flag=True, help="Máy bị lấy cắp: không nhận gì từ máy ấy nữa. / Refuse everything from it."
)
@pass_terminal
def revoke(terminal: Terminal, *, collaborator: str, stolen: bool) -> None:
    """Thu quyền của COLLABORATOR (số hoặc tên máy). / End the access of COLLABORATOR (number or device user name)."""
    line = find_collaborator(terminal.services, collaborator)
    revoke_collaborator(terminal.services, line.collaborator_id, is_stolen=stolen)
    terminal.say("cli.collaborator.revoked_stolen" if stolen else "cli.collaborator.revoked", name=line.name)


@collaborator.command("move")
@click.argument("collaborator")
@click.option("--unit", "units", multiple=True, help="Nơi làm mới: CODE, CODE@NGÀY. / Where she works from then on.")
@click.option("--from", "starts", type=DAY, help="Ngày bắt đầu; mặc định hôm nay. / First day there; default today.")
@click.option("--until", type=DAY, help="Ngày cuối; không có --unit: ngày cuối ở nơi cũ. / Last day, there or here.")
@click.option("--allow-empty-lists", is_flag=True, help=ALLOW_EMPTY_LISTS)
@as_json
@pass_terminal
def move(  # noqa: PLR0913 one parameter per option
    terminal: Terminal,
    *,
    collaborator: str,
    units: tuple[str, ...],
    starts: datetime | None,
    until: datetime | None,
    allow_empty_lists: bool,
    as_json: bool,
) -> None:
    """Chuyển COLLABORATOR sang địa bàn khác, hoặc thôi địa bàn. / Send COLLABORATOR elsewhere, or end her posts.

    Địa bàn cũ hết hiệu lực từ ngày bắt đầu ở nơi mới; danh sách trên máy đổi theo ở lần kết nối sau. / Her old posts
    end the day before; her phone's lists follow at its next look.
    """
    line = find_collaborator(terminal.services, collaborator)
    first, last = (one.date() if one else None for one in (starts, until))
    moved = move_collaborator(terminal.services, Move(line.collaborator_id, units, first, last, allow_empty_lists))
    if as_json:
        terminal.show(asdict(moved))
        return
    show_empty_lists(terminal, moved.empty_lists)
    if not moved.places:
        terminal.say("cli.collaborator.ended", name=moved.name, until=moved.until)
        return
    code = "cli.collaborator.moved" if moved.until is None else "cli.collaborator.moved_until"
    terminal.say(code, name=moved.name, places=moved.places, starts=moved.starts, until=moved.until)


def show_enrolment(terminal: Terminal, enrolment: Enrolment) -> None:
    """Print what is typed into a phone that cannot scan, and the code of its settings."""
    show_empty_lists(terminal, enrolment.empty_lists)
    code = "cli.collaborator.added" if enrolment.password else "cli.collaborator.key"
    terminal.say(code, **asdict(enrolment))
    if is_here_only(terminal.public_url):
        terminal.tell("cli.collaborator.here_only", address=terminal.public_url)

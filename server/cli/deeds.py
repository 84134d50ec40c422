"""`nepnha deeds verify`: whether what people did still is what was written each night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.seal_deeds import verify_deeds

if TYPE_CHECKING:
    from datetime import datetime


@click.group()
def deeds() -> None:
    """Lịch sử thao tác. / What people did and opened."""


@deeds.command("verify")
@click.option(
    "--noted",
    "noted",
    type=(click.DateTime(["%Y-%m-%d"]), str),
    multiple=True,
    metavar="DAY DIGEST",
    help="Ngày và mã đã ghi lại ở nơi khác. / A day and its digest, noted elsewhere.",
)
@as_json
@pass_terminal
def verify(terminal: Terminal, *, noted: tuple[tuple[datetime, str], ...], as_json: bool) -> None:
    """Kiểm tra không thao tác nào bị sửa, thêm, xóa sau khi khóa ngày. / Look whether anything was changed since."""
    sealed = verify_deeds(terminal.services, {day.date(): digest for day, digest in noted})
    newest = sealed.newest
    day, digest = (newest.day.isoformat(), newest.digest) if newest else ("", "")
    if as_json:
        terminal.show({"days": sealed.days, "deeds": sealed.deeds, "day": day, "digest": digest})
    elif newest is None:
        terminal.say("cli.deeds.none")
    else:
        terminal.say("cli.deeds.sound", days=sealed.days, deeds=sealed.deeds, day=day, digest=digest)

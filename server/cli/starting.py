"""`nepnha setup` and `nepnha sample load`: from nothing to a server one can look around in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.codes import draw_code
from server.cli.collaborators import show_enrolment
from server.cli.faults import show_empty_lists
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.load_sample import load_sample
from server.operations.sample_phone import sample_phone
from server.operations.setup_server import ADMINISTRATOR_LOGIN, SetUp, Wanted, set_up

if TYPE_CHECKING:
    from server.operations.load_sample import SampleLoaded

FORMS_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OWN_FORMS = Path("xlsforms")
"""Where the forms are when the command is run in the project's folder."""


@click.command()
@click.argument("folder", type=FORMS_FOLDER, required=False)
@click.option("--incidents", is_flag=True, help="Thêm biểu vụ việc, dự án riêng. / The incident form too, set apart.")
@click.option("--login", default=ADMINISTRATOR_LOGIN, show_default=True, help="Tên quản trị đầu tiên. / First login.")
@click.option("--password-stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào. / Read its password from input.")
@as_json
@pass_terminal
def setup(  # noqa: PLR0913 one parameter per option
    terminal: Terminal,
    *,
    folder: Path | None,
    incidents: bool,
    login: str,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Chuẩn bị máy chủ: cơ sở dữ liệu, đơn vị, dự án, biểu mẫu của FOLDER, quản trị. Chạy lại cũng được.

    Prepare the server: database, units, project with its practice twin, the forms and plans of FOLDER (default:
    xlsforms, if it is here), first administrator. May be run again without harm.
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    own = OWN_FORMS if OWN_FORMS.is_dir() else None
    done = set_up(terminal.services, Wanted(folder or own, incidents, login, password), terminal.tell)
    if as_json:
        terminal.show(asdict(done))
    else:
        _show(terminal, done, shows_password=password is None)


@click.group()
def sample() -> None:
    """Dữ liệu mẫu, có ghi rõ là mẫu. / Sample data, plainly marked."""


@sample.command("load")
@click.argument("folder", type=FORMS_FOLDER, required=False)
@as_json
@pass_terminal
def load(terminal: Terminal, *, folder: Path | None, as_json: bool) -> None:
    """Nạp thôn, người, tài khoản và phiếu mẫu; nạp lại cũng được. / Load sample villages, people, accounts, records."""
    loaded = load_sample(terminal.services, folder or OWN_FORMS, terminal.tell)
    if as_json:
        terminal.show(asdict(loaded))
    else:
        _show_sample(terminal, loaded)


@sample.command("phone")
@as_json
@pass_terminal
def phone(terminal: Terminal, *, as_json: bool) -> None:
    """In mã QR cho một điện thoại mẫu của dự án làm thử. / Print the QR code of a sample phone for practice."""
    enrolment = sample_phone(terminal.services)
    if as_json:
        terminal.show(asdict(enrolment))
        return
    show_enrolment(terminal, enrolment)
    draw_code(terminal, enrolment.qr)


def _show(terminal: Terminal, done: SetUp, *, shows_password: bool) -> None:
    for published in done.forms:
        show_empty_lists(terminal, [one for one in published.empty_lists if not one.is_empty_everywhere])
    terminal.say("cli.setup.done", forms=len(done.forms), plans=len(done.plans), reports=len(done.reports))
    if done.separate is not None:
        terminal.say("cli.setup.separate", project=done.separate.project_id, name=done.separate.name)
    if done.administrator is None:
        return
    if shows_password:
        made = done.administrator
        terminal.say("cli.setup.administrator", login=made.login, password=made.password)
    terminal.say("cli.setup.supervisor")


def _show_sample(terminal: Terminal, loaded: SampleLoaded) -> None:
    terminal.say("cli.sample.loaded", records=loaded.received, approved=loaded.approved)
    for one in loaded.accounts:
        terminal.say(f"cli.sample.{one.role.value}", login=one.login, password=one.password)

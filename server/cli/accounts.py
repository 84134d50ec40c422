"""`nepnha account`: people of the console."""

from __future__ import annotations

import sys

import click

from server.access.roles import ACCOUNT_ROLES, Role
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.add_account import NewAccount, NewPost, add_account, disable_account, set_password


@click.group()
def account() -> None:
    """Tài khoản trên trang quản lý. / Accounts of the console."""


@account.command("add")
@click.option("--login", required=True, help="Tên đăng nhập. / Login name.")
@click.option(
    "--role", type=click.Choice([one.value for one in ACCOUNT_ROLES]), required=True, help="Nhiệm vụ. / Role."
)
@click.option("--unit", "units", multiple=True, required=True, help="Mã đơn vị: CODE, CODE@2025-06-30. / Unit code.")
@click.option("--name", help="Họ tên; mặc định là tên đăng nhập. / Full name.")
@click.option(
    "--password-stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào. / Read the password from standard input."
)
@click.option("--password-prompt", is_flag=True, help="Gõ mật khẩu, không hiện. / Type the password, hidden.")
@as_json
@pass_terminal
def add(  # noqa: PLR0913 one parameter per option
    terminal: Terminal,
    *,
    login: str,
    role: str,
    units: tuple[str, ...],
    name: str | None,
    password_stdin: bool,
    password_prompt: bool,
    as_json: bool,
) -> None:
    """Thêm một tài khoản; không cho mật khẩu thì máy đặt và in ra một lần. / Add an account; a password is made up
    and printed once unless one is given."""
    given = _given_password(from_input=password_stdin, from_prompt=password_prompt)
    post = NewPost(Role(role), units)
    made = add_account(terminal.services, NewAccount(login, name or login, (post,), given))
    if as_json:
        terminal.show({"account_id": made.account_id, "login": made.login, "password": made.password})
    elif given is None:
        terminal.say("cli.account.added_with_password", login=made.login, password=made.password)
    else:
        terminal.say("cli.account.added", login=made.login)


@account.command("password")
@click.argument("login")
@click.option(
    "--password-stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào. / Read the password from standard input."
)
@click.option("--password-prompt", is_flag=True, help="Gõ mật khẩu, không hiện. / Type the password, hidden.")
@as_json
@pass_terminal
def password(terminal: Terminal, *, login: str, password_stdin: bool, password_prompt: bool, as_json: bool) -> None:
    """Cấp lại mật khẩu cho LOGIN, khi không còn người quản trị nào làm được. / Give LOGIN another password, where no
    administrator can; every sign-in of theirs ends."""
    given = _given_password(from_input=password_stdin, from_prompt=password_prompt)
    made = set_password(terminal.services, login, given)
    if as_json:
        terminal.show({"login": login, "password": made})
    elif given is None:
        terminal.say("cli.account.password_made", login=login, password=made)
    else:
        terminal.say("cli.account.password_set", login=login)


@account.command("close")
@click.argument("login")
@pass_terminal
def close(terminal: Terminal, *, login: str) -> None:
    """Đóng tài khoản LOGIN: hết đăng nhập ngay. / Close the account LOGIN: signed out at once, for good."""
    disable_account(terminal.services, login)
    terminal.say("cli.account.closed", login=login)


def _given_password(*, from_input: bool, from_prompt: bool) -> str | None:
    """Return the password the operator gives, None to have one made up."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if from_prompt:
        return str(click.prompt("Mật khẩu / password", hide_input=True, confirmation_prompt=True))
    return None

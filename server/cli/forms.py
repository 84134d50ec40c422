"""`nepnha form`: publish a form, check one without publishing, print a blank."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.faults import ALLOW_EMPTY_LISTS, fault_facts, fault_line, show_empty_lists
from server.cli.new_files import NEW_FILE
from server.cli.terminal import NUMBER, Terminal, as_json, echo, pass_terminal
from server.forms.convert import Converter
from server.forms.faults import FormRefused
from server.operations.find_project import find_project
from server.operations.form_source import read_form_source
from server.operations.offer_form import offer_form
from server.operations.print_form import print_form
from server.operations.publish_form import Audience, Published, check_source, publish_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.forms.faults import Fault

FORM_PATH = click.Path(exists=True, path_type=Path)
AUDIENCES = ("all", "units", "named", "nobody")


@click.group()
def form() -> None:
    """Biểu mẫu. / Forms."""


@form.command("publish")
@click.argument("path", type=FORM_PATH)
@click.option("--project", "project", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--sensitive", is_flag=True, help="Chỉ cán bộ vụ việc thấy. / Seen by incident officers only.")
@click.option("--audience", type=click.Choice(AUDIENCES), help="Phát cho ai. / Whom it is for.")
@click.option("--unit", "units", multiple=True, help="Mã đơn vị, với --audience units. / Unit codes.")
@click.option(
    "--collaborator", "people", multiple=True, type=NUMBER, help="Số cộng tác viên, với --audience named. / Ids."
)
@click.option("--allow-empty-lists", is_flag=True, help=ALLOW_EMPTY_LISTS)
@as_json
@pass_terminal
def publish(  # noqa: PLR0913 one parameter per option
    terminal: Terminal,
    *,
    path: Path,
    project: str,
    sensitive: bool,
    audience: str | None,
    units: tuple[str, ...],
    people: tuple[int, ...],
    allow_empty_lists: bool,
    as_json: bool,
) -> None:
    """Phát hành PATH: tệp .xlsx .xls .md .csv .xml, hoặc thư mục. / Publish PATH: a file or a form's folder.

    Biểu kín không phát cho ai nếu không có --audience. / A sensitive form is for nobody unless --audience says so.
    """
    project_id = find_project(terminal.services, project).project_id
    wanted = Audience(audience or ("nobody" if sensitive else "all"), units, people, allow_empty_lists)
    source = read_form_source(path)
    published = publish_form(terminal.services, project_id, source, audience=wanted, is_sensitive=sensitive)
    if audience is not None and not published.is_new:
        empty = offer_form(terminal.services, published.version_id, wanted)
        published = replace(published, empty_lists=empty)
    _show_published(terminal, published, was_offered=audience is not None, as_json=as_json)


@form.command("check")
@click.argument("path", type=FORM_PATH)
@click.option("--sensitive", is_flag=True, help="Theo quy định của biểu kín. / By the rules of sensitive forms.")
@as_json
@pass_terminal
@click.pass_context
def check(ctx: click.Context, terminal: Terminal, *, path: Path, sensitive: bool, as_json: bool) -> None:
    """Soát PATH mà không phát hành; liệt kê mọi lỗi. / Check PATH without publishing; lists every fault."""
    try:
        with Converter() as converter:
            source = read_form_source(path)
            checked = check_source(source, converter, public_url=terminal.public_url, is_sensitive=sensitive)
        faults: Sequence[Fault] = checked.warnings
    except FormRefused as refused:
        faults = refused.faults
    errors = sum(1 for fault in faults if fault.is_error)
    if as_json:
        terminal.show([fault_facts(terminal, fault) for fault in faults])
    else:
        for fault in faults:
            echo(fault_line(terminal, fault))
        terminal.say("cli.faults", errors=errors, warnings=len(faults) - errors)
    ctx.exit(1 if errors else 0)


@form.command("print")
@click.argument("form_id")
@click.option("--output", type=NEW_FILE, help="Tệp HTML; mặc định FORM_ID.html.")
@pass_terminal
def print_blank(terminal: Terminal, *, form_id: str, output: Path | None) -> None:
    """Ghi mẫu trắng khổ A4 của FORM_ID ra tệp HTML để in. / Write an A4 blank of FORM_ID as HTML, to be printed."""
    path = output or Path(f"{form_id}.html")
    path.write_text(print_form(terminal.services, form_id, terminal.language), encoding="utf-8")
    terminal.say("cli.form.printed", path=str(path))


def _show_published(terminal: Terminal, published: Published, *, was_offered: bool, as_json: bool) -> None:
    if as_json:
        facts = asdict(published) | {"warnings": [fault_facts(terminal, one) for one in published.warnings]}
        terminal.show(facts)
        return
    for fault in published.warnings:
        echo(fault_line(terminal, fault), err=True)
    show_empty_lists(terminal, published.empty_lists)
    known = "cli.form.offered" if was_offered else "cli.form.known"
    code = "cli.form.published" if published.is_new else known
    terminal.say(code, form=published.form_id, version=published.version, title=published.title)

"""`nepnha register`: the entity lists of a project, and whose phones they reach."""

from __future__ import annotations

from dataclasses import asdict

import click

from server.cli.faults import ALLOW_EMPTY_LISTS, show_empty_lists
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.browse_lists import NewReach, browse_lists, set_list_reach
from server.operations.find_project import find_project
from server.operations.find_suspects import find_all_suspects
from server.registers.reach import Reach

PROJECT = click.option(
    "--project", "project", required=True, help="Số hoặc tên dự án. / Number or name of the project."
)


@click.group()
def register() -> None:
    """Sổ hộ gia đình, câu lạc bộ, cán bộ. / Registers: households, clubs, staff."""


@register.command("list")
@PROJECT
@as_json
@pass_terminal
def list_all(terminal: Terminal, *, project: str, as_json: bool) -> None:
    """Liệt kê các danh sách: tới máy của ai, bao nhiêu dòng, cột nào. / The lists: for whom, how many, what travels."""
    lists = browse_lists(terminal.services, find_project(terminal.services, project).project_id)
    if as_json:
        terminal.show([asdict(one) for one in lists])
        return
    for one in lists:
        said = {"list": one.name, "reach": terminal.sentence(f"register.reach.{one.reach.value}")}
        columns = ", ".join(one.properties) or "–"
        terminal.say("cli.register.line", **said, **asdict(one.size), columns=columns)
    if not lists:
        terminal.say("cli.register.none")


@register.command("reach")
@click.argument("name", metavar="LIST")
@PROJECT
@click.option(
    "--reach", type=click.Choice([one.value for one in Reach]), required=True, help="Tới máy ai. / Whose phones."
)
@click.option("--allow-empty-lists", is_flag=True, help=ALLOW_EMPTY_LISTS)
@pass_terminal
def reach(terminal: Terminal, *, name: str, project: str, reach: str, allow_empty_lists: bool) -> None:
    """Đổi quy tắc LIST tới máy của ai. / Say anew whose phones LIST reaches.

    posts: người phụ trách thôn ấy / who covers its village · communes: người trong xã / whoever works in its commune ·
    holder: chỉ người đã ghi / only who made it known · officers: cán bộ xã, tỉnh / commune and province posts.
    """
    project_id = find_project(terminal.services, project).project_id
    show_empty_lists(
        terminal, set_list_reach(terminal.services, NewReach(project_id, name, Reach(reach), allow_empty_lists))
    )
    terminal.say("cli.register.reaches", list=name, reach=terminal.sentence(f"register.reach.{reach}"))


@register.command("suspects")
@as_json
@pass_terminal
def suspects(terminal: Terminal, *, as_json: bool) -> None:
    """Tìm các hộ nghi bị ghi hai lần, so lại toàn bộ. / Compare all households anew and find likely duplicates."""
    looked = find_all_suspects(terminal.services, terminal.tell)
    if as_json:
        terminal.show(asdict(looked))
    else:
        terminal.say("cli.register.suspects", **asdict(looked))

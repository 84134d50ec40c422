"""`nepnha figures`: figures typed from paper, and release tables of sensitive measures: frozen, revised and shown."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import wraps
from typing import TYPE_CHECKING

import click

from server.cli.activities import activities
from server.cli.locks import lock, locks
from server.cli.no_cases import no_case
from server.cli.paper_figures import figures_template, load_figures
from server.cli.register_files import undo
from server.cli.terminal import NUMBER, Terminal, as_json, echo, pass_terminal
from server.indicators.releases_tables import CellState
from server.operations.find_project import find_project
from server.operations.read_releases import ReleaseQuestion, frozen_tables
from server.operations.release_tables import ReleaseOrder, freeze_release, revise_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.indicators.releases_tables import ReleasedCell, ReleasedTable
    from server.operations.release_tables import Frozen

_author = click.option("--by", "author", required=True, help="Ai công bố. / Who freezes it.")


def _of_a_year(command: Callable[..., None]) -> Callable[..., None]:
    """Let *command* be asked for a project, plan and year, and be given them as one question."""

    @click.option(
        "--project", "project_name", required=True, help="Số hoặc tên dự án. / Number or name of the project."
    )
    @click.option("--plan", "plan_name", required=True, help="Tên kế hoạch. / Name of the plan.")
    @click.option("--year", type=NUMBER, required=True, help="Năm. / Year.")
    @as_json
    @pass_terminal
    @wraps(command)
    def run(terminal: Terminal, *, project_name: str, plan_name: str, year: int, **rest: object) -> None:
        project_id = find_project(terminal.services, project_name).project_id
        command(terminal, ReleaseQuestion(project_id, plan_name, year), **rest)

    made: Callable[..., None] = run
    return made


@click.group()
def figures() -> None:
    """Số liệu. / Figures."""


for _one in (load_figures, undo, figures_template, lock, locks, no_case, activities):
    figures.add_command(_one)


@figures.group()
def release() -> None:
    """Bảng công khai của số liệu nhạy cảm. / Release tables of sensitive measures."""


@release.command("freeze")
@_author
@_of_a_year
def freeze(terminal: Terminal, question: ReleaseQuestion, *, author: str, as_json: bool) -> None:
    """Tính và chốt các bảng của một năm, một lần. / Make and freeze the tables of a year, once."""
    _tell(terminal, freeze_release(terminal.services, _order(question, author)), as_json=as_json)


@release.command("revise")
@_author
@click.option("--hide-more", is_flag=True, help="Chấp nhận ẩn thêm ô từng công bố. / Hide cells shown before.")
@_of_a_year
def revise(terminal: Terminal, question: ReleaseQuestion, *, author: str, hide_more: bool, as_json: bool) -> None:
    """Tính lại và chốt thành bản mới; bản cũ giữ nguyên. / Freeze a new revision; old ones stay."""
    frozen = revise_release(terminal.services, _order(question, author), may_hide_more=hide_more)
    _tell(terminal, frozen, as_json=as_json)


@release.command("show")
@click.option(
    "--revision", type=NUMBER, help="Bản số mấy, mặc định bản mới nhất. / Which revision; by default the newest."
)
@_of_a_year
def show(terminal: Terminal, question: ReleaseQuestion, *, revision: int | None, as_json: bool) -> None:
    """In các bảng đã chốt. / Print the frozen tables."""
    found = frozen_tables(terminal.services, replace(question, revision=revision))
    if as_json:
        terminal.show(asdict(found))
        return
    for table in found.tables:
        _print(terminal, table)


def _order(question: ReleaseQuestion, author: str) -> ReleaseOrder:
    return ReleaseOrder(question.project_id, question.plan, question.year, author)


def _tell(terminal: Terminal, frozen: Frozen, *, as_json: bool) -> None:
    if as_json:
        terminal.show(asdict(frozen))
        return
    terminal.say("releases.frozen", **asdict(frozen))


def _print(terminal: Terminal, table: ReleasedTable) -> None:
    """Print a line for each cell; where a table is broken down, the column's name stands behind its row's."""
    echo(f"# {table.release.label_vi}")
    for one in table.cells:
        place = table.units.get(one.unit_id) or terminal.sentence("releases.total")
        when = terminal.sentence("releases.quarter", quarter=one.quarter) if one.quarter else ""
        which = table.categories.get(one.category, "") or one.category
        echo("\t".join((place, when, which, _said(terminal, one))))


def _said(terminal: Terminal, cell: ReleasedCell) -> str:
    if cell.state is CellState.SHOWN:
        return str(cell.count)
    return terminal.sentence(f"releases.state.{cell.state.value}")

"""`nepnha figures activities`: how many activities there were in a year, and how many attended."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from server.cli.terminal import NUMBER, Terminal, as_json, echo, pass_terminal
from server.language.display import number
from server.operations.find_project import find_project
from server.operations.read_activities import ActivityQuestion, activities_for_the_operator

if TYPE_CHECKING:
    from decimal import Decimal


@click.command("activities")
@click.option("--year", type=NUMBER, required=True, help="Năm. / Year.")
@click.option("--project", "project", help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--unit", "unit", help="Mã đơn vị (CODE hoặc CODE@ngày). / Code of a unit.")
@as_json
@pass_terminal
def activities(terminal: Terminal, *, year: int, project: str | None, unit: str | None, as_json: bool) -> None:
    """In số hoạt động và lượt người dự. / Print the activities of a year and their attendances."""
    services = terminal.services
    project_id = None if project is None else find_project(services, project).project_id
    territory = services.atlas.current().territory
    within = None if unit is None else territory.resolve(unit, services.today()).unit_id
    table = activities_for_the_operator(services, ActivityQuestion(year, project_id, within))
    if as_json:
        terminal.show(asdict(table))
        return
    _print(terminal.sentence("console.activities.all"), table.events, table.attendees)
    for group in table.groups:
        echo(f"# {terminal.sentence(f'console.activities.by.{group.question}')}")
        for line in group.lines:
            _print(line.label(terminal.language), line.events, line.attendees)
    for one in table.beside:
        _print(one.label(terminal.language), one.amount)


def _print(name: str, *amounts: Decimal) -> None:
    echo("\t".join((name, *map(number, amounts))))

"""`nepnha project`: make projects and their practice twins, list them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from server.cli.terminal import Terminal, as_json, pass_terminal
from server.operations.add_project import add_practice, add_project, list_projects

if TYPE_CHECKING:
    from server.storage.repositories.projects import Project


@click.group()
def project() -> None:
    """Dự án. / Projects."""


@project.command("add")
@click.argument("name")
@click.option("--practice", is_flag=True, help="Tạo kèm dự án làm thử. / Make its practice twin as well.")
@as_json
@pass_terminal
def add(terminal: Terminal, *, name: str, practice: bool, as_json: bool) -> None:
    """Tạo một dự án. / Make a project."""
    made = [add_project(terminal.services, name)]
    if practice:
        made.append(add_practice(terminal.services, made[0].project_id))
    _show(terminal, made, as_json=as_json)


@project.command("list")
@as_json
@pass_terminal
def list_all(terminal: Terminal, *, as_json: bool) -> None:
    """Liệt kê các dự án. / List the projects."""
    _show(terminal, list_projects(terminal.services), as_json=as_json)


def _show(terminal: Terminal, projects: list[Project], *, as_json: bool) -> None:
    if as_json:
        terminal.show([asdict(one) for one in projects])
        return
    for one in projects:
        terminal.say(f"cli.project.{one.kind}", project=one.project_id, name=one.name)

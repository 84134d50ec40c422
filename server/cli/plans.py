"""`nepnha plan`: check a plan workbook, see what it would change, publish it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.faults import end_with_faults
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.indicators.plan import PlanRefused
from server.operations.compare_plans import compare_plan
from server.operations.find_project import find_project
from server.operations.publish_plan import PlanSource, check_plan, publish_plan, read_workbook

if TYPE_CHECKING:
    from server.indicators.plan_changes import PlanChanges

WORKBOOK = click.Path(exists=True, dir_okay=False, path_type=Path)
_LONGEST = 120


@click.group()
def plan() -> None:
    """Kế hoạch: chỉ tiêu và mục tiêu. / Plans: indicators and targets."""


@plan.command("check")
@click.argument("path", type=WORKBOOK)
@click.option("--project", help="Soát cả số đếm và địa bàn của dự án này. / Against this project's measures and units.")
@as_json
@pass_terminal
@click.pass_context
def check(ctx: click.Context, terminal: Terminal, *, path: Path, project: str | None, as_json: bool) -> None:
    """Soát PATH mà không ban hành; liệt kê mọi lỗi. / Check PATH without publishing; lists every fault."""
    try:
        read = read_workbook(path.read_bytes())
        if project is not None:
            check_plan(terminal.services, find_project(terminal.services, project).project_id, read)
    except PlanRefused as refused:
        end_with_faults(ctx, terminal, refused.faults, as_json=as_json)
    if as_json:
        terminal.show([])
        return
    terminal.say("cli.plan.sound", indicators=len(read.indicators), targets=len(read.targets))
    if project is None:
        terminal.tell("cli.plan.only_workbook")


@plan.command("publish")
@click.argument("path", type=WORKBOOK)
@click.option("--project", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--name", help="Tên kế hoạch; mặc định tên tệp. / The plan's name; the file's by default.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ thay đổi gì. / Only show what would change.")
@as_json
@pass_terminal
def publish(  # noqa: PLR0913 one parameter per option
    terminal: Terminal, *, path: Path, project: str, name: str | None, dry_run: bool, as_json: bool
) -> None:
    """Ban hành PATH; bản cũ cùng tên vẫn được giữ. / Publish PATH; the plan before it of that name is kept."""
    project_id = find_project(terminal.services, project).project_id
    source = PlanSource(name or path.stem, path.read_bytes())
    changes = compare_plan(terminal.services, project_id, source)
    if dry_run:
        _show_changes(terminal, source.name, changes, as_json=as_json)
        return
    published = publish_plan(terminal.services, project_id, source)
    if as_json:
        terminal.show(asdict(published) | {"changes": asdict(changes)})
        return
    code = "cli.plan.published" if published.is_new else "cli.plan.known"
    terminal.say(code, plan=published.name, indicators=published.indicators, targets=published.targets)


def _show_changes(terminal: Terminal, name: str, changes: PlanChanges, *, as_json: bool) -> None:
    """Show a preview: what comes, what goes, and each cell that says something else."""
    if as_json:
        terminal.show(asdict(changes))
        return
    if changes.is_first:
        terminal.say("cli.plan.first", plan=name)
    elif changes.is_none:
        terminal.say("cli.plan.no_change", plan=name)
    for code, names in (
        ("cli.plan.indicator_added", changes.indicators_added),
        ("cli.plan.indicator_removed", changes.indicators_removed),
        ("cli.plan.target_added", changes.targets_added),
        ("cli.plan.target_removed", changes.targets_removed),
        ("cli.plan.release", changes.release_names),
        ("cli.plan.rule_added", changes.rules_added),
        ("cli.plan.rule_removed", changes.rules_removed),
    ):
        for one in names:
            terminal.say(code, name=one)
    for cell in (*changes.indicators_changed, *changes.targets_changed):
        before, after = cell.before[:_LONGEST] or "–", cell.after[:_LONGEST] or "–"
        terminal.say("cli.plan.cell", name=cell.name, column=cell.column, before=before, after=after)
    terminal.tell("cli.plan.nothing_written")

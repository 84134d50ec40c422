"""`nepnha report`: check and publish report layouts, fill one in, issue it, list what there is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.faults import end_with_faults
from server.cli.new_files import NEW_FILE
from server.cli.terminal import Terminal, as_json, echo, pass_terminal
from server.errors import NotFound
from server.indicators.periods import Period
from server.indicators.report import ReportRefused
from server.indicators.report_fill import Mark
from server.operations.fill_report import fill_report
from server.operations.find_project import find_project
from server.operations.issue_report import issue_for_the_operator
from server.operations.publish_report import ReportSource, check_report, publish_report
from server.operations.report_filling import ReportOrder
from server.operations.report_workbook import read_report_workbook

if TYPE_CHECKING:
    from server.storage.repositories.reports import StoredTemplate

_WORKBOOK = click.Path(exists=True, dir_okay=False, path_type=Path)
_project = click.option("--project", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
_by = click.option("--by", "author", required=True, help="Ai thực hiện. / Who does it.")


@click.group()
def report() -> None:
    """Báo cáo theo biểu mẫu. / Reports in the official layout."""


@report.command("check")
@click.argument("path", type=_WORKBOOK)
@click.option("--project", help="Soát cả số đếm của dự án này. / Against this project's measures.")
@as_json
@pass_terminal
@click.pass_context
def check(ctx: click.Context, terminal: Terminal, *, path: Path, project: str | None, as_json: bool) -> None:
    """Soát PATH mà không ban hành; liệt kê mọi lỗi. / Check PATH without publishing; lists every fault."""
    try:
        workbook = path.read_bytes()
        read = read_report_workbook(workbook)
        if project is not None:
            check_report(terminal.services, find_project(terminal.services, project).project_id, workbook)
    except ReportRefused as refused:
        end_with_faults(ctx, terminal, refused.faults, as_json=as_json)
    if as_json:
        terminal.show([])
        return
    terminal.say("cli.report.sound", title=read.settings.title_vi, cells=len(read.slots))
    if project is None:
        terminal.tell("cli.plan.only_workbook")


@report.command("publish")
@click.argument("path", type=_WORKBOOK)
@_project
@click.option("--name", help="Tên báo cáo; mặc định tên tệp. / The report's name; the file's by default.")
@_by
@as_json
@pass_terminal
def publish(  # noqa: PLR0913 one parameter per option
    terminal: Terminal, *, path: Path, project: str, name: str | None, author: str, as_json: bool
) -> None:
    """Ban hành PATH; bản cũ cùng tên vẫn được giữ. / Publish PATH; the one before it of that name is kept."""
    project_id = find_project(terminal.services, project).project_id
    done = publish_report(terminal.services, project_id, ReportSource(name or path.stem, path.read_bytes(), author))
    if as_json:
        terminal.show(asdict(done))
        return
    code = "cli.report.published" if done.is_new else "cli.report.known"
    terminal.say(code, report=done.name, title=done.title, cells=done.cells)


@report.command("list")
@as_json
@pass_terminal
def list_templates(terminal: Terminal, *, as_json: bool) -> None:
    """Các mẫu báo cáo đang dùng. / Report layouts in force."""
    with terminal.services.reading(terminal.services.operator()) as uow:
        found = uow.reports.in_force()
    if as_json:
        terminal.show([asdict(one) for one in found])
        return
    for one in found:
        status = terminal.sentence(f"report.status.{one.status}")
        level = terminal.sentence(f"territory.level.{one.level}")
        echo("\t".join((one.name, level, one.title_vi, status)))


@report.command("fill")
@click.argument("name")
@_project
@click.option("--unit", required=True, help="Mã đơn vị, như 23500 hoặc 23500@2025-12-31. / Code of the unit.")
@click.option("--period", required=True, help="Kỳ báo cáo, như 2026. / Period, such as 2026.")
@click.option("--out", "path", required=True, type=NEW_FILE, help="Tệp .xlsx sẽ ghi. / The .xlsx file to write.")
@as_json
@pass_terminal
def fill(  # noqa: PLR0913 one parameter per option
    terminal: Terminal, *, name: str, project: str, unit: str, period: str, path: Path, as_json: bool
) -> None:
    """Điền báo cáo NAME (bản công khai) mà không chốt. / Fill report NAME (the public copy) without issuing it."""
    order = order_of(terminal, name, project, unit=unit, period=period)
    filled = fill_report(terminal.services, order, has_draft=True)
    path.write_bytes(filled.workbook)
    counts = {one.value: filled.plan.count(one) for one in Mark}
    if as_json:
        terminal.show({"unit": filled.unit.name, "period": filled.key.period, "path": str(path), "cells": counts})
        return
    terminal.say("cli.report.filled", path=path, unit=filled.unit.name, period=filled.key.period)
    for mark, count in counts.items():
        if count:
            terminal.say("cli.report.marked", count=count, kind=terminal.sentence(f"report.mark.{mark}"))


@report.command("lock")
@click.argument("name")
@_project
@click.option("--unit", required=True, help="Mã đơn vị, như 23500 hoặc 23500@2025-12-31. / Code of the unit.")
@click.option("--period", required=True, help="Kỳ báo cáo, như 2026. / Period, such as 2026.")
@click.option("--reason", default="", help="Vì sao chốt lại. / Why it is issued again.")
@_by
@as_json
@pass_terminal
def lock(  # noqa: PLR0913 one parameter per option
    terminal: Terminal, *, name: str, project: str, unit: str, period: str, reason: str, author: str, as_json: bool
) -> None:
    """Chốt báo cáo NAME (bản công khai). / Issue report NAME (the public copy)."""
    order = order_of(terminal, name, project, unit=unit, period=period)
    issue = issue_for_the_operator(terminal.services, order, author, reason=reason)
    if as_json:
        terminal.show(asdict(issue))
        return
    territory = terminal.services.atlas.current().territory
    terminal.say(
        "cli.report.issued",
        report=name,
        unit=territory.name(order.unit_id, min(order.period.last_day, terminal.services.today())),
        period=order.period.label,
        revision=issue.revision,
        workbook=issue.workbook_sha256,
        document=issue.document_sha256,
    )


def order_of(terminal: Terminal, name: str, project: str, *, unit: str, period: str) -> ReportOrder:
    """Return the report an operator names; raises NotFound ``report.unknown_name`` and what units and periods raise."""
    project_id = find_project(terminal.services, project).project_id
    wanted = Period.parse(period)
    found = _template(terminal, project_id, name)
    territory = terminal.services.atlas.current().territory
    on = min(wanted.last_day, max(terminal.services.today(), wanted.first_day))
    return ReportOrder(found.template_id, territory.resolve(unit, on).unit_id, wanted)


def _template(terminal: Terminal, project_id: int, name: str) -> StoredTemplate:
    with terminal.services.reading(terminal.services.operator()) as uow:
        known = [one for one in uow.reports.in_force() if one.project_id == project_id]
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise NotFound("report.unknown_name", report=name, known=", ".join(sorted(one.name for one in known)))
    return found

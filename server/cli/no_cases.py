"""`nepnha figures no-case`: which quarters of which communes were reported, confirm one, take a confirmation back."""

from __future__ import annotations

from dataclasses import asdict

import click

from server.cli.terminal import NUMBER, Terminal, as_json, pass_terminal
from server.indicators.periods import Period
from server.operations.confirm_no_case import NoCaseOrder, confirm_for_the_operator, withdraw_for_the_operator
from server.operations.find_project import find_project
from server.operations.no_case_sheet import sheet_for_the_operator

_project = click.option("--project", "project_name", required=True, help="Số hoặc tên dự án. / Number or name.")
_author = click.option("--by", "author", required=True, help="Ai xác nhận. / In whose name.")


@click.group("no-case")
def no_case() -> None:
    """Quý không có vụ việc. / Quarters without a case."""


@no_case.command("list")
@_project
@click.option("--year", type=NUMBER, required=True, help="Năm. / Year.")
@as_json
@pass_terminal
def listing(terminal: Terminal, *, project_name: str, year: int, as_json: bool) -> None:
    """Từng quý của từng xã/phường: có phiếu, đã xác nhận hay chưa báo cáo. / Each quarter of each commune."""
    sheet = sheet_for_the_operator(terminal.services, find_project(terminal.services, project_name).project_id, year)
    if as_json:
        terminal.show([asdict(one) for one in sheet.communes])
        return
    for commune in sheet.communes:
        for one in commune.quarters:
            terminal.say(
                "no_case.line",
                unit=commune.name,
                period=one.period.label,
                state=terminal.sentence(f"no_case.state.{one.state.value}", count=one.records),
                confirmation=one.confirmation.no_case_id if one.confirmation else "",
            )


@no_case.command("confirm")
@_project
@click.option("--unit", "unit_code", required=True, help="Mã xã/phường. / Code of the commune.")
@click.option("--period", "period_text", required=True, help="Quý, ví dụ 2026-Q3. / Quarter, such as 2026-Q3.")
@_author
@pass_terminal
def confirm(terminal: Terminal, *, project_name: str, unit_code: str, period_text: str, author: str) -> None:
    """Xác nhận quý không có vụ việc. / Confirm that a quarter had no case."""
    services = terminal.services
    unit = services.atlas.current().territory.resolve(unit_code, services.today())
    project_id = find_project(services, project_name).project_id
    order = NoCaseOrder(project_id, unit.unit_id, Period.parse(period_text))
    terminal.say("no_case.confirmed", confirmation=confirm_for_the_operator(services, order, author))


@no_case.command("withdraw")
@click.argument("no_case_id", type=NUMBER)
@_author
@pass_terminal
def withdraw(terminal: Terminal, *, no_case_id: int, author: str) -> None:
    """Rút lại xác nhận số NO_CASE_ID. / Take confirmation NO_CASE_ID back."""
    withdraw_for_the_operator(terminal.services, no_case_id, author)
    terminal.say("no_case.withdrawn", confirmation=no_case_id)

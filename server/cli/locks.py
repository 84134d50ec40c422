"""`nepnha figures lock` and `locks`: lock a period, list the locks, show one with what came late."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from server.cli.terminal import NUMBER, Terminal, as_json, pass_terminal
from server.indicators.figures import written
from server.indicators.periods import Period
from server.language.display import display_datetime, number
from server.operations.find_project import find_project
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.read_locks import locked_for_the_operator, locks_for_the_operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.indicators.locks import CellPair, Restated
    from server.operations.read_locks import LockShown
    from server.storage.repositories.locks import KeptLock


@click.group()
def lock() -> None:
    """Chốt số liệu một kỳ. / Lock the figures of a period."""


@lock.command("make")
@click.option("--project", "project_name", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--unit", "unit_code", required=True, help="Mã đơn vị, ví dụ 23500 hoặc 23500@2024-12-31. / Unit code.")
@click.option("--period", "period_text", required=True, help="Kỳ, ví dụ 2026. / Period, such as 2026.")
@click.option("--by", "author", required=True, help="Ai chốt. / Who locks it.")
@click.option("--reason", default="", help="Lý do, chỉ cho bản điều chỉnh. / Why, for a revision only.")
@as_json
@pass_terminal
def make(  # noqa: PLR0913 one parameter per option
    terminal: Terminal, *, project_name: str, unit_code: str, period_text: str, author: str, reason: str, as_json: bool
) -> None:
    """Chốt, hoặc lập bản điều chỉnh khi có --reason; không mở lại được. / Lock, or revise with --reason; for ever."""
    services = terminal.services
    here = services.atlas.current()
    unit = here.territory.resolve(unit_code, services.today())
    project_id = find_project(services, project_name).project_id
    order = LockOrder(project_id, unit.unit_id, Period.parse(period_text), reason)
    made = lock_for_the_operator(services, order, author)
    if as_json:
        terminal.show(_facts(made))
        return
    terminal.say(
        "locks.locked",
        unit=unit.name,
        period=made.period.label,
        revision=made.revision,
        lock=made.lock_id,
        sha256=made.sha256,
    )


@click.command()
@click.option("--year", type=NUMBER, help="Chỉ một năm. / One year only.")
@as_json
@pass_terminal
def locks(terminal: Terminal, *, year: int | None, as_json: bool) -> None:
    """Liệt kê các bản chốt, mới nhất trước. / List the locks, the newest first."""
    lines = locks_for_the_operator(terminal.services, year)
    if as_json:
        terminal.show([_facts(one.lock) | {"unit": one.unit_name, "is_newest": one.is_newest} for one in lines])
        return
    if not lines:
        terminal.say("locks.none")
    for one in lines:
        terminal.say("locks.line", lock=one.lock.lock_id, unit=one.unit_name, **_said(terminal, one.lock))


@lock.command("show")
@click.argument("lock_id", type=NUMBER)
@click.option("--bytes", "raw", is_flag=True, help="In đúng các byte đã chốt. / Print the very bytes that were locked.")
@as_json
@pass_terminal
def show(terminal: Terminal, *, lock_id: int, raw: bool, as_json: bool) -> None:
    """Bản chốt LOCK_ID và những số đã khác từ đó. / Lock LOCK_ID and what differs since."""
    found = locked_for_the_operator(terminal.services, lock_id)
    if raw:
        click.echo(found.content, nl=False)
        return
    if as_json:
        terminal.show(_facts(found.lock) | {"arrived_late": found.arrived_late, "cells": list(_cells(found))})
        return
    terminal.say("locks.head", unit=found.frozen.unit.name, **_said(terminal, found.lock))
    terminal.say("locks.hash", sha256=found.lock.sha256)
    terminal.say("locks.late", count=found.arrived_late)
    _print_differences(terminal, found)


def _print_differences(terminal: Terminal, found: LockShown) -> None:
    if not any(one.differs for one in found.tables):
        terminal.say("locks.same")
    for table in found.tables:
        for pair in (table.total, *table.rows):
            if pair.differs:
                then, now = _words(terminal, pair)
                unit = found.frozen.unit.name if pair.unit is None else pair.unit.name
                terminal.say("locks.cell", indicator=table.now.indicator.code, unit=unit, then=then, now=now)


def _words(terminal: Terminal, pair: CellPair) -> tuple[str, str]:
    """Return a figure as it was and as it is: its numbers, its value, and how many records there were."""
    said = []
    for one in (pair.then, pair.now):
        parts = (
            number(one.numerator) if one.denominator is None else f"{number(one.numerator)}/{number(one.denominator)}"
        )
        value = written(one.value, one.unit) or terminal.sentence("figures.standing.no_figure")
        counts = terminal.sentence("figures.counts", received=one.received, approved=one.approved)
        said.append(f"{parts} = {value} ({counts})")
    return said[0], said[1]


def _cells(found: LockShown) -> Iterator[dict[str, object]]:
    for table in found.tables:
        yield from (_cell(table, pair) for pair in (table.total, *table.rows))


def _cell(table: Restated, pair: CellPair) -> dict[str, object]:
    return {
        "indicator": table.now.indicator.code,
        "unit_id": None if pair.unit is None else pair.unit.unit_id,
        "then": asdict(pair.then),
        "now": asdict(pair.now),
        "differs": pair.differs,
    }


def _facts(one: KeptLock) -> dict[str, object]:
    return {**asdict(one), "period": one.period.label}


def _said(terminal: Terminal, one: KeptLock) -> dict[str, object]:
    return {
        "period": one.period.label,
        "revision": one.revision,
        "locked_at": display_datetime(one.locked_at, terminal.services.settings.timezone),
        "author": one.author,
        "sha256": one.sha256,
    }

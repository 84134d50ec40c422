"""`nepnha jobs`, `nepnha rebuild` and `nepnha doctor`: what keeps a running server in order."""

from __future__ import annotations

import signal
from dataclasses import asdict
from threading import Event

import click

from server.cli.progress_bar import Bar
from server.cli.terminal import Terminal, as_json, echo, pass_terminal
from server.logs import configure_logs
from server.operations.check_server import check_server
from server.operations.rebuild import RebuiltAll
from server.operations.rebuild import rebuild as rebuild_all
from server.operations.rebuild_contributions import RebuiltContributions, rebuild_contributions
from server.operations.run_jobs import run_round, run_until


@click.group()
def jobs() -> None:
    """Việc làm nền. / Background work."""


@jobs.command("run")
@click.option("--once", is_flag=True, help="Làm hết việc đến hạn rồi dừng. / Do what is due, then end.")
@as_json
@pass_terminal
def run(terminal: Terminal, *, once: bool, as_json: bool) -> None:
    """Làm các việc đang chờ, cho đến khi được bảo dừng. / Do the work that waits, until told to stop."""
    if once:
        done = run_round(terminal.services)
        if as_json:
            terminal.show(asdict(done))
        else:
            terminal.say("cli.jobs.round", **asdict(done))
        return
    configure_logs(terminal.services.settings.log_level)
    over = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: over.set())
    run_until(terminal.services, over.wait)


@click.command()
@click.option("--figures-only", is_flag=True, help="Chỉ làm lại số liệu, nhanh hơn. / Figures alone, quicker.")
@as_json
@pass_terminal
def rebuild(terminal: Terminal, *, figures_only: bool, as_json: bool) -> None:
    """Làm lại kết quả soát và số liệu từ bản gốc đã nhận. / Make findings and figures again from the raw records."""
    make = rebuild_contributions if figures_only else rebuild_all
    done: RebuiltContributions | RebuiltAll = make(terminal.services, Bar(terminal))
    if as_json:
        terminal.show(asdict(done))
        return
    terminal.say("cli.rebuild.done", versions=done.versions, differed=done.differed, underived=done.underived)
    for one in done.figures:
        terminal.say("cli.rebuild.figures", project=one.project_name, sums=one.sums, differed=one.differed)
    for kept in done.registers if isinstance(done, RebuiltAll) else ():
        terminal.say("cli.rebuild.registers", name=kept.name, tallies=kept.tallies, differed=kept.differed)


@click.command()
@as_json
@pass_terminal
@click.pass_context
def doctor(ctx: click.Context, terminal: Terminal, *, as_json: bool) -> None:
    """Khám máy chủ; mã thoát 1 khi có lỗi. / Look the server over; exit code 1 when something is wrong."""
    checks = check_server(terminal.services)
    if as_json:
        terminal.show([asdict(one) | {"message": terminal.sentence(one.code, **one.params)} for one in checks])
    else:
        for one in checks:
            mark = terminal.sentence("cli.doctor.good" if one.is_good else "cli.doctor.bad")
            echo(f"{mark}  {terminal.sentence(one.code, **one.params)}")
    ctx.exit(0 if all(one.is_good for one in checks) else 1)

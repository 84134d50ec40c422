"""`nepnha register import`, `undo` and `template`: files that fill registers."""

from __future__ import annotations

import hashlib
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.new_files import NEW_FILE
from server.cli.terminal import NUMBER, Terminal, as_json, echo, pass_terminal
from server.operations.find_project import find_project
from server.operations.import_order import KINDS, OPERATOR, ImportOrder, Load, check_order
from server.operations.import_report import as_document, told_fault
from server.operations.import_template import import_template
from server.operations.run_import import FileFacts, keep_file, run_import, try_import
from server.operations.undo_import import begin_undo, undo_import

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

    from server.operations.import_report import ImportReport

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
KIND: Final = click.Choice(KINDS)
DAY: Final = click.DateTime(formats=["%Y-%m-%d", "%d/%m/%Y"])
_MOST_SHOWN: Final = 100


@click.command("import")
@click.argument("kind", type=KIND)
@click.argument("file", type=FILE)
@click.option("--project", "project", required=True, help="Số hoặc tên dự án. / Number or name of the project.")
@click.option("--as-of", type=DAY, help="Ngày danh sách đúng; mặc định hôm nay. / Day of the list; today by default.")
@click.option("--source", default="", help="Nguồn số liệu (totals). / Where totals come from.")
@click.option("--dry-run", is_flag=True, help="Chỉ chạy thử. / Only try; exit code 1 if rows are wrong.")
@click.option("--yes", is_flag=True, help="Không hỏi lại. / Do not ask.")
@as_json
@pass_terminal
@click.pass_context
def load_file(  # noqa: PLR0913 one parameter per option
    ctx: click.Context,
    terminal: Terminal,
    *,
    kind: str,
    file: Path,
    project: str,
    as_of: datetime | None,
    source: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Nạp FILE (.xlsx, .csv) vào sổ: chạy thử, hỏi, rồi nạp; dòng sai không được nạp.

    Load FILE into a register: try it, ask, load it; wrong rows are left out.
    """
    found = find_project(terminal.services, project)
    day = as_of.date() if as_of else terminal.services.today()
    load = Load(ImportOrder(found.project_id, kind, day, source), OPERATOR)
    wish = LoadWish(load, file, found.name, is_trial=dry_run, is_agreed=yes, done="cli.register.done")
    load_and_tell(ctx, terminal, wish, as_json=as_json)


@dataclass(frozen=True, slots=True)
class LoadWish:
    """A file somebody loads at the command line; *done* is what is said at the end."""

    load: Load
    file: Path
    project_name: str
    is_trial: bool
    is_agreed: bool
    done: str


def load_and_tell(ctx: click.Context, terminal: Terminal, wish: LoadWish, *, as_json: bool) -> None:
    """Try a file, ask, load it and tell; after a trial the exit code says whether rows are wrong."""
    load = wish.load
    check_order(terminal.services, load.order)
    with _opened(wish.file) as (content, facts):
        with _counting(terminal) as progress:
            report = try_import(terminal.services, load, content=content, progress=progress)
        if not as_json or not wish.is_trial:
            _show(terminal, report, to_stderr=as_json)
        if wish.is_trial or not _is_agreed(terminal, report, wish):
            _end_trial(ctx, terminal, report, as_json=as_json)
        import_id = keep_file(terminal.services, load, facts, state="read", report=report)
        with _counting(terminal, report.rows) as progress:
            done = run_import(terminal.services, load, import_id, content=content, progress=progress)
    if as_json:
        terminal.show({"import": import_id, **as_document(done)})
        return
    terminal.say("cli.register.counts", **done.counts)
    terminal.say(wish.done, number=import_id)


@click.command("undo")
@click.argument("number", type=NUMBER)
@as_json
@pass_terminal
def undo(terminal: Terminal, *, number: int, as_json: bool) -> None:
    """Hoàn tác lần nạp số NUMBER; hộ đã sửa sau khi nạp thì để nguyên. / Take back load NUMBER; what was changed
    since stays."""
    begin_undo(terminal.services, number)
    with _counting(terminal) as progress:
        done = undo_import(terminal.services, number, OPERATOR, progress=progress)
    if as_json:
        terminal.show({"undone": done.undone, "left": done.left, "names": list(done.left_names)})
        return
    terminal.say("cli.register.undone", undone=done.undone, left=done.left)
    if done.left_names:
        terminal.say("cli.register.left", names=done.left_names)


@click.command("template")
@click.argument("kind", type=KIND)
@click.option("--output", type=NEW_FILE, help="Tệp .xlsx; mặc định KIND.xlsx.")
@pass_terminal
def template(terminal: Terminal, *, kind: str, output: Path | None) -> None:
    """Ghi tệp mẫu cho loại danh sách KIND. / Write a template for lists of that kind."""
    path = output or Path(f"{kind}.xlsx")
    path.write_bytes(import_template(terminal.catalogue, kind, terminal.language))
    terminal.say("cli.register.template", path=str(path))


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, FileFacts]]:
    """Open the file once, so that what was tried is what is loaded."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        yield content, FileFacts(file.name, digest)


def _is_agreed(terminal: Terminal, report: ImportReport, wish: LoadWish) -> bool:
    if not report.does_something:
        terminal.tell("cli.register.nothing")
        return False
    return wish.is_agreed or click.confirm(terminal.sentence("cli.register.ask", project=wish.project_name), err=True)


def _end_trial(ctx: click.Context, terminal: Terminal, report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        terminal.show(as_document(report))
    else:
        terminal.say("cli.register.tried")
    ctx.exit(1 if report.wrong else 0)


def _show(terminal: Terminal, report: ImportReport, *, to_stderr: bool) -> None:
    """Show what was read: wrong rows beside the result, then examples of changes and the counts."""
    for fault in report.faults[:_MOST_SHOWN]:
        echo(str(told_fault(fault, terminal.catalogue, terminal.language)), err=True)
    if report.wrong > _MOST_SHOWN:
        terminal.tell("cli.register.more", count=report.wrong - _MOST_SHOWN)
    tell: Any = terminal.tell if to_stderr else terminal.say
    _show_changes(terminal, report, tell)
    for code in ("samples", "newer", "withheld"):
        if count := report.counts[code]:
            tell(f"cli.register.{code}", count=count)
    for code, names in (("unknown", report.unknown), ("passed_over", report.passed_over)):
        if names:
            tell(f"cli.register.{code}", names=names)
    tell("cli.register.counts", **report.counts)


def _show_changes(terminal: Terminal, report: ImportReport, tell: Any) -> None:  # noqa: ANN401 one of two methods
    for change in report.changes[:_MOST_SHOWN]:
        code = "register.place.sheet_row" if change.sheet else "register.place.row"
        where = terminal.sentence(code, sheet=change.sheet, row=change.row)
        for cell in change.cells:
            shown = {"title": cell.title, "before": cell.before, "after": cell.after}
            tell("cli.register.change", where=where, label=change.label, **shown)


class _Counter:
    """Shows how far a long load is: in place on a terminal, now and then elsewhere."""

    def __init__(self, terminal: Terminal, total: int) -> None:
        self._terminal = terminal
        self._total = total
        self._shown = 0
        self._in_place = sys.stderr.isatty()

    def __call__(self, code: str, **params: object) -> None:
        rows = int(str(params["rows"]))
        sentence = self._terminal.sentence(code, **params)
        share = f" {100 * rows // self._total} %" if self._total else ""
        if self._in_place:
            click.echo(f"\r{sentence}{share}   ", err=True, nl=False)
        elif rows - self._shown >= max(self._total // 10, 10_000):
            self._shown = rows
            click.echo(f"{sentence}{share}", err=True)

    def end(self) -> None:
        if self._in_place:
            click.echo("", err=True)


@contextmanager
def _counting(terminal: Terminal, total: int = 0) -> Iterator[_Counter]:
    counter = _Counter(terminal, total)
    try:
        yield counter
    finally:
        counter.end()

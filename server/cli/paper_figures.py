"""`nepnha figures import` and `template`: figures typed from paper; `undo` takes a load of them back."""

from __future__ import annotations

from pathlib import Path

import click

from server.cli.new_files import NEW_FILE
from server.cli.register_files import FILE, LoadWish, load_and_tell
from server.cli.terminal import Terminal, as_json, pass_terminal
from server.indicators.paper_rows import CASES, FIGURES
from server.operations.find_project import find_project
from server.operations.import_order import OPERATOR, ImportOrder, Load
from server.operations.import_template import import_template
from server.operations.typed_keys import keys_to_type

_project = click.option(
    "--project", "project", required=True, help="Số hoặc tên dự án. / Number or name of the project."
)
_cases = click.option(
    "--cases",
    "is_cases",
    is_flag=True,
    help="Số liệu vụ việc, ở dự án riêng. / Figures on incidents, in their project.",
)


@click.command("import")
@click.argument("file", type=FILE)
@_project
@click.option("--by", "author", required=True, help="Ai nhập. / Who types them.")
@click.option("--source", default="", help="Văn bản nguồn, cho dòng không ghi. / The document, for rows naming none.")
@_cases
@click.option("--dry-run", is_flag=True, help="Chỉ chạy thử. / Only try; exit code 1 if rows are wrong.")
@click.option("--yes", is_flag=True, help="Không hỏi lại. / Do not ask.")
@as_json
@pass_terminal
@click.pass_context
def load_figures(  # noqa: PLR0913 one parameter per option
    ctx: click.Context,
    terminal: Terminal,
    *,
    file: Path,
    project: str,
    author: str,
    source: str,
    is_cases: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Nạp FILE (.xlsx, .csv) số liệu nhập từ sổ: chạy thử, hỏi, rồi nạp; dòng sai không được nạp.

    Load FILE of figures typed from paper: try it, ask, load it; wrong rows are left out.
    """
    found = find_project(terminal.services, project)
    kind = CASES if is_cases else FIGURES
    order = ImportOrder(found.project_id, kind, terminal.services.today(), source, author)
    wish = LoadWish(Load(order, OPERATOR), file, found.name, is_trial=dry_run, is_agreed=yes, done="cli.paper.done")
    load_and_tell(ctx, terminal, wish, as_json=as_json)


@click.command("template")
@_project
@_cases
@click.option("--output", type=NEW_FILE, help="Tệp .xlsx; mặc định so-lieu.xlsx.")
@pass_terminal
def figures_template(terminal: Terminal, *, project: str, is_cases: bool, output: Path | None) -> None:
    """Ghi tệp mẫu, kèm mọi mã số liệu nhập được. / Write a template with all that can be typed."""
    found = find_project(terminal.services, project)
    keys = keys_to_type(terminal.services, found.project_id, is_sensitive=is_cases).keys
    path = output or Path("so-lieu.xlsx")
    kind = CASES if is_cases else FIGURES
    path.write_bytes(import_template(terminal.catalogue, kind, terminal.language, keys=keys))
    terminal.say("cli.register.template", path=str(path))

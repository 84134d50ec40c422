"""`nepnha form evaluate`: what a form's rules say of records, node by node, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.cli.json_lines import answer_lines, default_zone, refusal_text, write_line
from server.cli.terminal import Terminal, as_json, echo, pass_terminal
from server.errors import DomainError
from server.forms.convert import Converter
from server.operations.ask_expression import needed_field, text_field
from server.operations.evaluate_record import FormBench, Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REFUSED = 1


@click.command("evaluate")
@click.option("--form", "form", type=click.Path(path_type=Path), help="Biểu mẫu .xml .xlsx .md. / The form.")
@click.option("--media", type=click.Path(file_okay=False, path_type=Path), help="Thư mục danh sách. / Its lists.")
@click.option("--xml", "first", multiple=True, type=click.Path(path_type=Path), help="Các phiếu. / The records.")
@click.argument("further", nargs=-1, type=click.Path(path_type=Path))
@click.option("--jsonl", is_flag=True, help="Đọc từng dòng JSON. / Read JSON lines from standard input.")
@as_json
@pass_terminal
@click.pass_context
def evaluate(  # noqa: PLR0913 one parameter per option
    ctx: click.Context,
    terminal: Terminal,
    *,
    form: Path | None,
    media: Path | None,
    first: tuple[Path, ...],
    further: tuple[Path, ...],
    jsonl: bool,
    as_json: bool,
) -> None:
    """Soát các phiếu theo quy định của biểu mẫu. / Say what a form's rules say of records, one line each.

    \b
    --form F.xlsx [--media DIR] --xml A.xml [B.xml …] [--json]
    --jsonl  {"id", "form", "media"?, "xml"} mỗi dòng / a line; "form" và "xml": tệp hoặc nội dung / path or document

    Mã thoát 1 khi có tệp không đọc được. / Exit code 1 when a file cannot be read.
    """
    records = [*first, *further]
    if jsonl == bool(form or records) or (form is None) != (not records):
        raise click.UsageError("--form F --xml A.xml [B.xml …]  |  --jsonl")
    surroundings = Surroundings(datetime.now(UTC), default_zone(), terminal.catalogue, terminal.language)
    with Converter() as converter:
        bench = FormBench(converter, surroundings)
        if form is None:
            answer_lines(terminal, lambda fields: _answered(bench, fields))
            return
        shown = [
            _shown(terminal, bench, place, (str(form), str(media or "")), as_json=as_json)
            for place in map(str, records)
        ]
    ctx.exit(0 if all(shown) else REFUSED)


def _answered(bench: FormBench, fields: Mapping[str, object]) -> dict[str, Any]:
    return bench.evaluate(needed_field(fields, "form"), text_field(fields, "media"), needed_field(fields, "xml"))


def _shown(terminal: Terminal, bench: FormBench, place: str, form: tuple[str, str], *, as_json: bool) -> bool:
    """Show one record; return whether it could be read."""
    try:
        facts = bench.evaluate(*form, place)
    except DomainError as refusal:
        write_line({"file": place, "error": refusal_text(terminal, refusal)})
        return False
    if as_json:
        write_line({"file": place, **facts})
        return True
    echo(f"{place}: {terminal.sentence('ask.' + facts['verdict'])}")
    _show_findings(facts["findings"])
    return True


def _show_findings(findings: Sequence[Mapping[str, str]]) -> None:
    for one in findings:
        echo(f"  {one['severity']} {one['path']}: {one['message']}")

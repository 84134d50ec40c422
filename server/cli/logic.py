"""`nepnha logic`: the expression language by itself, for whoever writes forms or measures this server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from server.cli.json_lines import answer_lines, default_zone
from server.cli.terminal import Terminal, pass_terminal
from server.operations.ask_expression import ask_expression

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def logic() -> None:
    """Công thức của biểu mẫu. / Expressions of forms."""


@logic.command("eval")
@pass_terminal
def evaluate(terminal: Terminal) -> None:
    """Tính từng công thức đọc từ đầu vào chuẩn. / Work out the expressions on standard input.

    Mỗi dòng là một đối tượng JSON; mỗi dòng kết quả theo đúng thứ tự. / One JSON object a line, one answer a line:

    \b
    {"id", "expr", "context_xml", "context_path"?, "tz"?, "now"?, "binds"?}
    {"id", "type": "number|string|boolean|nodeset|date", "string"}  |  {"id", "error"}
    """
    zone, now = default_zone(), datetime.now(UTC)

    def answer(fields: Mapping[str, object]) -> dict[str, str]:
        found = ask_expression(fields, zone, now)
        return {"type": found.kind, "string": found.text}

    answer_lines(terminal, answer)

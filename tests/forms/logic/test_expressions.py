"""Every row of expressions.tsv: an expression, where it stands, the kind and the text of its value.

But for the last three sections the rows are what JavaRosa 5.1 answers on the same record; where it refuses, we do.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_tree import context_at

from server.forms.logic import LogicError, compile_expression
from server.forms.logic.values import scalar, to_text

TABLE = Path(__file__).with_name("expressions.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in TABLE if not line.startswith("#")]


def outcome(source: str, path: str) -> tuple[str, str]:
    context = context_at(path or "/data")
    try:
        value = compile_expression(source).evaluate(context)
    except LogicError as error:
        return "error", error.code
    kinds = {float: "number", str: "text", bool: "boolean"}
    kind = f"nodes {len(value)}" if isinstance(value, list) else kinds.get(type(value), "moment")
    try:
        return kind, to_text(scalar(value, context))
    except LogicError as error:
        return kind, error.code


@pytest.mark.parametrize(("source", "path", "kind", "text"), ROWS)
def test_expression_has_the_value_the_device_gives(source: str, path: str, kind: str, text: str) -> None:
    assert outcome(source, path) == (kind, text)


def test_table_is_large_enough_to_mean_something() -> None:
    assert len(ROWS) > 1800

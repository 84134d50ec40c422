"""Questions as JSON lines on standard input, answers as JSON lines in the same order, each as soon as it is known.

A line that cannot be answered gets a line that says why; no line ends the run.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from server.errors import DomainError, InvalidInput
from server.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.cli.terminal import Terminal


def answer_lines(terminal: Terminal, answer: Callable[[Mapping[str, object]], dict[str, Any]]) -> None:
    """Write ``{"id", …}`` for each object on standard input, or ``{"id", "error"}`` where *answer* refuses it."""
    for line in sys.stdin.buffer:
        if line.strip():
            write_line(_answered(terminal, line, answer))


def write_line(facts: Mapping[str, Any]) -> None:
    """Write *facts* as one line of JSON and flush; half of an emoji, which is no UTF-8, is written as an escape."""
    text = json.dumps(facts, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(facts)
    click.echo(text)


def refusal_text(terminal: Terminal, refusal: DomainError) -> str:
    """Return why something was refused: the code, then the sentence."""
    return f"{refusal.code}: {terminal.sentence(refusal.code, **refusal.params)}"


def default_zone() -> ZoneInfo:
    """Return the server's time zone without asking for any other setting."""
    setting = SETTINGS["timezone"]
    return ZoneInfo(os.environ.get(setting.variable) or setting.default or "UTC")


def _answered(
    terminal: Terminal, line: bytes, answer: Callable[[Mapping[str, object]], dict[str, Any]]
) -> dict[str, Any]:
    question_id = None
    try:
        fields = _fields(line)
        question_id = fields.get("id")
        return {"id": question_id, **answer(fields)}
    except DomainError as refusal:
        return {"id": question_id, "error": refusal_text(terminal, refusal)}


def _fields(line: bytes) -> Mapping[str, object]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("ask.not_json") from error
    if not isinstance(fields, dict):
        raise InvalidInput("ask.not_json")
    return fields

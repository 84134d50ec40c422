"""Who is asked what, as instructions on paper: skip arrows below a question, conditions above those that follow.

A condition on the question just before becomes an arrow there (*if 3 = yes, ask 4–7, if not, go to 8*); any other
stands above the questions it governs. Neighbours under one condition share one instruction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.forms.conditions import Wording
    from server.forms.definition import FormDefinition, Node

_PATH = re.compile(r"(?:/[\w.\-]+)+")


@dataclass(frozen=True, slots=True)
class Skips:
    """The instructions: *above* the node of a path, and *below* the question of a number."""

    above: Mapping[str, str]
    below: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Span:
    """Neighbouring nodes under one condition and the questions, first to last, they hold."""

    path: str
    condition: str
    first: int
    last: int


def skips_of(definition: FormDefinition, wording: Wording) -> Skips:
    """Return the instructions of *definition* for questions numbered as *wording* has them."""
    spans = tuple(_spans(definition.root, wording))
    above: dict[str, str] = {}
    below: dict[int, tuple[str, ...]] = {}
    for span in spans:
        words = wording.words(span.condition, span.path)
        asked = wording.referred(span.condition, span.path)
        onward = _onward(span, spans, wording)
        if words is not None and asked and asked[-1] == span.first - 1:
            arrow = _instruction("form.paper.skip", words, span=span, onward=onward, wording=wording)
            below[asked[-1]] = (*below.get(asked[-1], ()), arrow)
        else:
            shown = words or _numbered(span.condition, wording)
            above[span.path] = _instruction("form.paper.only_if", shown, span=span, onward=onward, wording=wording)
    return Skips(above, below)


def _onward(span: _Span, spans: tuple[_Span, ...], wording: Wording) -> int:
    """Return the question to go to when the condition of *span* does not hold.

    Spans right behind it that cannot hold then either are passed over: those that ask for the same and more, and those
    that look at an answer which has just been skipped.
    """
    parts = wording.parts(span.condition)
    onward = span.last + 1
    for later in spans:
        if later.first != onward:
            continue
        asks_more = bool(parts) and parts <= wording.parts(later.condition)
        skipped = range(span.first, onward)
        if asks_more or wording.fails_without(later.condition, later.path, skipped=skipped):
            onward = later.last + 1
    return onward


def _spans(parent: Node, wording: Wording) -> Iterator[_Span]:
    for condition, run in groupby(parent.children, lambda node: node.relevant):
        nodes = list(run)
        numbers = [wording.numbers[one.path] for node in nodes for one in node.walk() if one.path in wording.numbers]
        if condition and numbers:
            shown = next(node for node in nodes if any(one.path in wording.numbers for one in node.walk()))
            yield _Span(shown.path, condition, numbers[0], numbers[-1])
        for node in nodes:
            yield from _spans(node, wording)


def _instruction(code: str, condition: str, *, span: _Span, onward: int, wording: Wording) -> str:
    plural = "s" if span.last > span.first else ""
    questions = wording.sentence(f"form.paper.question{plural}", first=span.first, last=span.last)
    is_end = onward > max(wording.numbers.values())
    otherwise = wording.sentence("form.paper.end") if is_end else wording.sentence("form.paper.go_on", number=onward)
    return wording.sentence(code, condition=condition, questions=questions, otherwise=otherwise)


def _numbered(condition: str, wording: Wording) -> str:
    """Return an expression nobody has words for with its questions named by number."""

    def named(match: re.Match[str]) -> str:
        number = wording.numbers.get(match[0])
        return wording.sentence("form.paper.question", first=number, last=number) if number else match[0]

    return " ".join(_PATH.sub(named, condition).split())

"""What form logic costs in one process: expressions compiled and evaluated, whole records validated.

No server and no database: CPU time of this process, the best of several rounds, for the machine may be busy.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree

from server.forms.convert import Converter, Refused, Source
from server.forms.lists import read_csv
from server.forms.logic import Context, LogicError, bind_tree, compile_expression
from server.forms.sheets import SourceKind
from server.forms.xform import read_form
from server.submissions.circumstances import Circumstances
from server.submissions.rules import Compiled
from server.submissions.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lxml.etree import _Element

    from server.forms.lists import ChoiceList
    from server.forms.logic import InstanceNode

SURVEY = Path(__file__).parents[2] / "xlsforms" / "household_conduct_survey"
PARTS = ("relevant", "required", "constraint", "calculate")
ROUNDS = 15
QUESTIONS, REPEATS = 250, 3
HOSTILE = ("/a", "/a ", " ", "'a'", "(", "a.", "1.")
"""Pieces that a careless reader goes over again and again."""
SHORT, GROWN = 3_000, 8
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def measure_logic() -> dict[str, float]:
    """Return microseconds per expression and milliseconds per record, by what was measured."""
    compiled = Compiled.of(read_form((SURVEY / "form.xml").read_bytes()))
    record = etree.parse(SURVEY / "examples" / "couple_with_children.xml").getroot()
    lists = {one.stem: read_csv(one.stem, one.read_bytes()) for one in (SURVEY / "media").glob("*.csv")}
    long_form, long_record = long_survey()
    return {
        "compile_us": _compiling(compiled) * 1e6,
        "evaluate_us": _evaluating(compiled, record, lists) * 1e6,
        "survey_ms": _validating(compiled, record, lists) * 1e3,
        "long_form_ms": _validating(long_form, long_record, {}) * 1e3,
        "hostile_growth": _growth(HOSTILE),
    }


def print_logic(*, as_json: bool) -> None:
    """Measure and print."""
    figures = {name: round(value, 3) for name, value in measure_logic().items()}
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    sys.stdout.write(
        f"compile    {figures['compile_us']:8.1f} µs an expression of the conduct survey\n"
        f"evaluate   {figures['evaluate_us']:8.1f} µs an expression of the conduct survey\n"
        f"validate   {figures['survey_ms']:8.2f} ms a record of the conduct survey\n"
        f"validate   {figures['long_form_ms']:8.2f} ms a record of {QUESTIONS} questions with {REPEATS} repeats\n"
        f"hostile    {figures['hostile_growth']:8.2f} times the time a character at {GROWN} times the length\n"
    )


def long_survey() -> tuple[Compiled, _Element]:
    """Return a form of many questions with logic on each, and a record of it with three instances of each repeat."""
    rows = [f"| | integer | q{n} | Q | {f'${{q{n - 1}}} >= 0' if n else ''} | . < 1000 | yes | |" for n in range(160)]
    for repeat in range(REPEATS):
        rows.append(f"| | begin repeat | r{repeat} | R | | | | |")
        for n in range(15):
            rows.append(f"| | integer | r{repeat}q{n} | Q | ${{q{n}}} > 0 | . <= ${{q{n}}} + 1000 | yes | |")
            rows.append(f"| | calculate | r{repeat}c{n} | | | | | ${{r{repeat}q{n}}} * 2 + position(..) |")
        rows.append("| | end repeat | | | | | | |")
    head = "| survey | | | | | | | |\n| | type | name | label | relevant | constraint | required | calculation |\n"
    settings = "\n| settings | | |\n| | form_id | form_title |\n| | long | Mẫu dài |\n"
    with Converter() as converter:
        outcome = converter.outcome(Source((head + "\n".join(rows) + settings).encode(), SourceKind.MARKDOWN))
    assert not isinstance(outcome, Refused), outcome
    return Compiled.of(read_form(outcome.xform)), etree.fromstring(_long_record())


def _long_record() -> str:
    outer = "".join(f"<q{n}>{n + 1}</q{n}>" for n in range(160))
    inner = "".join(_instance(repeat, place) for repeat in range(REPEATS) for place in (1, 2, 3))
    return f'<data id="long">{outer}{inner}<meta><instanceID>uuid:sample</instanceID></meta></data>'


def _instance(repeat: int, place: int) -> str:
    answers = "".join(
        f"<r{repeat}q{n}>{n}</r{repeat}q{n}><r{repeat}c{n}>{n * 2 + place}</r{repeat}c{n}>" for n in range(15)
    )
    return f"<r{repeat}>{answers}</r{repeat}>"


def _sources(compiled: Compiled) -> list[tuple[str, str]]:
    nodes = compiled.definition.root.walk()
    return [(node.path, str(getattr(node, part))) for node in nodes for part in PARTS if getattr(node, part)]


def _compiling(compiled: Compiled) -> float:
    sources = [source for _, source in _sources(compiled)]

    def once() -> None:
        for source in sources:
            compile_expression(source)

    return _best(once) / len(sources)


def _growth(pieces: Sequence[str]) -> float:
    """Return the worst of how much dearer one character of a long source is than one of a short one."""
    return max(_reading(one, SHORT * GROWN) / _reading(one, SHORT) / GROWN for one in pieces)


def _reading(piece: str, length: int) -> float:
    source = piece * (length // len(piece)) + ":"

    def once() -> None:
        with suppress(LogicError):
            compile_expression(source)

    return _best(once)


def _evaluating(compiled: Compiled, record: _Element, lists: Mapping[str, ChoiceList]) -> float:
    root = bind_tree(compiled.shape, record)
    first: dict[str, InstanceNode] = {}
    for node in root.walk():
        node.relevant = True
        first.setdefault(node.definition.path if node.definition else "", node)
    context = Context(root, root, NOW, ZONE, {**compiled.inner_lists, **lists}, compiled.definition)
    asked = [
        (compile_expression(source), context.at(first[path])) for path, source in _sources(compiled) if path in first
    ]

    def once() -> None:
        for expression, place in asked:
            try:
                expression.evaluate(place)
            except LogicError:
                continue  # property() and its like, which only the phone can say

    return _best(once) / len(asked)


def _validating(compiled: Compiled, record: _Element, lists: Mapping[str, ChoiceList]) -> float:
    circumstances = Circumstances(NOW, ZONE, lists)
    return _best(lambda: validate(record, compiled, circumstances))


def _best(once: Callable[[], object]) -> float:
    """Return the CPU seconds of the quickest round."""
    quickest = float("inf")
    for _ in range(ROUNDS):
        begun = process_time()
        once()
        quickest = min(quickest, process_time() - begun)
    return quickest

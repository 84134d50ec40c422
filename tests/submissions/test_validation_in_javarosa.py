"""Records that JavaRosa fills in have no findings, and of damaged ones it and we say the same, node by node.

Left out on purpose: nodes the record lacks (the engine takes them for not relevant, we tell when a required one is
missing), answers of the wrong type or outside the choices (the engine drops them as it loads, we tell), and the
record's own name (it is written in the language of the phone).
"""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from collect_double.engine import Form, JavaRosa, JavaRosaError
from collect_double.engine import Node as EngineNode
from lxml import etree

from server.forms.lists import read_csv
from server.forms.logic import bind_tree
from server.forms.xform import read_form
from server.submissions.rules import Again, Compiled
from server.submissions.validation import Circumstances, validate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.java
FORMS = sorted(path.parent for path in (Path(__file__).parents[2] / "xlsforms").glob("*/form.xml"))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
JUST_BEFORE_MIDNIGHT = datetime(2026, 11, 20, 23, 57, tzinfo=ZONE)
SEEDS = range(10)
COMPARED = {"answer.not_relevant", "answer.required_missing", "answer.constraint_broken", "answer.calculate_differs"}
DROPPED = {"answer.wrong_type", "answer.not_a_choice"}
ODD = ("", "-5", "0", "1", "99", "123456", "zzz", "yes", "no", "2030-01-01", "2001-02-03", "a b")


@pytest.fixture(scope="module")
def engine() -> Iterator[JavaRosa]:
    with JavaRosa() as running:
        yield running


@pytest.fixture(scope="module", params=FORMS, ids=lambda folder: folder.name)
def records(request: pytest.FixtureRequest, engine: JavaRosa) -> tuple[Form, Compiled, Circumstances, list[bytes]]:
    folder: Path = request.param
    xform = (folder / "form.xml").read_bytes()
    media = {path.name: path.read_bytes() for path in (folder / "media").glob("*")}
    lists = {name[:-4]: read_csv(name[:-4], content) for name, content in media.items() if name.endswith(".csv")}
    form = engine.load(xform, media)
    filled = [engine.fill(form, seed=seed, now=JUST_BEFORE_MIDNIGHT) for seed in SEEDS]
    circumstances = Circumstances(datetime(2026, 11, 24, tzinfo=UTC), ZONE, lists)
    return form, Compiled.of(read_form(xform)), circumstances, [one.survey.xml for one in filled if one.valid]


def damaged(xml: bytes, seed: int) -> bytes:
    """Return *xml* with two answers changed."""
    chance = random.Random(seed)
    root = etree.fromstring(xml)
    leaves = [one for one in root.iter() if len(one) == 0 and one.tag not in {"start", "end", "today"}]
    for _ in range(2):
        chance.choice(leaves).text = chance.choice([*ODD, chance.choice(leaves).text or ""])
    return etree.tostring(root)


def verdict_of_engine(node: EngineNode, *, is_calculated: bool) -> set[str]:
    sent, value = node.sent or "", node.value or ""
    if not node.relevant:
        return {"answer.not_relevant"} if sent.strip() else set()
    verdict = set()
    if node.required and not node.readonly and not sent:
        verdict.add("answer.required_missing")
    if not node.constraint_ok:
        verdict.add("answer.constraint_broken")
    if is_calculated and sent != value:
        verdict.add("answer.calculate_differs")
    return verdict


def is_recalculated(compiled: Compiled, path: str) -> bool:
    rule = compiled.rules[re.sub(r"\[\d+\]", "", path)].calculate
    return rule is not None and rule.again is not Again.NEVER


def test_record_the_engine_filled_in_has_no_findings(records) -> None:
    _, compiled, circumstances, filled = records
    assert filled
    assert [validate(etree.fromstring(xml), compiled, circumstances) for xml in filled] == [()] * len(filled)


def test_of_a_damaged_record_we_say_what_the_engine_says(engine: JavaRosa, records) -> None:
    form, compiled, circumstances, filled = records
    compared = 0
    for seed, xml in enumerate(damaged(xml, seed) for seed, xml in enumerate(filled)):
        root = etree.fromstring(xml)
        sent = {node.path() for node in bind_tree(compiled.shape, root).walk() if not node.missing}
        ours: dict[str, set[str]] = {}
        for one in validate(root, compiled, circumstances):
            ours.setdefault(one.path, set()).add(one.code)
        try:
            theirs = engine.evaluate(form, xml)
        except JavaRosaError:
            continue  # an answer the engine cannot even load
        for path, node in theirs.items():
            said = ours.get(path, set())
            if path not in sent or said & DROPPED or path.endswith("/instanceName"):
                continue
            verdict = verdict_of_engine(node, is_calculated=is_recalculated(compiled, path))
            assert said & COMPARED == verdict, (seed, path, node)
            compared += 1
    assert compared > 100

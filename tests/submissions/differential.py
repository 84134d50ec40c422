"""What the engine and we say of the same record, node by node, in one shape; and records damaged by chance."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from collect_double.engine import JavaRosaError
from lxml import etree

from server.forms.definition import NodeKind
from server.forms.logic import bind_tree
from server.submissions.answer_types import is_same_answer, stored_text
from server.submissions.circumstances import Circumstances
from server.submissions.findings import Severity
from server.submissions.recalculation import Recalculation
from server.submissions.rules import Again
from server.submissions.validation import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collect_double.engine import Filled, Form, JavaRosa
    from varied_forms import VariedForm

    from server.submissions.rules import Rule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)
JUST_BEFORE_MIDNIGHT = datetime(2026, 11, 20, 23, 57, tzinfo=ZONE)
RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)
ODD = ("", "-5", "0", "1", "99", "3.7", "zzz", "yes", "no", "2030-01-01", "2001-02-03", "a b")
_WRITTEN = ("answer.not_a_choice", Severity.WARNING)
NOT_OFFERED = "answer.not_a_choice"
DROPPED = {"answer.wrong_type"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one node; *value* is a calculate's value, None for any other node."""

    relevant: bool
    required: bool
    constraint_ok: bool
    value: str | None


def circumstances(form: VariedForm) -> Circumstances:
    return Circumstances(RECEIVED, ZONE, form.lists)


def errors(form: VariedForm, xml: bytes) -> list[tuple[str, str]]:
    found = validate(etree.fromstring(xml), form.compiled, circumstances(form))
    told = (one for one in found if one.severity is not Severity.NOTE)
    # To the engine select_one_external is a line to write in, so a person filling in by chance writes just anything.
    return [(one.code, one.path) for one in told if (one.code, one.severity) != _WRITTEN]


def calculates(form: VariedForm) -> list[Rule]:
    return [one.calculate for one in form.compiled.rules.values() if one.calculate is not None]


def ours(form: VariedForm, xml: bytes) -> dict[str, Verdict]:
    """Return our verdict on every node that was sent."""
    record = Recalculation(bind_tree(form.compiled.shape, etree.fromstring(xml)), form.compiled, circumstances(form))
    verdicts = {}
    for node in record.nodes:
        rules = record.rules(node)
        if rules is None or node.missing or rules.node.kind is not NodeKind.LEAF:
            continue
        required = rules.required is not None and record.asking.holds(node, rules.required, otherwise=False)
        empty = node.text == "" or not node.relevant or rules.constraint is None
        constraint_ok = empty or record.asking.holds(node, rules.constraint, otherwise=True)
        value = None if node.computed is None else stored_text(node.computed, node.datatype)
        verdicts[node.path()] = Verdict(node.relevant, required, constraint_ok, value)
    return verdicts


LOT_WITH_EXPONENT = re.compile(rb">-?[0-9]\.[0-9]+E-?[0-9]+<")


def is_read_otherwise(form: VariedForm, xml: bytes) -> bool:
    """Tell whether the record holds what one of the two cannot read: years beyond 9999 here, and in the engine, that
    loads the record again, the text of a number that the device drew by lot and knows."""
    if any(code == "logic.failed" for code, _ in errors(form, xml)):
        return True
    return form.name.startswith("once") and LOT_WITH_EXPONENT.search(xml) is not None


def disagreements(form: VariedForm, engine: JavaRosa, loaded: Form, xml: bytes) -> list[str]:
    """Return where the engine and we differ on *xml*; nothing where the engine cannot load it at all."""
    try:
        theirs = engine.evaluate(loaded, xml, now=NOON)
    except JavaRosaError:
        return []
    if is_read_otherwise(form, xml):
        return []
    dropped = {path for code, path in errors(form, xml) if code in DROPPED}
    if NOT_OFFERED in {code for code, _ in errors(form, xml)} and any(rule.speaks for rule in calculates(form)):
        return []  # jr:choice-name() makes the engine clear the answers it does not find
    found = []
    for path, verdict in ours(form, xml).items():
        node = theirs.get(path)
        if node is None or path in dropped or path.endswith(("/instanceName", "/instanceID")):
            continue
        rules = form.compiled.rules[re.sub(r"\[\d+\]", "", path)]
        is_calculated = rules.calculate is not None and rules.calculate.again is not Again.NEVER and node.relevant
        wanted = Verdict(
            node.relevant,
            node.required,
            node.constraint_ok or not node.relevant,
            node.value if is_calculated else None,
        )
        said = verdict if is_calculated else Verdict(verdict.relevant, verdict.required, verdict.constraint_ok, None)
        if wanted.value is not None and said.value is not None and is_same_answer(said.value, wanted.value, ZONE):
            said = replace(said, value=wanted.value)
        if said != wanted:
            found.append(f"{path}: engine {wanted} {node.sent!r}, we {said}")
    return found


def filled(engine: JavaRosa, loaded: Form, seeds: range, now: datetime) -> Iterator[Filled]:
    """Yield records a person filled in by chance, the valid ones."""
    for seed in seeds:
        one = engine.fill(loaded, seed=seed, now=now)
        if one.valid:
            yield one


def is_open(form: VariedForm, leaf: etree._Element) -> bool:
    """Return whether the engine keeps what stands there: it would draw a lot anew, and ours keeps what was drawn."""
    path = "/" + "/".join([*(one.tag for one in reversed([*leaf.iterancestors()])), leaf.tag])
    rules = form.compiled.rules.get(path)
    if rules is None:
        return "instanceID" not in leaf.tag
    is_drawn = rules.calculate is not None and rules.calculate.again is Again.NEVER
    return not is_drawn and path not in form.compiled.clock_paths.values()


def damaged(form: VariedForm, xml: bytes, seed: int) -> bytes:
    """Return *xml* with a few things done to it that no honest phone does."""
    chance = random.Random(seed)
    root = etree.fromstring(xml)
    for _ in range(chance.randint(1, 3)):
        leaves = [one for one in root.iter("*") if len(one) == 0 and one is not root and is_open(form, one)]
        if not leaves:
            break
        leaf = chance.choice(leaves)
        match chance.randrange(8):
            case 0 if leaf.getparent() is not None:
                leaf.getparent().remove(leaf)
            case 1:
                etree.SubElement(chance.choice(leaves).getparent(), "stranger").text = "1"
            case 2:
                leaf.text = None
            case _:
                leaf.text = chance.choice([*ODD, chance.choice(leaves).text or ""])
    return etree.tostring(root)

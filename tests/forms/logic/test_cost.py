"""No expression can hold up the server: each has a budget of steps, and all of one record share another."""

from __future__ import annotations

import pytest
from lxml import etree
from sample_tree import NOW, ZONE

from server.forms.lists import ChoiceList
from server.forms.logic import Context, LogicError, Steps, bind_untyped, compile_expression


def repeats(count: int, steps: Steps | None = None) -> Context:
    rows = "".join(f"<r><x>{number}</x></r>" for number in range(count))
    root = bind_untyped(etree.fromstring(f"<data>{rows}</data>"))
    return Context(root, root, NOW, ZONE, steps=steps or Steps())


def test_repeat_compared_with_itself_is_stopped() -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression("count(/data/r[count(/data/r[x = current()/x]) > 1])").evaluate(repeats(1000))
    assert refusal.value.code == "logic.too_costly"


def test_what_a_person_can_fill_in_is_within_the_budget() -> None:
    expression = compile_expression("count(/data/r[count(/data/r[x > 5]) > 1])")
    assert expression.number(repeats(150)) == 150


def test_evaluations_share_the_record_s_budget() -> None:
    context = repeats(100, Steps(1000))
    expression = compile_expression("sum(/data/r/x)")
    expression.evaluate(context)
    context.steps.spend(context.steps.left)
    with pytest.raises(LogicError):
        expression.evaluate(context)


def test_equality_on_a_list_is_answered_by_an_index() -> None:
    rows = tuple({"name": f"n{number}", "up": f"u{number % 50}", "kind": "village"} for number in range(20_000))
    context = repeats(1)
    context.instances = {"units": ChoiceList("units", rows)}
    expression = compile_expression("count(instance('units')/root/item[kind = 'village' and up = current()/r/x])")
    context.root.children["r"][0].children["x"][0].text = "u7"
    assert expression.number(context) == 400
    assert context.steps.left > 1_900_000

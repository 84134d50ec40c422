"""The table of functions: each has words, an example that runs, and refuses a wrong number of arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_tree import context_at

from server.forms.logic import FUNCTIONS, LogicError, compile_expression

if TYPE_CHECKING:
    from server.forms.logic.function import Function

# What the ODK XForms specification and Collect offer; a name lost here is a form that no longer publishes.
OFFERED = """
string concat join substr substring-before substring-after translate string-length normalize-space contains
starts-with ends-with regex uuid digest base64-decode extract-signed version if coalesce once true false boolean not
boolean-from-string checklist weighted-checklist number int round abs pow log log10 exp exp10 sqrt sin cos tan asin
acos atan atan2 pi random sum max min count count-non-empty position instance current randomize indexed-repeat today
now date date-time decimal-date-time decimal-time format-date format-date-time selected is-selected count-selected
selected-at jr:choice-name jr:itext distance area enclosed-area geofence intersects pulldata property depend
"""
ON_THE_DEVICE_ONLY = {"extract-signed", "property", "jr:itext", "jr:choice-name", "instance", "pulldata"}


@pytest.mark.parametrize("name", OFFERED.split())
def test_function_of_the_specification_is_known(name: str) -> None:
    assert name in FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda one: one.name)
def test_function_has_a_summary_and_an_example_that_calls_it(function: Function) -> None:
    assert function.summary.endswith(".")
    assert function.name in compile_expression(function.example).functions | {"current", "instance"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - ON_THE_DEVICE_ONLY))
def test_example_runs(name: str) -> None:
    assert compile_expression(FUNCTIONS[name].example).evaluate(context_at("/data/rep[2]/x")) is not None


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda one: one.name)
def test_wrong_number_of_arguments_is_refused_at_compile_time(function: Function) -> None:
    wrong = next((count for count in (*range(13), 401) if not function.takes(count)), None)
    if wrong is None:
        assert function.most is None
        return
    with pytest.raises(LogicError) as refusal:
        compile_expression(f"{function.name}({', '.join(['1'] * wrong)})")
    assert refusal.value.code == "logic.wrong_arity"
    assert refusal.value.params["given"] == wrong


def test_unknown_function_is_refused_with_its_place() -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression("1 + frobnicate(2)")
    assert refusal.value.code == "logic.unknown_function"
    assert refusal.value.params == {"function": "frobnicate", "position": 4}


@pytest.mark.parametrize(
    ("source", "repeatable"),
    [("1 + 1", True), ("today()", False), ("once(1)", False), ("if(true(), uuid(), '')", False), ("/data/a", True)],
)
def test_expression_knows_whether_it_may_be_evaluated_again(source: str, repeatable: bool) -> None:
    assert compile_expression(source).is_repeatable is repeatable


@pytest.mark.parametrize(
    ("source", "notes"),
    [
        ("regex(., '[0-9]+')", ()),
        ("regex(., 'a(?=b)')", (("logic.regex_unsupported", "a(?=b)"),)),
        ("/data/rep[2]/x", (("logic.number_in_brackets", "rep"),)),
        ("/data/rep[position() = 2]/x", ()),
    ],
)
def test_note_tells_what_compiles_but_will_not_do_what_it_seems_to(source: str, notes: tuple[object, ...]) -> None:
    assert compile_expression(source).notes == notes


def test_lazy_if_does_not_evaluate_the_other_branch() -> None:
    assert compile_expression("if(true(), 'a', date('x'))").string(context_at()) == "a"
    assert compile_expression("true() or date('x')").boolean(context_at())
    assert not compile_expression("false() and date('x')").boolean(context_at())
    assert compile_expression("coalesce('a', date('x'))").string(context_at()) == "a"

"""What is no expression, where it breaks, and how deep an expression may go."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_tree import context_at

from server.forms.logic import FUNCTIONS, LogicError, compile_expression


@pytest.mark.parametrize(
    ("source", "reason", "position"),
    [
        ("", "end", 0),
        ("1 +", "end", 3),
        ("+ 1", "operand", 0),
        ("1 2", "unexpected", 2),
        ("(1", "end", 2),
        ("1)", "unexpected", 1),
        ("concat('a'", "end", 10),
        ("concat('a' 'b')", "missing_bracket", 11),
        ("/data/a[1 2]", "missing_square_bracket", 10),
        ("'abc", "quote", 0),
        ("a = 'b", "quote", 4),
        ("$x", "character", 0),
        ("1 # 2", "character", 2),
        ("//a", "operand", 0),
        ("/data//a", "axis", 5),
        ("ancestor::a", "axis", 0),
        ("(1)[1]", "predicate", 3),
        ("concat('a')/b", "path_start", 11),
        ("/data/", "end", 6),
        ("..a", "unexpected", 2),
    ],
)
def test_syntax_error_says_what_and_where(source: str, reason: str, position: int) -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression(source)
    assert refusal.value.code == "logic.syntax"
    assert refusal.value.params == {"reason": reason, "position": position}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("/data/g/a * 2", 6.0),
        ("/data/g/a*2", 6.0),
        ("count(/data/g/*)", 2.0),
        ("2 * /data/g/a", 6.0),
        ("/data/int div 7", 1.0),
        ("6 div 2 div 3", 1.0),
        ("2 + 3 * 4 - 1", 13.0),
        ("-2 * -3", 6.0),
        ("- - 2", 2.0),
        ("10 mod 4 * 2", 4.0),
        ("count(/data/int | /data/dec | /data/int)", 2.0),
    ],
)
def test_operators_bind_as_in_xpath(source: str, value: float) -> None:
    assert compile_expression(source).number(context_at()) == value


def test_long_sum_is_not_deep() -> None:
    assert compile_expression(" + ".join(["1"] * 3000)).number(context_at()) == 3000


def test_nested_ifs_of_a_lookup_table_compile() -> None:
    source = "'none'"
    for number in range(90):
        source = f"if(/data/int = {number}, 'n{number}', {source})"
    assert compile_expression(source).string(context_at()) == "n7"


@pytest.mark.parametrize("source", ["(" * 5000, "not(" * 200 + "1" + ")" * 200, "/a[" * 200 + "1" + "]" * 200])
def test_absurd_depth_is_a_syntax_error(source: str) -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression(source)
    assert refusal.value.params["reason"] == "depth"


def test_absurd_length_is_a_syntax_error() -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression("1 + " * 20_000 + "1")
    assert refusal.value.params["reason"] == "length"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("/a" * 29_999 + "(", "operand"),
        ("/a" * 29_999 + ":", "character"),
        ("/a " * 19_999 + "]", "unexpected"),
        (" " * 59_999, "end"),
        ("'" * 59_999, "quote"),
    ],
)
def test_the_longest_source_is_read_to_its_end(source: str, reason: str) -> None:
    with pytest.raises(LogicError) as refusal:
        compile_expression(source)
    assert refusal.value.params["reason"] == reason


PARTS = """
( ) [ ] , / // . .. @ * + - = != < >= | and or div mod 'a' '' 1 0.5 /data/int /data/rep ../x x :: current() -1
instance('list')/root/item '2024-05-01' '%Y' 99999999999 /data/rep[x>1]
"""
TOKENS = st.sampled_from([*(f"{name}(" for name in FUNCTIONS), *PARTS.split()])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(TOKENS, max_size=14).map(" ".join)))
def test_any_source_has_a_value_or_a_logic_error(source: str) -> None:
    for path in ("/data", "/data/rep[2]/x"):
        with suppress(LogicError):
            compile_expression(source).evaluate(context_at(path))


VALUES = """
'' 'a' 1 -1.5 1e -.5 date('2024-05-01') true() /data/rep /data/rep/x /data/int /data/nope /data/shape '😀đ'
'2024-05-01T10:00:00.000+07:00' 99999999999999999999
"""
ARGUMENTS = st.sampled_from(VALUES.split())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(ARGUMENTS, max_size=5))
def test_any_call_has_a_value_or_a_logic_error(name: str, arguments: list[str]) -> None:
    with suppress(LogicError):
        compile_expression(f"{name}({', '.join(arguments)})").evaluate(context_at())

"""Patterns that would hold up or close a form on a phone are told from those that are merely long."""

import pytest

from server.forms.logic.pattern_shape import is_broken, is_slow


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "([a-z]+)*@", "(a|aa)+$", "(\\w|\\d)+x", "((a+))+", "(a*b?)*c", "(\\s*\\w+)*$", "([a-zA-Z0-9]+)*$",
        "(.*)*x", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a+)+?b", "(a{2,})*b", ".*.*.*.*x", "\\d*\\d*\\d*\\d*!",
        "(?:(?:a+)|b)*c", "(\\p{L}+)+$", "(\\d+|[a-z])+", "(.*,)*x",
    ],
)  # fmt: skip
def test_repetition_of_what_is_repeated_is_slow(pattern: str) -> None:
    assert is_slow(pattern)
    assert not is_broken(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{10}", "0[35789][0-9]{8}", "^[^0-9]*$", "(\\d+,)*\\d+", "([a-z]+ )*[a-z]+", "(ab)+", "(a|b)+", "(a++)+b",
        "(?>a+)+b", "a*b*c*", "[\\w.\\-]+@[\\w\\-]+(\\.[\\w\\-]+)+", "(?=.*\\d).{6,}", "(cat|dog)s?", "\\Q(a+)+\\E",
        "[(a+)+]", "\\(a+\\)+", "(\\d{1,3}\\.){3}\\d{1,3}", ".*a.*", "", "(a|b|)+c", "[[a-b]c]+",
    ],
)  # fmt: skip
def test_other_patterns_are_not(pattern: str) -> None:
    assert (is_slow(pattern), is_broken(pattern)) == (False, False)


@pytest.mark.parametrize("pattern", ["[0-9", "(a", "a)", "*a", "+", "?x", "[z-a]", "a{3,1}", "(|[a-z]"])
def test_what_no_engine_takes_is_broken(pattern: str) -> None:
    assert is_broken(pattern)


@pytest.mark.parametrize(
    "pattern", ["a*+", "(?<x>a)\\k<x>", "\\p{L}+", "\\h*", "[a-z&&[^b]]", "(?i)a", "(a)\\1", "a{2}{3}"]
)
def test_what_only_java_knows_is_not_called_broken(pattern: str) -> None:
    assert not is_broken(pattern)


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [
        ("(" * 300 + "a+" + ")+" * 300, True),
        ("(a" * 330 + ")" * 330, False),
        ("(" * 999, True),
        ("a*" * 500, True),
        ("(a|b)+" * 150, False),
        ("[" * 900, False),
        ("((((((((((a)*)*)*)*)*)*)*)*)*)*b", True),
    ],
)
def test_hostile_patterns_are_judged_too(pattern: str, slow: bool) -> None:
    assert (is_slow(pattern), is_broken(pattern)) == (slow, False)

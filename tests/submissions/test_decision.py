"""Which version a record says, whatever chains, branches and rings the deprecatedIDs of strangers make."""

import time

import pytest

from server.submissions.decision import KnownVersion, current_of


def versions(*links: tuple[str, str | None]) -> tuple[KnownVersion, ...]:
    return tuple(KnownVersion(place, own, before, own) for place, (own, before) in enumerate(links))


@pytest.mark.parametrize(
    ("links", "current"),
    [
        ([("a", None)], "a"),
        ([("a", None), ("b", "a"), ("c", "b")], "c"),
        ([("c", "b"), ("a", None), ("b", "a")], "c"),
        ([("a", None), ("b", "a"), ("c", "a")], "b"),
        ([("a", None), ("b", "a"), ("c", "a"), ("d", "c")], "d"),
        ([("b", "missing"), ("a", None)], "b"),
        ([("a", "a")], "a"),
        ([("a", "b"), ("b", "a")], "a"),
        ([("a", "b"), ("b", "a"), ("c", "b")], "c"),
        ([("d", "c"), ("c", "b"), ("a", "b"), ("b", "a"), ("e", None)], "d"),
    ],
)
def test_the_end_of_the_longest_chain_is_current_and_the_earliest_of_equals(links, current):
    assert current_of(versions(*links)).instance_id == current


def test_a_chain_of_thousands_costs_as_much_per_version_as_a_short_one():
    chain = versions(*[(str(place), str(place - 1)) for place in range(20_000)])
    started = time.perf_counter()
    assert current_of(chain).instance_id == "19999"
    assert time.perf_counter() - started < 2

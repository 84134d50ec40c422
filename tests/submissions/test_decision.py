"""Which version a record says, whatever chains, branches and rings the deprecatedIDs of strangers make."""

from dataclasses import replace

import pytest

from server.submissions.decision import KnownVersion, current_of


def versions(*links: tuple[str, str | None], corrections: str = "") -> tuple[KnownVersion, ...]:
    return tuple(KnownVersion(place, own, before, own, own in corrections) for place, (own, before) in enumerate(links))


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


@pytest.mark.parametrize(
    ("links", "corrections", "current"),
    [
        ([("a", None), ("b", "a")], "b", "b"),
        ([("a", None), ("b", "a"), ("c", "a")], "b", "b"),
        ([("a", None), ("b", "a"), ("c", "a"), ("d", "c"), ("e", "d")], "b", "b"),
        ([("a", None), ("b", "a"), ("c", "a"), ("d", "b")], "b", "d"),
        ([("a", None), ("b", "a"), ("c", "a"), ("d", "b"), ("e", "c"), ("f", "e")], "bd", "d"),
        ([("a", "b"), ("b", "a")], "b", "a"),
    ],
)
def test_no_edit_beside_a_correction_takes_its_place(links, corrections, current):
    assert current_of(versions(*links, corrections=corrections)).instance_id == current


def test_a_chain_of_thousands_ends_at_its_last_version():
    chain = versions(*[(str(place), str(place - 1)) for place in range(20_000)])
    chain = (*chain[:-1], replace(chain[-1], is_correction=True))
    assert current_of(chain).instance_id == "19999"

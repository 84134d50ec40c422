"""What there is to choose between when an entity is in conflict."""

from __future__ import annotations

from dataclasses import dataclass

from server.registers.settling import contested
from server.registers.versions import Conflict


@dataclass(frozen=True)
class Version:
    version: int
    properties: dict[str, str]
    changed: tuple[str, ...]
    base_version: int | None = None
    conflict: Conflict = Conflict.NONE
    is_settled: bool = False
    label: str = "Hộ 37"

    @property
    def is_open_conflict(self):
        return self.conflict is not Conflict.NONE and not self.is_settled


FIRST = Version(1, {"size": "4", "poor": "no"}, ("label", "size", "poor"))
SECOND = Version(2, {"size": "5", "poor": "no"}, ("size",), base_version=1)


def told(versions):
    return {one.name: [(c.value, c.version, c.is_now) for c in one.candidates] for one in contested(versions)}


def test_without_a_conflict_there_is_nothing_to_choose():
    assert told([SECOND, FIRST]) == {}


def test_a_hard_conflict_offers_what_each_wrote_and_what_was_before():
    third = Version(3, {"size": "6", "poor": "yes"}, ("size", "poor"), base_version=1, conflict=Conflict.HARD)
    assert told([third, SECOND, FIRST]) == {
        "poor": [("yes", 3, True), ("no", 2, False)],
        "size": [("6", 3, True), ("5", 2, False), ("4", 1, False)],
    }


def test_a_value_that_two_versions_agree_on_stands_once_with_the_latest_that_says_so():
    third = Version(3, {"size": "4", "poor": "no"}, ("size",), base_version=1, conflict=Conflict.HARD)
    assert told([third, SECOND, FIRST]) == {"size": [("4", 3, True), ("5", 2, False)]}


def test_the_label_comes_first_and_can_be_chosen():
    third = Version(3, {"size": "6"}, ("label", "size"), base_version=1, conflict=Conflict.HARD, label="Hộ 38")
    found = contested([third, SECOND, FIRST])
    assert [one.name for one in found] == ["label", "size"]
    assert [c.value for c in found[0].candidates] == ["Hộ 38", "Hộ 37"]


def test_what_was_settled_counts_again_only_when_nothing_is_open():
    third = Version(3, {"size": "6", "poor": "no"}, ("size",), base_version=1, conflict=Conflict.HARD, is_settled=True)
    assert set(told([third, SECOND, FIRST])) == {"size"}
    fourth = Version(4, {"size": "6", "poor": "yes"}, ("poor",), base_version=3, conflict=Conflict.SOFT)
    assert set(told([fourth, third, SECOND, FIRST])) == {"poor"}


def test_a_change_that_stood_on_no_known_version_is_set_against_the_one_before():
    third = Version(3, {"size": "6", "poor": "no"}, ("size",), base_version=None, conflict=Conflict.HARD)
    assert told([third, SECOND, FIRST]) == {"size": [("6", 3, True), ("5", 2, False)]}

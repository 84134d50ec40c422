"""Files that an answer names and that have not come are told of, by the path of the answer."""

import pytest

from server.submissions.awaited_files import AWAITED, awaited_files
from server.submissions.findings import MAX_FINDINGS, Severity
from server.submissions.instance import BinaryName, name_key

COMPOSED, DECOMPOSED = "\u1ea3nh.jpg", "a\u0309nh.jpg"


def named(path: str, name: str) -> BinaryName:
    return BinaryName(path, name, name_key(name))


@pytest.mark.parametrize(
    ("rule", "names", "present", "paths"),
    [
        ("nothing is named", [], set(), []),
        ("it came", [named("/data/photo", "a.jpg")], {"a.jpg"}, []),
        ("it did not come", [named("/data/photo", "b.jpg")], {"a.jpg"}, ["/data/photo"]),
        ("it came under the other spelling", [named("/data/photo", DECOMPOSED)], {name_key(COMPOSED)}, []),
        ("two answers name it", [named("/data/v[1]/p", "b.jpg"), named("/data/v[2]/p", "b.jpg")], set(),
         ["/data/v[1]/p", "/data/v[2]/p"]),
        ("an answer is there twice", [named("/data/p", "b.jpg"), named("/data/p", "c.jpg")], set(), ["/data/p"]),
        ("other files came", [named("/data/p", "b.jpg")], {"x.jpg", "y.jpg"}, ["/data/p"]),
    ],
)  # fmt: skip
def test_every_answer_that_waits_is_told_of(
    rule: str, names: list[BinaryName], present: set[str], paths: list[str]
) -> None:
    found = awaited_files(names, present)
    assert [one.path for one in found] == paths, rule
    assert {(one.code, one.severity) for one in found} <= {(AWAITED, Severity.WARNING)}


def test_a_record_that_names_thousands_is_told_of_as_often_as_a_person_reads() -> None:
    names = [named(f"/data/v[{number}]/p", f"{number}.jpg") for number in range(1, 3 * MAX_FINDINGS)]
    assert len(awaited_files(names, set())) == MAX_FINDINGS

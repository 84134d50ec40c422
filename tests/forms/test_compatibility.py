"""What a new version takes away from the old one is told, and apart from it what it adds or says in other words."""

import pytest

from server.forms.compatibility import additions, changes

OLD = """
| survey | | | |
| | type | name | label |
| | text | who | Tên |
| | integer | age | Tuổi |
| | select_one yn | agrees | Đồng ý? |
| | begin repeat | child | Con |
| | text | name | Tên |
| | end repeat | | |
| choices | | | |
| | list_name | name | label |
| | yn | yes | Có |
| | yn | no | Không |
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("| | text | who | Tên |", "| | text | who | Họ và tên |\n| | text | more | Thêm |", []),
        ("| | yn | no | Không |", "| | yn | no | Chưa |\n| | yn | dk | Không biết |", []),
        ("| | text | who | Tên |", "", [("removed", "/data/who", "", "")]),
        ("| | integer | age |", "| | decimal | age |", [("type_changed", "/data/age", "int", "decimal")]),
        (
            "select_one yn | agrees",
            "select_multiple yn | agrees",
            [("type_changed", "/data/agrees", "select_one", "select_multiple")],
        ),
        ("| | yn | no | Không |", "", [("choices_removed", "/data/agrees", "no", "")]),
        ("repeat |", "group |", [("repeat_changed", "/data/child", "repeat", "group")]),
        ("| child |", "| kid |", [("removed", "/data/child/name", "", "")]),
    ],
)
def test_what_records_would_feel_is_told(form, before: str, after: str, expected: list):
    found = changes(form(OLD), form(OLD.replace(before, after) if before else OLD))
    assert [(change.kind.value, change.path, change.before, change.after) for change in found] == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("| | text | who | Tên |", "", []),
        (
            "| | text | who | Tên |",
            "| | text | who | Họ và tên |\n| | text | more | Thêm |",
            [("reworded", "/data/who", "Tên", "Họ và tên"), ("added", "/data/more", "", "Thêm")],
        ),
        ("| Tuổi |", f"| {'Dài' * 40} |", [("reworded", "/data/age", "Tuổi", f"{('Dài' * 40)[:80]}…")]),
        ("| | yn | no |", "| | yn | dk | Không biết |\n| | yn | no |", [("choices_added", "/data/agrees", "", "dk")]),
        ("| child |", "| kid |", [("added", "/data/kid/name", "", "Tên")]),
    ],
    ids=range(6),
)
def test_what_is_new_is_told_apart(form, before: str, after: str, expected: list):
    found = additions(form(OLD), form(OLD.replace(before, after, 1) if before else OLD))
    assert [(change.kind.value, change.path, change.before, change.after) for change in found] == expected


def test_a_change_names_its_sentence(form):
    (change,) = changes(form(OLD), form(OLD.replace("| | text | who | Tên |\n", "")))
    assert change.code == "form.change.removed"

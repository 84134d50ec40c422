"""Entity blocks and lists of entities: compared where we can know, and left in peace where only the device does."""

from __future__ import annotations

import pytest

from server.forms.entities import entity_list_files
from server.forms.lists import ChoiceList
from server.forms.xform import read_form

ERROR, WARNING = "error", "warning"
CLUBS_IN_A_REPEAT = """
| survey | | | | | |
| | type | name | label | calculation | save_to |
| | begin_repeat | unit | Nhóm | | |
| | begin_group | page | Trang | | |
| | select_one_from_file clubs.csv | club | Nhóm nào | | |
| | end_group | | | | |
| | integer | members | Số người | | members |
| | calculate | unit_id | | ${club} | |
| | end_repeat | | | | |
| entities | | | | | |
| | list_name | label | entity_id |
| | clubs | concat('Nhóm ', ${members}) | ${unit_id} |
"""
CLUBS = ChoiceList("clubs", ({"name": "c1", "__version": "3"}, {"name": "c2", "__version": "1"}))


def unit(club: str, version: str, label: str = "Nhóm 4", whose: str = "", trunk: str = "2") -> str:
    block = (
        f'<entity dataset="clubs" update="1" id="{whose or club}" baseVersion="{version}" trunkVersion="{trunk}" '
        f'branchId="0b1d"><label>{label}</label></entity>'
    )
    answers = f"<page><club>{club}</club></page><members>4</members><unit_id>{club}</unit_id>"
    return f"<unit>{answers}<meta>{block}</meta></unit>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("each of its own repeat", unit("c1", "3") + unit("c2", "1"), []),
        ("what only the device knows", unit("c1", "3", trunk="") + unit("c2", "1", trunk="9"), []),
        ("the neighbour's entity", unit("c1", "3") + unit("c2", "1", whose="c1"),
         [("answer.calculate_differs", "/data/unit[2]/meta/entity/@id", ERROR)]),
        ("another label", unit("c1", "3", label="Khác") + unit("c2", "1"),
         [("answer.calculate_differs", "/data/unit[1]/meta/entity/label", ERROR)]),
    ],
)  # fmt: skip
def test_a_block_in_a_repeat_is_worked_out_in_its_own_instance(found, rule: str, answers: str, expected: list) -> None:
    assert found(CLUBS_IN_A_REPEAT, answers, {"clubs": CLUBS}) == expected, rule


def test_an_entity_the_device_made_itself_is_nothing_to_tell_of(found) -> None:
    assert found(CLUBS_IN_A_REPEAT, unit("made-offline", "1", trunk="")) == []


FROM_A_LIST = """
| survey | | | | | |
| | type | name | label | calculation | relevant |
| | select_one_from_file {list}.csv | home | Hộ | | |
| | calculate | size | | instance('{list}')/root/item[name = ${{home}}]/size | |
| | text | many | Đông | | ${{size}} > 5 |
| | text | other | Khác | | instance('{list}')/root/item[name = ${{home}}]/kind = 'x' |
"""
ANSWERS = "<home>h7</home><size>8</size><many>a</many><other>b</other>"


def test_what_hangs_on_a_list_of_entities_is_left_as_it_was_sent(found) -> None:
    assert found(FROM_A_LIST.format(list="households"), ANSWERS) == []


def test_want_of_a_plain_list_is_noted(found) -> None:
    codes = {code for code, _, _ in found(FROM_A_LIST.format(list="spots"), ANSWERS)}
    assert codes == {"answer.unchecked"}


def test_lists_of_entities_are_the_standard_ones_and_those_the_form_writes_to(compiled) -> None:
    table = FROM_A_LIST.format(list="spots") + "| entities | | |\n| | list_name | entity_id |\n| | spots | ${home} |\n"
    assert compiled(table).entity_lists == {"spots"}
    assert compiled(FROM_A_LIST.format(list="spots")).entity_lists == frozenset()
    bare = read_form(b"<html><head><model><instance><d/></instance></model></head><body/></html>")
    assert entity_list_files(bare) == {
        "households.csv",
        "clubs.csv",
        "models.csv",
        "trusted_addresses.csv",
        "staff.csv",
    }

"""Entity blocks of a form and the columns of their lists it reads, as pyxform writes them."""

import pytest

from server.forms.entities import EntityBlock, columns_read, entity_blocks
from server.forms.xform import read_form

CREATE = """
| survey | | | | |
| | type | name | label | save_to |
| | text | who | Tên | head_name |
| | text | aside | Khác | |
| entities | | |
| | list_name | label |
| | households | ${who} |
"""
UPSERT = """
| survey | | | | | |
| | type | name | label | calculation | save_to |
| | select_one_from_file homes.csv | home | Hộ | | |
| | calculate | id | | if(${home} = 'new', once(uuid()), ${home}) | |
| | integer | size | Số người | | size |
| entities | | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | homes | concat('Hộ ', ${size}) | ${id} | ${home} = 'new' | ${home} != 'new' |
"""
UPDATE = """
| survey | | | | |
| | type | name | label | save_to |
| | select_one_from_file homes.csv | home | Hộ | |
| | integer | size | Số người | size |
| entities | | |
| | list_name | entity_id |
| | homes | ${home} |
"""
IN_REPEATS = """
| survey | | | | |
| | type | name | label | save_to |
| | text | model | Mô hình | models#standard |
| | begin_repeat | village | Thôn | |
| | begin_repeat | club | Câu lạc bộ | |
| | text | club_name | Tên | clubs#kind |
| | begin_group | counts | Số | |
| | integer | members | Thành viên | clubs#members |
| | end_group | | | |
| | end_repeat | | | |
| | end_repeat | | | |
| entities | | |
| | list_name | label |
| | models | ${model} |
| | clubs | ${club_name} |
"""


def test_a_form_that_only_creates_has_one_block_at_its_root(form):
    (block,) = entity_blocks(form(CREATE))
    assert block == EntityBlock(
        dataset="households",
        path="/data/meta/entity",
        container="/data",
        repeats=(),
        creates=True,
        updates=False,
        has_label=True,
        save_tos={"/data/who": "head_name"},
    )


@pytest.mark.parametrize(
    ("table", "creates", "updates", "has_label"),
    [(CREATE, True, False, True), (UPSERT, True, True, True), (UPDATE, False, True, False)],
    ids=["create", "upsert", "update"],
)
def test_what_a_block_may_do_is_read_from_its_attributes(form, table, creates: bool, updates: bool, has_label: bool):
    (block,) = entity_blocks(form(table))
    assert (block.creates, block.updates, block.has_label) == (creates, updates, has_label)


def test_blocks_in_repeats_know_the_repeats_and_take_their_own_answers(form):
    models, clubs = sorted(entity_blocks(form(IN_REPEATS)), key=lambda block: -len(block.dataset))
    assert (models.dataset, models.container, models.repeats) == ("models", "/data", ())
    assert models.save_tos == {"/data/model": "standard"}
    assert clubs.path == "/data/village/club/meta/entity"
    assert clubs.repeats == ("/data/village", "/data/village/club")
    assert clubs.save_tos == {
        "/data/village/club/club_name": "kind",
        "/data/village/club/counts/members": "members",
    }


def test_an_answer_belongs_to_the_nearest_block_above_it():
    definition = read_form(b"""<html><head><title>T</title><model entities-version="2025.1.0"><instance>
      <d id="f" version="1"><a/><g><b/><deep><c/></deep><meta><entity dataset="inner" create="1"/></meta></g>
      <meta><entity dataset="outer" update="1"><label/></entity></meta></d></instance>
      <bind nodeset="/d/a" saveto="x"/><bind nodeset="/d/g/b" saveto="y"/><bind nodeset="/d/g/deep/c" saveto="z"/>
      </model></head><body><input ref="/d/a"/></body></html>""")
    inner, outer = entity_blocks(definition)
    assert (inner.dataset, inner.container, inner.save_tos) == (
        "inner", "/d/g", {"/d/g/b": "y", "/d/g/deep/c": "z"},
    )  # fmt: skip
    assert (outer.dataset, outer.save_tos) == ("outer", {"/d/a": "x"})


def test_an_answer_saved_where_no_block_stands_belongs_to_none():
    definition = read_form(b"""<html><head><title>T</title><model><instance><d id="f" version="1"><a/>
      <g><meta><entity dataset="l" create="1"/></meta></g></d></instance><bind nodeset="/d/a" saveto="x"/>
      </model></head><body><input ref="/d/a"/></body></html>""")
    (block,) = entity_blocks(definition)
    assert block.save_tos == {}


def test_a_form_without_entities_has_no_block(form):
    assert entity_blocks(form("| survey | | | |\n| | type | name | label |\n| | text | a | A |\n")) == ()


READER = """
| survey | | | | | | |
| | type | name | label | calculation | choice_filter | parameters |
| | text | village | Thôn | | | |
| | select_one_from_file homes.csv | home | Hộ ${size_before} | | village = ${village} and status = '' | label=title |
| | calculate | size_before | | instance('homes')/root/item[name = ${home}]/size | | |
| | calculate | looked_up | | pulldata('homes', 'head_name', 'house_no', '37') | | |
| | calculate | how_many | | count(instance('homes')/root/item[point != '']) | | |
| | select_one_from_file other.csv | other | Khác | | column_of_another = '1' | |
"""


def test_every_column_a_form_reads_is_known(form):
    assert columns_read(form(READER), "homes") == {
        "name", "title", "village", "status", "size", "head_name", "house_no", "point",
    }  # fmt: skip


def test_an_update_reads_the_versions_of_its_list(form):
    assert columns_read(form(UPDATE), "homes") == {
        "name", "label", "__version", "__trunkVersion", "__branchId",
    }  # fmt: skip


def test_a_list_is_known_by_its_file_too():
    definition = read_form(b"""<html><head><title>T</title><model><instance><d id="f" version="1"><a/></d></instance>
      <instance id="hh" src="jr://file-csv/homes.csv"/><bind nodeset="/d/a" calculate="instance('hh')/root/item/size"/>
      </model></head><body><input ref="/d/a"/></body></html>""")
    assert columns_read(definition, "homes") == columns_read(definition, "hh") == {"size"}


def test_a_list_the_form_does_not_read_has_no_column(form):
    assert columns_read(form(READER), "clubs") == frozenset()

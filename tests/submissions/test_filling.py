"""Filling in a record at the office: what is asked, what is worked out, and what is kept as the phone had it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from server.errors import InvalidInput
from server.forms.definition import Control, ControlKind, Datatype, Node, NodeKind
from server.forms.lists import ChoiceList
from server.submissions import documents
from server.submissions.choice_labels import ChoiceLabels
from server.submissions.circumstances import Circumstances
from server.submissions.documents import (
    add_instance,
    blank_document,
    drop_instance,
    element_at,
    ensure,
    put_text,
    stamped,
    text_at,
)
from server.submissions.filling import follow, kept_calculates, work_out
from server.submissions.questionnaire import Page, Question, Repeat, questionnaire, questions
from server.submissions.typed_answers import answer_text, field_text

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
FORM = """
| survey | | | | | | | |
| | type | name | label | relevant | required | calculation | choice_filter | repeat_count |
| | select_one commune | commune | Xã | | yes | | | |
| | select_one_from_file villages.csv | village | Thôn | | | | commune = ${commune} | |
| | calculate | poor | | | | instance('villages')/root/item[name = ${village}]/poor | | |
| | select_multiple topic | topics | Chủ đề | | | | | |
| | text | other | Chủ đề khác | selected(${topics}, 'other') | yes | | | |
| | begin repeat | person | Người | | | | | |
| | text | name | Tên | | | | | |
| | integer | age | Tuổi | | | | | |
| | end repeat | | | | | | | |
| | calculate | people | | | | count(${person}) | | |
| | integer | clubs | Số câu lạc bộ | | | | | |
| | begin repeat | club | Câu lạc bộ | | | | | ${clubs} |
| | text | call | Tên gọi | | | | | |
| | end repeat | | | | | | | |
| | note | thanks | Cảm ơn | | | | | |
| | image | photo | Ảnh | | | | | |
| choices | | | |
| | list_name | name | label |
| | commune | c1 | Xã Một |
| | commune | c2 | Xã Hai |
| | topic | k1 | Một |
| | topic | other | Khác |
"""
VILLAGES = ChoiceList(
    "villages",
    tuple(
        {"name": name, "label": f"Thôn {name}", "commune": commune, "poor": poor}
        for name, commune, poor in (("v1", "c1", "3"), ("v2", "c1", "4"), ("v3", "c2", "5"))
    ),
)


@pytest.fixture
def form(compiled):
    return compiled(FORM)


def circumstances(villages=VILLAGES):
    return Circumstances(NOW, ZONE, {"villages": villages}, filled_at=NOW)


def asked(form, worked):
    labels = ChoiceLabels(form.definition, {"villages": VILLAGES}, lambda _list, _value: None)
    return {one.path: one for one in questions(questionnaire(worked, labels))}


def answered(form, **answers):
    root = blank_document(form.definition)
    for name, text in answers.items():
        put_text(element_at(root, f"/data/{name}"), text)
    return work_out(root, form, circumstances())


def test_a_blank_document_asks_what_is_relevant_with_what_may_be_chosen(form):
    found = asked(form, answered(form))
    assert list(found) == ["/data/commune", "/data/village", "/data/topics", "/data/clubs", "/data/photo"]
    assert [one.value for one in found["/data/commune"].options] == ["c1", "c2"]
    assert (found["/data/commune"].is_required, found["/data/village"].options) == (True, ())
    assert not found["/data/photo"].is_typed
    found = asked(form, answered(form, commune="c1", topics="k1 other"))
    assert [one.label.in_language("vi") for one in found["/data/village"].options] == ["Thôn v1", "Thôn v2"]
    assert found["/data/other"].is_required
    assert found["/data/topics"].chosen == ("k1", "other")


def test_of_an_answer_of_thousands_of_choices_none_is_drawn_and_all_of_it_stays(form):
    topics = asked(form, answered(form, topics=" ".join(f"x{number}" for number in range(3000))))["/data/topics"]
    assert (topics.chosen, topics.stale) == ((), ())
    assert (topics.says(""), topics.says("k1")) == (True, False)


def test_a_choice_that_is_not_offered_is_told_apart(form):
    village = asked(form, answered(form, commune="c2", village="v1"))["/data/village"]
    assert [one.value for one in village.stale] == ["v1"]
    assert (village.offers("v1"), village.offers("v3"), village.offers("")) == (False, True, True)
    assert Question("/x", village.node, "", None, (), is_required=False, is_typed=True).offers("anything")


def test_what_a_person_does_not_see_is_left_out_and_what_is_worked_out_is_written(form):
    worked = answered(form, commune="c1", village="v2", other="không hỏi nữa")
    sent = worked.document()
    assert text_at(worked.root, "/data/poor") == text_at(sent, "/data/poor") == "4"
    assert (element_at(sent, "/data/other"), text_at(sent, "/data/people")) == (None, "0")


def test_a_list_that_says_otherwise_today_changes_no_answer_that_was_not_touched(form):
    before = answered(form, commune="c1", village="v2").document()
    newer = ChoiceList("villages", tuple(dict(row, poor="9") for row in VILLAGES.rows))
    for touched, poor in (("topics", "4"), ("village", "9")):
        root = etree.fromstring(etree.tostring(before))
        put_text(element_at(root, f"/data/{touched}"), "v1" if touched == "village" else "k1")
        work_out(root, form, circumstances(newer), kept=kept_calculates(before, root, form))
        assert text_at(root, "/data/poor") == poor, touched


def test_instances_are_added_and_taken_out_and_counted_ones_follow_their_number(form):
    root = blank_document(form.definition)
    assert all(add_instance(root, form.definition, "/data/person") for _ in range(3))
    for number, name in enumerate(("A Một", "Y Hai", "A Ba"), 1):
        put_text(element_at(root, f"/data/person[{number}]/name"), name)
    assert drop_instance(root, form.definition, "/data/person[2]")
    put_text(element_at(root, "/data/clubs"), "2")
    worked = work_out(root, form, circumstances())
    assert [one.text for one in root.iter("name")] == ["A Một", "A Ba"]
    assert (text_at(root, "/data/people"), len(root.findall("club"))) == ("2", 2)
    labels = ChoiceLabels(form.definition, {}, lambda _list, _value: None)
    repeats = [one for one in questionnaire(worked, labels).parts if isinstance(one, Repeat)]
    assert [(one.path, one.may_be_added, len(one.instances)) for one in repeats] == [
        ("/data/person", True, 2),
        ("/data/club", False, 2),
    ]
    assert all(isinstance(one, Page) and one.number for repeat in repeats for one in repeat.instances)
    put_text(element_at(root, "/data/clubs"), "1")
    work_out(root, form, circumstances())
    assert len(root.findall("club")) == 1


@pytest.mark.parametrize("path", ["/data/nobody", "/data/commune", "/data", "/data/person/name", "/data/person[9]"])
def test_what_is_no_repeat_is_neither_added_nor_taken_out(form, path):
    root = blank_document(form.definition)
    before = etree.tostring(root)
    assert (add_instance(root, form.definition, path), drop_instance(root, form.definition, path)) == (False, False)
    assert etree.tostring(root) == before


def test_the_instance_an_answer_stands_in_is_made_but_not_without_end(form):
    root = blank_document(form.definition)
    assert ensure(root, form.definition, "/data/person[2]/name") is not None
    assert ensure(root, form.definition, "/data/person[2]/nothing") is None
    assert ensure(root, form.definition, "/data/nobody[2]/name") is None
    assert ensure(root, form.definition, "/data/person[999999]/name") is None
    assert len(root.findall("person")) <= 200


def test_a_record_that_nobody_can_go_through_is_not_opened(form, monkeypatch):
    monkeypatch.setattr(documents, "MOST_NODES", 20)
    root = blank_document(form.definition)
    root.extend([etree.fromstring("<person/>") for _ in range(20)])
    with pytest.raises(InvalidInput, match=r"record\.too_long"):
        work_out(root, form, circumstances())


def test_an_instance_gets_its_ids_in_the_namespace_of_its_meta():
    root = etree.fromstring(
        '<data xmlns:orx="http://openrosa.org/xforms"><orx:meta><orx:instanceID>uuid:a</orx:instanceID></orx:meta></data>'
    )
    made = etree.fromstring(stamped(root, instance_id="uuid:b", deprecated_id="uuid:a"))
    meta = made[0]
    assert [(one.tag.rpartition("}")[2], one.text) for one in meta] == [
        ("instanceID", "uuid:b"),
        ("deprecatedID", "uuid:a"),
    ]
    assert b"deprecatedID" not in stamped(made, instance_id="uuid:c", deprecated_id=None)
    put_text(root, "a\x00b\x0bc\ud800d")
    assert root.text == "abcd"


@pytest.mark.parametrize(
    ("datatype", "appearance", "before", "shown", "typed", "kept"),
    [
        (Datatype.STRING, "", "", "", " a\r\nb ", "a\nb"),
        (Datatype.DECIMAL, "", "1.5", "1,5", "2,25", "2.25"),
        (Datatype.INTEGER, "", "12", "12", "mười", "mười"),
        (Datatype.DATE, "", "2026-11-10", "10/11/2026", "05032026", "2026-03-05"),
        (Datatype.DATE, "", "2026-11-10", "10/11/2026", "5/3/2026", "2026-03-05"),
        (Datatype.DATE, "", "2026-11-10", "10/11/2026", "2026-03-05", "2026-03-05"),
        (Datatype.DATE, "", "2026-11-10", "10/11/2026", "31/02/2026", "31/02/2026"),
        (Datatype.DATE, "", "2026-11-10", "10/11/2026", "3/2026", "3/2026"),
        (Datatype.DATE, "", "chưa rõ", "chưa rõ", "5/3/26", "5/3/26"),
        (Datatype.DATE, "month-year", "2026-11-10", "11/2026", "3/2026", "2026-03-01"),
        (Datatype.DATE, "w1 year", "2026-01-01", "2026", "2025", "2025-01-01"),
        (Datatype.TIME, "", "08:05:11.000+07:00", "08:05", "9h30", "09:30:00.000+07:00"),
        (Datatype.TIME, "", "08:05:11.000+07:00", "08:05", "25:00", "25:00"),
        (Datatype.DATETIME, "", "2026-11-20T01:02:11.317Z", "20/11/2026 08:02", "20/11/2026 9:00",
         "2026-11-20T09:00:00.000+07:00"),
        (Datatype.DATETIME, "", "2026-11-20T01:02:11.317Z", "20/11/2026 08:02", "201120260900",
         "2026-11-20T09:00:00.000+07:00"),
        (Datatype.DATETIME, "", "2026-11-20T01:02:11.317Z", "20/11/2026 08:02", "2026-11-20T09:00",
         "2026-11-20T09:00:00.000+07:00"),
        (Datatype.DATETIME, "", "2026-11-20T01:02:11.317Z", "20/11/2026 08:02", "9999-12-31T23:59:59-12:00",
         "9999-12-31T23:59:59-12:00"),
    ],
)  # fmt: skip
def test_an_answer_is_typed_as_people_write_it_and_kept_as_phones_do(datatype, appearance, before, shown, typed, kept):
    control = Control(ControlKind.INPUT, appearance=appearance)
    node = Node("/data/q", "q", NodeKind.LEAF, datatype, control=control)
    assert field_text(before, node, ZONE) == shown
    assert answer_text([shown], node, ZONE, before=before) == before
    assert answer_text([typed], node, ZONE, before=before) == kept


SETTING = """
| survey | | | | | |
| | type | name | label | trigger | calculation |
| | select_one_from_file villages.csv | village | Thôn | | |
| | integer | poor | Hộ nghèo | ${village} | instance('villages')/root/item[name = ${village}]/poor |
| | text | twice | Hai lần | ${poor} | ${poor} * 2 |
| | begin repeat | r | R | | |
| | integer | k | K | | |
| | calculate | seen | | ${k} | concat('k', ${k}) |
| | end repeat | | | | |
"""


@pytest.mark.parametrize(
    ("rule", "changed", "was", "poor", "seen"),
    [
        ("nothing was given", set(), "3", "3", ""),
        ("another answer sets what follows it", {"/data/village"}, "", "4", ""),
        ("and what the form set by the answer before", {"/data/village"}, "3", "4", ""),
        ("what somebody gave stays", {"/data/village"}, "9", "9", ""),
        ("what was given beside it stays", {"/data/village", "/data/poor"}, "3", "3", ""),
        ("in its own instance", {"/data/r[2]/k"}, "9", "9", "k7"),
    ],
)
def test_what_the_form_sets_by_an_answer_is_set_when_it_is_given(compiled, rule, changed, was, poor, seen):
    form = compiled(SETTING)
    root = blank_document(form.definition)
    for _ in range(2):
        add_instance(root, form.definition, "/data/r")
    for path, text in (("/data/village", "v1"), ("/data/poor", was)):
        put_text(element_at(root, path), text)
    before = work_out(root, form, circumstances())
    for path, text in (("/data/village", "v2"), ("/data/r[2]/k", "7")):
        put_text(element_at(root, path), text)
    follow(root, before, form, changed=frozenset(changed), at=circumstances())
    assert (text_at(root, "/data/poor"), text_at(root, "/data/r[2]/seen")) == (poor, seen), rule
    assert text_at(root, "/data/r[1]/seen") == ""

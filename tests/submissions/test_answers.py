"""Answers beside their questions, and what differs between two versions."""

from __future__ import annotations

import pytest

from server.forms.lists import ChoiceList
from server.forms.xform import read_form
from server.forms.xml_reader import read_xml
from server.submissions.answers import read_answers
from server.submissions.changes import Difference, changes
from server.submissions.choice_labels import ChoiceLabels, label_of_row

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Mẫu</h:title><model>
 <instance><data id="sample" version="1"><start/><where/><village/><topics/><head/>
  <people jr:template=""><name/><called/></people><meta><instanceID/></meta></data></instance>
 <instance id="topics"><root><item><name>a</name><label>Ăn uống</label></item>
  <item><name>b</name><label>Việc nhà</label></item></root></instance>
 <instance id="units" src="jr://file-csv/units.csv"/>
 <bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
 <bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
</model></h:head><h:body>
 <select1 ref="/data/where"><label>Ở đâu?</label><item><label>Nhà</label><value>home</value></item></select1>
 <select1 ref="/data/village"><label>Thôn</label><itemset nodeset="instance('units')/root/item">
  <value ref="name"/><label ref="label"/></itemset></select1>
 <select ref="/data/topics"><label>Chuyện gì?</label><itemset nodeset="instance('topics')/root/item">
  <value ref="name"/><label ref="label"/></itemset></select>
 <select1 ref="/data/head"><label>Chủ hộ</label><itemset nodeset="/data/people[./name != '']">
  <value ref="name"/><label ref="called"/></itemset></select1>
 <group ref="/data/people"><label>Người</label><repeat nodeset="/data/people">
  <input ref="/data/people/name"><label>Tên</label></input></repeat></group>
</h:body></h:html>"""

SPOKEN = """<translation lang="English (en)"><text id="topics-0"><value>Meals</value></text></translation>
<translation lang="Tiếng Việt (vi)"><text id="topics-0"><value>Ăn uống</value></text></translation>"""
ITEMSET_OF_SPOKEN = '<value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select>'


@pytest.fixture(scope="module")
def form():
    return read_form(FORM.encode())


def answers_of(form, inner, elsewhere=lambda *_: None, lists=None):
    labels = ChoiceLabels(form, lists or {}, elsewhere)
    return read_answers(read_xml(f"<data id='sample' version='1'>{inner}</data>".encode()), labels)


def by_path(section):
    return {answer.path: answer for answer in section.answers()}


def words(answer):
    return [chosen.label.in_language("vi") for chosen in answer.chosen]


@pytest.mark.parametrize(
    ("inner", "path", "expected"),
    [
        ("<where>home</where>", "/data/where", ["Nhà"]),
        ("<where>moon</where>", "/data/where", ["moon"]),
        ("<topics>b a x</topics>", "/data/topics", ["Việc nhà", "Ăn uống", "x"]),
        ("<village>1-01</village>", "/data/village", ["Thôn 1"]),
        ("<village>9-99</village>", "/data/village", ["9-99"]),
        ("<where/>", "/data/where", []),
    ],
)
def test_choices_are_said_with_the_labels_of_the_form_or_the_list(form, inner, path, expected):
    listed = {("units", "1-01"): "Thôn 1"}
    section = answers_of(form, inner, lambda *key: listed.get(key))
    assert words(by_path(section)[path]) == expected


def test_choices_of_a_form_in_several_languages_are_said_in_the_readers():
    form = read_form(
        FORM.replace("<model>", f"<model><itext>{SPOKEN}</itext>")
        .replace("<label>Ăn uống</label>", "<itextId>topics-0</itextId>")
        .replace('<value ref="name"/><label ref="label"/></itemset></select>', ITEMSET_OF_SPOKEN)
        .encode()
    )
    (chosen,) = by_path(answers_of(form, "<topics>a</topics>"))["/data/topics"].chosen
    assert (chosen.label.in_language("vi"), chosen.label.in_language("en")) == ("Ăn uống", "Meals")


def test_choices_made_of_a_repeat_are_called_what_the_record_calls_them(form):
    people = "<people><name>a</name><called>Chị A</called></people><people><name>b</name><called/></people>"
    heads = [by_path(answers_of(form, f"<head>{value}</head>{people}"))["/data/head"] for value in "abc"]
    assert [words(head) for head in heads] == [["Chị A"], ["b"], ["c"]]


def test_attached_list_may_hold_a_label_for_each_language(form):
    rows = ({"name": "1-01", "label::Tiếng Việt (vi)": "Thôn 1", "label::en": "Village 1"},)
    section = answers_of(form, "<village>1-01</village>", lists={"units": ChoiceList("units", rows)})
    label = by_path(section)["/data/village"].chosen[0].label
    assert [label.in_language(code) for code in ("vi", "en", "fr")] == ["Thôn 1", "Village 1", "Thôn 1"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, None),
        ({"label": ""}, None),
        ({"label": "A"}, (("", "A"),)),
        ({"label": "A", "label::English (en)": "B"}, (("English (en)", "B"), ("", "A"))),
        ({"label::English (en)": ""}, None),
    ],
)
def test_row_of_a_list_has_the_labels_its_columns_hold(row, expected):
    label = label_of_row(row, "label")
    assert (None if label is None else label.by_language) == expected


def test_repeats_are_numbered_in_the_path_and_only_they(form):
    section = answers_of(form, "<people><name>A</name></people><people><name>B</name></people>")
    assert [(one.path, one.text) for one in section.answers()] == [
        ("/data/people[1]/name", "A"),
        ("/data/people[2]/name", "B"),
    ]
    assert [part.number for part in section.parts] == [1, 2]


def test_answers_stand_in_the_order_of_the_form_and_strangers_last(form):
    section = answers_of(form, "<other>?</other><topics>a</topics><where>home</where>")
    assert [one.name for one in section.answers()] == ["where", "topics", "other"]
    assert not by_path(section)["/data/other"].is_question


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<where>home</where>", "<where>home</where>", []),
        ("<where>home</where>", "<where>moon</where>", [("/where", Difference.CHANGED)]),
        ("<where/>", "<where>home</where>", [("/where", Difference.ADDED)]),
        ("<where>home</where>", "", [("/where", Difference.REMOVED)]),
        ("<start>1</start>", "<start>2</start>", []),
        ("<meta><instanceID>1</instanceID></meta>", "<meta><instanceID>2</instanceID></meta>", []),
        (
            "<people><name>A</name></people>",
            "<people><name>A</name></people><people><name>B</name></people>",
            [("/people[2]/name", Difference.ADDED)],
        ),
    ],
)
def test_what_differs_between_two_versions(form, before, after, expected):
    found = changes(answers_of(form, before), answers_of(form, after))
    assert [(change.path, change.kind) for change in found] == expected


def test_what_differs_in_a_repeat_tells_in_which_instance(form):
    first, second = "<people><name>A</name></people>", "<people><name>B</name></people>"
    found = changes(answers_of(form, first + second + "<where>home</where>"), answers_of(form, first))
    told = {one.path: [(label.in_language("vi"), number) for label, number in one.within] for one in found}
    assert told == {"/people[2]/name": [("Người", 2)], "/where": []}


def test_more_choices_than_anybody_ticks_are_a_text(form):
    """Each would be looked up and shown by its label: a few megabytes of them made a page of a hundred."""
    few, many = (
        by_path(answers_of(form, f"<topics>{'a ' * number}</topics>"))["/data/topics"] for number in (500, 501)
    )
    assert len(few.chosen) == 500
    assert (many.chosen, len(many.text)) == ((), 1001)

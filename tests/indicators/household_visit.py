"""A small form for tests of measures: a household, its village, topics heard of, and a repeat of people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server.forms.logic import Context, Shape, bind_known, bind_tree
from server.forms.xform import read_form
from server.forms.xml_reader import read_xml
from server.indicators.contributions import RecordFacts, contributions
from server.indicators.measures import measures_of, paths_read
from server.territory.collection import Territory
from server.territory.units import UnitId, UnitKind, UnitPeriod

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Mẫu</h:title><model>
 <instance><data id="visit" version="1"><day/><village/><household/><poverty/><size/><topics/>
  <a><twice/></a><b><twice/></b>
  <people jr:template=""><sex/><age/><skills/></people><meta><instanceID/></meta></data></instance>
 <bind nodeset="/data/day" type="date"/><bind nodeset="/data/size" type="int"/>
 <bind nodeset="/data/people/age" type="int"/><bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
</model></h:head><h:body>
 <input ref="/data/day"><label>Ngày</label></input><input ref="/data/village"><label>Thôn</label></input>
 <input ref="/data/household"><label>Hộ</label></input>
 <select1 ref="/data/poverty"><label>Diện</label><item><label>Nghèo</label><value>poor</value></item></select1>
 <input ref="/data/size"><label>Số người</label></input>
 <select ref="/data/topics"><label>Chuyện</label><item><label>A</label><value>a</value></item></select>
 <group ref="/data/people"><label>Người</label><repeat nodeset="/data/people">
  <select1 ref="/data/people/sex"><label>Giới</label><item><label>Nữ</label><value>f</value></item></select1>
  <input ref="/data/people/age"><label>Tuổi</label></input>
  <select ref="/data/people/skills"><label>Nghề</label><item><label>X</label><value>x</value></item></select>
 </repeat></group>
</h:body></h:html>""".encode()

HEADER = (
    "name",
    "label::vi",
    "over",
    "where",
    "value",
    "subject",
    "combine",
    "date",
    "place",
    "by",
    "joins",
    "continues",
)
VILLAGE, OTHER_VILLAGE, RENUMBERED = UnitId(7), UnitId(8), UnitId(9)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RECEIVED = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
TERRITORY = Territory(
    (
        UnitPeriod(VILLAGE, "23500-01", "Thôn 1 (mẫu)", UnitKind.VILLAGE, None, date(2025, 7, 1), None),
        UnitPeriod(OTHER_VILLAGE, "23500-02", "Thôn 2 (mẫu)", UnitKind.VILLAGE, None, date(2025, 7, 1), None),
        UnitPeriod(RENUMBERED, "23521-01", "Thôn 3 (mẫu)", UnitKind.VILLAGE, None, None, date(2025, 6, 30)),
        UnitPeriod(RENUMBERED, "23500-03", "Thôn 3 (mẫu)", UnitKind.VILLAGE, None, date(2025, 7, 1), None),
    )
)


def form():
    return read_form(FORM)


def row(**cells):
    """Return one row of a measures sheet under HEADER; name and label have defaults."""
    full = {"name": "counted", "label::vi": "Số (mẫu)", **cells}
    return tuple(full.get(column, "") for column in HEADER)


def contributed(answers, *rows, unit_id=VILLAGE, instance_id="uuid:1", event_date=date(2026, 3, 8)):
    """Return what a record with these answers (XML below the root) adds to measures given as rows.

    Of the part of it that these measures read it is the same.
    """
    definition = form()
    element = read_xml(f"<data id='visit' version='1'>{answers}</data>".encode())
    record = RecordFacts(instance_id, event_date, unit_id, TERRITORY, (event_date,))
    measures, shape = measures_of((HEADER, *rows), definition), Shape.of(definition)
    found = [
        contributions(measures, record, Context(tree, tree, RECEIVED, ZONE, {}, definition))
        for tree in (bind_tree(shape, element), bind_known(read_part(measures, shape), element))
    ]
    assert found[0] == found[1]
    return found[0]


def read_part(measures, shape):
    """Return the part of the form that *measures* read."""
    paths = paths_read(measures, "/data")
    return shape if paths is None else shape.narrowed(paths)

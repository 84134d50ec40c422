"""What is read from an XForm: tree, types, texts, choices, logic, files, submission attributes."""

import pytest

from server.errors import InvalidInput
from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.xform import read_form

EVERY_KIND = """
| survey | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | parameters |
| | start | start | | | |
| | today | today | | | |
| | deviceid | device | | | |
| | audit | audit | | | |
| | text | a_text | Tên | Name | |
| | integer | an_integer | Tuổi | Age | |
| | decimal | a_decimal | Cân nặng | Weight | |
| | date | a_date | Ngày | Date | |
| | time | a_time | Giờ | Time | |
| | datetime | a_datetime | Lúc | When | |
| | geopoint | a_point | Nơi | Place | |
| | barcode | a_barcode | Mã | Code | |
| | note | a_note | Lời dặn | Note | |
| | acknowledge | an_ok | Đã rõ | OK | |
| | image | a_photo | Ảnh | Photo | max-pixels=1024 |
| | audio | a_sound | Tiếng | Sound | |
| | file | a_file | Tệp | File | |
| | range | a_range | Mức | Level | start=1 end=5 step=1 |
| | select_one yn | a_one | Một | One | |
| | select_multiple yn | many | Nhiều | Many | |
| | rank yn | a_rank | Xếp | Rank | |
| choices | | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | yn | yes | Có | Yes |
| | yn | no | Không | No |
"""


@pytest.mark.parametrize(
    ("name", "datatype", "control"),
    [
        ("start", Datatype.DATETIME, ControlKind.NONE),
        ("today", Datatype.DATE, ControlKind.NONE),
        ("device", Datatype.STRING, ControlKind.NONE),
        ("meta/audit", Datatype.BINARY, ControlKind.NONE),
        ("a_text", Datatype.STRING, ControlKind.INPUT),
        ("an_integer", Datatype.INTEGER, ControlKind.INPUT),
        ("a_decimal", Datatype.DECIMAL, ControlKind.INPUT),
        ("a_date", Datatype.DATE, ControlKind.INPUT),
        ("a_time", Datatype.TIME, ControlKind.INPUT),
        ("a_datetime", Datatype.DATETIME, ControlKind.INPUT),
        ("a_point", Datatype.GEOPOINT, ControlKind.INPUT),
        ("a_barcode", Datatype.BARCODE, ControlKind.INPUT),
        ("a_note", Datatype.STRING, ControlKind.INPUT),
        ("an_ok", Datatype.STRING, ControlKind.TRIGGER),
        ("a_photo", Datatype.BINARY, ControlKind.UPLOAD),
        ("a_sound", Datatype.BINARY, ControlKind.UPLOAD),
        ("a_file", Datatype.BINARY, ControlKind.UPLOAD),
        ("a_range", Datatype.INTEGER, ControlKind.RANGE),
        ("a_one", Datatype.STRING, ControlKind.SELECT_ONE),
        ("many", Datatype.STRING, ControlKind.SELECT_MULTIPLE),
        ("a_rank", Datatype.STRING, ControlKind.RANK),
    ],
)
def test_each_question_type_is_known_by_bind_and_control(form, name: str, datatype: Datatype, control: ControlKind):
    node = form(EVERY_KIND).nodes[f"/data/{name}"]
    assert (node.kind, node.datatype, node.control.kind) == (NodeKind.LEAF, datatype, control)


def test_title_id_version_languages_and_preloads_are_read(form):
    definition = form(EVERY_KIND)
    assert (definition.title, definition.form_id, definition.version) == ("Phiếu mẫu", "sample", "2025010101")
    assert definition.languages == ("Tiếng Việt (vi)", "English (en)")
    assert definition.default_language == "Tiếng Việt (vi)"
    assert definition.nodes["/data/start"].preload == "timestamp"
    assert definition.nodes["/data/start"].preload_params == "start"
    assert definition.nodes["/data/meta/instanceID"].preload == "uid"
    assert definition.nodes["/data/a_range"].control.range_end == "5"
    assert definition.nodes["/data/a_photo"].control.mediatype == "image/*"
    assert definition.stray_paths == ()


def test_choices_carry_both_languages_and_further_columns(form):
    definition = form("""
    | survey | | | |
    | | type | name | label::Tiếng Việt (vi) | label::English (en) | choice_filter |
    | | select_one d | district | Huyện | District | |
    | | select_one c | commune | Xã | Commune | district = ${district} |
    | choices | | | | | |
    | | list_name | name | label::Tiếng Việt (vi) | label::English (en) | district |
    | | d | 608 | Kon Tum | Kon Tum | |
    | | c | 23300 | Đăk Hà | Dak Ha | 608 |
    """)
    itemset = definition.nodes["/data/commune"].control.itemset
    assert (itemset.instance_id, itemset.value_ref) == ("c", "name")
    assert itemset.predicate.split() == ["district", "=", "/data/district"]
    (choice,) = definition.instance("c").choices
    assert (choice.value, choice.label.in_language("vi"), choice.label.in_language("en")) == (
        "23300",
        "Đăk Hà",
        "Dak Ha",
    )
    assert dict(choice.columns)["district"] == "608"
    assert "name" not in dict(choice.columns)


def test_lists_in_files_and_pictures_are_named_as_media(form):
    definition = form(
        """
    | survey | | | |
    | | type | name | label | choice_filter | media::image | default |
    | | select_one_from_file units.csv | unit | Xã | kind = 'commune' | map of communes.png | ${last-saved#unit} |
    | | calculate | h | | | | |
    | | text | t | Tên | | | |
    """.replace("| | calculate | h | | | | |\n", "")
    )
    assert definition.media_names == ("units.csv", "map of communes.png")
    assert definition.instance("units").filename == "units.csv"
    itemset = definition.nodes["/data/unit"].control.itemset
    assert (itemset.instance_id, itemset.predicate, itemset.label_ref) == ("units", "kind = 'commune'", "label")
    (action,) = definition.actions
    assert (action.kind, action.path) == ("setvalue", "/data/unit")
    assert "__last-saved" in action.value


def test_a_repeat_stands_once_with_its_count_and_the_label_of_its_group(form):
    definition = form("""
    | survey | | | |
    | | type | name | label | repeat_count |
    | | integer | n | Mấy người? | |
    | | begin repeat | member | Thành viên | ${n} + 1 |
    | | text | who | Tên | |
    | | end repeat | | | |
    """)
    repeat = definition.nodes["/data/member"]
    assert repeat.kind is NodeKind.REPEAT
    assert repeat.label.in_language("vi") == "Thành viên"
    assert [child.name for child in repeat.children] == ["who"]
    assert repeat.repeat_count == "/data/member_count"
    assert definition.nodes["/data/member_count"].calculate.split() == ["/data/n", "+", "1"]


def test_choices_may_come_from_a_repeat(form):
    definition = form("""
    | survey | | | |
    | | type | name | label | choice_filter |
    | | begin repeat | member | Thành viên | |
    | | text | who | Tên | |
    | | end repeat | | | |
    | | select_one ${who} | head | Ai là chủ hộ? | |
    """)
    itemset = definition.nodes["/data/head"].control.itemset
    assert (itemset.instance_id, itemset.nodeset, itemset.value_ref) == ("", "/data/member", "who")


def test_messages_hints_and_embedded_answers_are_texts(form):
    node = form("""
    | survey | | | | | | | | |
    | | type | name | label::Tiếng Việt (vi) | label::English (en) | hint::Tiếng Việt (vi) | constraint | \
constraint_message::Tiếng Việt (vi) | required | required_message::Tiếng Việt (vi) |
    | | text | who | Tên? | Name? | | | | | |
    | | integer | age | ${who} bao nhiêu tuổi? | How old? | Tuổi tròn | . < 120 | Chưa đúng | yes | Cần nhập |
    """).nodes["/data/age"]
    assert node.label.in_language("vi") == "… bao nhiêu tuổi?"
    assert node.label.in_language("en") == "How old?"
    assert node.hint.in_language("vi") == "Tuổi tròn"
    assert node.constraint == ". < 120"
    assert node.required == "true()"
    assert node.constraint_message.in_language("vi") == "Chưa đúng"
    assert node.required_message.by_language == (("Tiếng Việt (vi)", "Cần nhập"),)


def test_a_form_in_one_language_has_the_language_without_name(form):
    node = form("""
    | survey | | | | |
    | | type | name | label | constraint | constraint_message |
    | | integer | age | Tuổi | . > 0 | Phải lớn hơn 0 |
    """).nodes["/data/age"]
    assert node.label.by_language == (("", "Tuổi"),)
    assert node.constraint_message.in_language("vi") == "Phải lớn hơn 0"


def test_submission_attributes_and_entity_marks_are_read(form):
    definition = form("""
    | survey | | | |
    | | type | name | label | save_to |
    | | text | who | Tên | head_name |
    | entities | | |
    | | list_name | label |
    | | households | ${who} |
    | settings | | | | | | |
    | | form_title | form_id | version | client_editable | submission_url | public_key | instance_name |
    | | F | f | 1 | yes | https://elsewhere.example/submit | MIIB | ${who} |
    """)
    assert definition.client_editable
    assert definition.submission_action == "https://elsewhere.example/submit"
    assert definition.public_key == "MIIB"
    assert definition.entities_version.startswith("2024.1")
    assert definition.nodes["/data/who"].save_to == "head_name"
    assert definition.instance_name == "/data/who"


HAND_MADE = b"""<h:html xmlns:h="http://www.w3.org/1999/xhtml" xmlns="http://www.w3.org/2002/xforms"
 xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>T</h:title><model><instance><survey id="s" orx:version="3"><a>7</a><g><b/></g><empty/>
<orx:meta><orx:instanceID/></orx:meta></survey></instance>
<instance id="c"><root><row><code>1</code><label>Mot</label></row></root></instance>
<bind nodeset="/survey/a" type="xsd:integer" jr:constraintMsg="Sai"/><bind nodeset="g/b" type="select1"/>
<bind nodeset="/survey/gone" type="int"/></model></h:head>
<h:body><input ref="/survey/a"><label>A</label></input><group><label>Chi de xem</label><group ref="/survey/g">
<select1 ref="b"><item><label>X</label><value>x</value></item></select1></group></group>
<group ref="/survey/empty"><label>Trong</label></group>
<select1 ref="/survey/gone2"><itemset nodeset="randomize(instance('c')/root/row[code != '2'][code != ']'], 3)">
<value ref="code"/><label ref="label"/></itemset></select1></h:body></h:html>"""


def test_a_form_written_by_hand_is_read_alike():
    definition = read_form(HAND_MADE)
    assert (definition.form_id, definition.version) == ("s", "3")
    assert definition.nodes["/survey/a"].datatype is Datatype.INTEGER
    assert definition.nodes["/survey/a"].default == "7"
    assert definition.nodes["/survey/a"].constraint_message.in_language("vi") == "Sai"
    assert [choice.value for choice in definition.nodes["/survey/g/b"].control.choices] == ["x"]
    assert definition.nodes["/survey/empty"].kind is NodeKind.GROUP
    assert definition.nodes["/survey/meta/instanceID"].path == "/survey/meta/instanceID"
    assert definition.stray_paths == ("/survey/gone", "/survey/gone2")
    assert [(choice.value, choice.label.in_language("vi")) for choice in definition.instance("c").choices] == [
        ("1", "Mot")
    ]


@pytest.mark.parametrize(
    ("xform", "missing"),
    [
        (b"<html/>", "head"),
        (b"<html><head/></html>", "model"),
        (b"<html><head><model/></head></html>", "instance"),
        (b"<html><head><model><instance/></model></head></html>", "instance"),
        (b"<html><head><model><instance><d/></instance></model></head></html>", "body"),
    ],
)
def test_what_is_no_form_is_refused_naming_the_missing_part(xform: bytes, missing: str):
    with pytest.raises(InvalidInput) as refusal:
        read_form(xform)
    assert (refusal.value.code, refusal.value.params["missing"]) == ("form.unreadable", missing)

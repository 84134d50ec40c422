"""What keeps entities from being made or changed: each fault once, with the cell it stands in."""

import pytest

from server.forms.check import Surroundings, faults
from server.forms.xform import read_form

HERE = Surroundings(
    hosts=frozenset(),
    public_keys=frozenset(),
    uploaded=frozenset(),
    generated=frozenset({"units.csv", "households.csv", "homes.csv"}),
    is_sensitive=False,
)
SHEET = """
| survey | | | | |
| | type | name | label | save_to |
| | select_one_from_file homes.csv | home | Hộ | |
| | text | who | Tên | head_name |
| entities | | | |
| | list_name | entity_id | label |
"""


def found(definition, surroundings=HERE, sheets=()):
    return [(one.code, one.sheet, one.row, one.column) for one in faults(definition, surroundings, sheets=sheets)]


@pytest.mark.parametrize(
    ("list_name", "expected"),
    [("homes", []), ("units", [("form.entity_list_generated", "entities", 2, "list_name")])],
)
def test_a_list_the_server_makes_cannot_be_written_to(converted, list_name: str, expected: list):
    outcome = converted(SHEET.replace("homes", list_name) + f"| | {list_name} | ${{home}} | ${{who}} |\n")
    assert found(read_form(outcome.xform), sheets=outcome.sheets) == expected


def xform(inner: str, binds: str = "", version: str = "2025.1.0") -> bytes:
    """Return a ready XForm, which may hold what pyxform would refuse."""
    return f"""<html><head><title>T</title><model entities-version="{version}"><instance><d id="f" version="1"><a/>
    {inner}<meta><instanceID/>@</meta></d></instance>{binds}
    <bind nodeset="/d/meta/entity/@id" calculate="1"/><bind nodeset="/d/r/meta/entity/@id" calculate="1"/>
    <bind nodeset="/d/meta/instanceID" preload="uid"/></model></head>
    <body><group ref="/d/r"><repeat nodeset="/d/r"/></group></body></html>""".encode()


ROOT_BLOCK = '<entity dataset="homes" id="" create="1"><label/></entity>'
IN_REPEAT = '<r><b/><meta><entity dataset="clubs" id="" update="1"/></meta></r>'
SAVED = '<bind nodeset="/d/a" saveto="%s"/>'


@pytest.mark.parametrize(
    ("rule", "block", "binds", "expected"),
    [
        ("sound", ROOT_BLOCK, SAVED % "size", []),
        ("a point in a property's name", ROOT_BLOCK, SAVED % "house.no", []),
        ("no list", ROOT_BLOCK.replace("homes", ""), "", ["form.entity_list_name"]),
        ("a point in a list's name", ROOT_BLOCK.replace("homes", "ho.mes"), "", ["form.entity_list_name"]),
        ("a list of the language's own", ROOT_BLOCK.replace("homes", "__homes"), "", ["form.entity_list_name"]),
        ("no label", ROOT_BLOCK.replace("<label/>", ""), "", ["form.entity_no_label"]),
        ("nothing to happen", ROOT_BLOCK.replace('create="1"', ""), "", ["form.entity_no_action"]),
        ("the column of the id", ROOT_BLOCK, SAVED % "Name", ["form.entity_property_name"]),
        ("the column of the label", ROOT_BLOCK, SAVED % "label", ["form.entity_property_name"]),
        ("a column of the device", ROOT_BLOCK, SAVED % "__version", ["form.entity_property_name"]),
        ("a space", ROOT_BLOCK, SAVED % "house no", ["form.entity_property_name"]),
        ("one property, two answers", ROOT_BLOCK, SAVED % "x" + SAVED.replace("/d/a", "/d/meta/instanceID") % "x",
         ["form.entity_property_twice", "form.entity_property_twice"]),
        ("nowhere to save", "", SAVED % "x", ["form.save_to_without_entity"]),
    ],
)  # fmt: skip
def test_each_rule_of_a_block_at_the_root(rule: str, block: str, binds: str, expected: list):
    version = "2024.1.0"
    assert [
        one[0] for one in found(read_form(xform("<r/>", binds, version).replace(b"@</", f"{block}</".encode())))
    ] == (expected), rule


@pytest.mark.parametrize(
    ("rule", "inner", "binds", "expected"),
    [
        ("a block of its own", IN_REPEAT, '<bind nodeset="/d/r/b" saveto="x"/>', []),
        ("one value each, for one", "<r><b/></r>", '<bind nodeset="/d/r/b" saveto="x"/>', ["form.save_to_repeated"]),
        ("a whole repeat", "<r><b/></r>", '<bind nodeset="/d/r" saveto="x"/>', ["form.save_to_group"]),
    ],
)
def test_each_rule_of_repeats(rule: str, inner: str, binds: str, expected: list):
    definition = read_form(xform(inner, binds).replace(b"@</", f"{ROOT_BLOCK}</".encode()))
    assert [one[0] for one in found(definition)] == expected, rule


@pytest.mark.parametrize(
    ("inner", "version", "expected"),
    [
        ("<r/>", "2022.1.0", []),
        ("<r/>", "2024.1.0", []),
        ("<r/>", "", ["form.entities_version"]),
        ("<r/>", "2099.1.0", ["form.entities_version"]),
        (IN_REPEAT, "2024.1.0", ["form.entities_version"]),
        (IN_REPEAT, "2025.1.0", []),
    ],
)
def test_the_entities_version_knows_what_the_form_does(inner: str, version: str, expected: list):
    definition = read_form(xform(inner, "", version).replace(b"@</", f"{ROOT_BLOCK}</".encode()))
    assert [one[0] for one in found(definition)] == expected


def test_an_entity_needs_its_id():
    source = xform("<r/>").replace(b"@</", f"{ROOT_BLOCK}</".encode())
    without = source.replace(b'<bind nodeset="/d/meta/entity/@id" calculate="1"/>', b"")
    first_load = b'<setvalue ref="/d/meta/entity/@id" event="odk-instance-first-load" value="uuid()"/>'
    assert [one[0] for one in found(read_form(without))] == ["form.entity_no_id"]
    assert found(read_form(without.replace(b"</model>", first_load + b"</model>"))) == []


def test_a_fault_of_an_answer_points_at_its_cell(converted):
    outcome = converted(SHEET + "| | homes | ${home} | ${who} |\n")
    definition = read_form(outcome.xform.replace(b'saveto="head_name"', b'saveto="label"'))
    assert found(definition, sheets=outcome.sheets) == [("form.entity_property_name", "survey", 3, "save_to")]


@pytest.mark.parametrize("filename", ["households.csv", "staff.csv", "homes.csv"])
def test_a_plain_file_may_not_take_the_name_of_an_entity_list(form, filename: str):
    surroundings = Surroundings(frozenset(), frozenset(), frozenset({filename}), HERE.generated, is_sensitive=False)
    (fault,) = faults(form(SHEET + "| | homes | ${home} | ${who} |\n"), surroundings)
    assert (fault.code, fault.params["filename"]) == ("form.list_reserved", filename)


def test_a_form_may_read_an_entity_list_the_server_sends(form):
    table = "| survey | | | |\n| | type | name | label |\n| | select_one_from_file households.csv | a | A |\n"
    assert faults(form(table), HERE) == ()


def test_a_sensitive_form_writes_to_no_list(form):
    sensitive = Surroundings(frozenset(), frozenset(), frozenset(), frozenset(), is_sensitive=True)
    survey = "| survey | | | | |\n| | type | name | label | save_to |\n| | integer | n | N | size |\n"
    entities = "| entities | | |\n| | list_name | label |\n| | counts | ${n} |\n"
    assert [one.code for one in faults(form(survey + entities), sensitive)] == ["form.sensitive.entity"]

"""What a finished form does to the phone's own entities, on the forms pyxform makes and the engine fills."""

import re
from xml.etree import ElementTree as ET

import pytest

from .engine import Form, JavaRosa
from .entity_forms import UnsupportedForm, form_entities
from .entity_store import EntityAction, EntityState, LocalEntity
from .form_server import FormServer
from .phone import Phone
from .sample_forms import NEW_HOME, SETTLED_HOME, TREES, VISITED_HOME, xform
from .survey import Survey

HOME = "0e27ae38-4c0f-4f8a-9a53-5b3c4a1d2e01"
LISTED = f"name,label,__version,head,size\n{HOME},Hộ mẫu một,4,Mẫu Một,3\n".encode()


@pytest.fixture
def phone(shelf: FormServer) -> Phone:
    for markdown, files in [
        (NEW_HOME, ()),
        (VISITED_HOME, ("homes",)),
        (SETTLED_HOME, ("homes",)),
        (TREES, ("trees",)),
    ]:
        form = xform(markdown)
        form_id = re.findall(rb'<data id="(\w+)"', form)[0].decode()
        shelf.forms[form_id] = ("1", form, {f"{name}.csv": b"" for name in files})
    shelf.lists = {"homes": ("one", LISTED), "trees": ("one", b"name,label,__version\n")}
    phone = Phone(shelf.recording.url)
    assert phone.sync().failed == {}
    return phone


def loaded(engine: JavaRosa, phone: Phone, form_id: str) -> Form:
    """Open a form as it would be opened now, with the lists as they are now."""
    return engine.load(phone.forms[form_id].xform, phone.media(form_id))


def fill(engine: JavaRosa, phone: Phone, form_id: str, answers: dict[str, object], **how: Survey) -> Survey:
    filled = engine.fill(loaded(engine, phone, form_id), answers, **how)
    assert (filled.valid, filled.unused) == (True, ())
    return filled.survey


def entity(survey: Survey) -> dict[str, str]:
    found = ET.fromstring(survey.xml).find("meta/entity")
    assert found is not None
    return dict(found.attrib)


def home(phone: Phone, entity_id: str = HOME) -> LocalEntity:
    found = phone.entities.find("homes", entity_id)
    assert found is not None
    return found


@pytest.mark.java
def test_a_home_made_offline_is_in_the_list_of_the_next_form_at_once(engine: JavaRosa, phone: Phone):
    survey = fill(engine, phone, "new_home", {"/data/head": "Mẫu Hai", "/data/size": "5", "/data/moved": "no"})
    phone.keep_filled(survey)
    made = home(phone, entity(survey)["id"])
    assert (made.label, made.version, made.trunk_version, made.state) == ("Mẫu Hai 5", 1, None, EntityState.OFFLINE)
    assert dict(made.properties) == {"head": "Mẫu Hai", "size": "5"}, "since is not relevant, and so not said"
    visit = fill(engine, phone, "visited_home", {"/data/home": made.id, "/data/size": "6"})
    assert entity(visit) == {
        "dataset": "homes",
        "id": made.id,
        "update": "1",
        "baseVersion": "1",
        "trunkVersion": "",
        "branchId": made.branch_id,
    }


@pytest.mark.java
def test_updates_offline_are_chained_from_the_version_of_the_server(engine: JavaRosa, phone: Phone):
    before = home(phone)
    said = []
    for size in ("5", "6", ""):
        survey = fill(engine, phone, "visited_home", {"/data/home": HOME, "/data/size": size})
        phone.keep_filled(survey)
        said.append(entity(survey))
    assert [(one["baseVersion"], one["trunkVersion"]) for one in said] == [("4", "4"), ("5", "4"), ("6", "4")]
    assert {one["branchId"] for one in said} == {before.branch_id}
    after = home(phone)
    assert (after.version, after.trunk_version, after.branch_id) == (7, 4, before.branch_id)
    assert dict(after.properties) == {"head": "Mẫu Một", "size": ""}, "left empty is said to be empty"
    assert after.label == "Hộ mẫu một", "the form has no label for it"


@pytest.mark.java
def test_sending_and_sending_again_changes_the_phone_once(engine: JavaRosa, phone: Phone, shelf: FormServer):
    survey = fill(engine, phone, "visited_home", {"/data/home": HOME, "/data/size": "5"})
    phone.keep_filled(survey)
    phone.send(survey)
    phone.send_in_parallel(survey, 3)
    assert home(phone).version == 5


@pytest.mark.java
def test_an_edit_of_a_sent_form_leaves_the_phones_entities_alone(engine: JavaRosa, phone: Phone):
    first = fill(engine, phone, "new_home", {"/data/head": "Mẫu Hai", "/data/size": "5", "/data/moved": "no"})
    phone.keep_filled(first)
    made = home(phone, entity(first)["id"])
    edit = fill(engine, phone, "new_home", {"/data/head": "Mẫu Ba"}, edit_of=first)
    phone.keep_filled(edit)
    assert entity(edit)["id"] == made.id
    assert home(phone, made.id) == made


@pytest.mark.java
def test_a_form_may_make_a_home_or_change_one(engine: JavaRosa, phone: Phone):
    made = fill(engine, phone, "settled_home", {"/data/known": "no", "/data/head": "Mẫu Hai"})
    phone.keep_filled(made)
    assert home(phone, entity(made)["id"]).state is EntityState.OFFLINE
    changed = fill(engine, phone, "settled_home", {"/data/known": "yes", "/data/home": HOME, "/data/head": "Mẫu Ba"})
    phone.keep_filled(changed)
    assert (home(phone).version, home(phone).properties["head"]) == (5, "Mẫu Ba")
    neither = fill(engine, phone, "settled_home", {"/data/known": "unsure", "/data/head": "Mẫu Tư"})
    phone.keep_filled(neither)
    assert len(phone.entities.entities("homes")) == 2


@pytest.mark.java
def test_each_repeat_makes_an_entity_of_its_own(engine: JavaRosa, phone: Phone):
    answers = {"/data/place": "vườn", "/data/tree": 2, "/data/tree[1]/kind": "mít", "/data/tree[2]/kind": "xoài"}
    phone.keep_filled(fill(engine, phone, "trees", answers | {"/data/tree[2]/about/age": "7"}))
    made = phone.entities.entities("trees").values()
    assert [(one.label, dict(one.properties)) for one in made] == [
        ("mít vườn", {"kind": "mít", "age": ""}),
        ("xoài vườn", {"kind": "xoài", "age": "7"}),
    ]


def instance(attributes: str, meta: str = "", label: str = "<label>Hộ</label>") -> ET.Element:
    block = f'<entity dataset="homes" id="{HOME}" {attributes}>{label}</entity>'
    return ET.fromstring(
        f'<data xmlns:orx="http://openrosa.org/xforms"><head>x</head><orx:meta>{block}{meta}</orx:meta></data>'
    )


@pytest.mark.parametrize(
    ("attributes", "action"),
    [
        ('create="1"', EntityAction.CREATE),
        ('create="true"', EntityAction.CREATE),
        ('create="TRUE" update="0"', EntityAction.CREATE),
        ('update="1"', EntityAction.UPDATE),
        ('create="" update="1"', EntityAction.UPDATE),
        ('create="1" update="1"', EntityAction.UPSERT),
        ('create="0"', None),
        ('create="yes"', None),
        ("", None),
    ],
)
def test_true_is_one_or_true_in_any_case(attributes: str, action: EntityAction | None):
    said = form_entities(xform(NEW_HOME), instance(attributes))
    assert [one.action for one in said] == ([] if action is None else [action])


def test_of_what_is_not_in_the_instance_nothing_is_said():
    (said,) = form_entities(xform(NEW_HOME), instance('create="1"', label=""))
    assert (said.label, dict(said.properties)) == ("", {"head": "x"})


@pytest.mark.parametrize("version", ["2022.1.0", "2023.1.0"])
def test_forms_of_the_older_specification_leave_the_phone_alone(version: str):
    form = xform(NEW_HOME).replace(b"2024.1.0", version.encode())
    assert form_entities(form, instance('create="1"')) == []


@pytest.mark.parametrize("version", [b"", b'entities:entities-version="2030.1.0"'])
def test_a_form_of_no_or_an_unknown_version_does_not_open(version: bytes):
    form = xform(NEW_HOME).replace(b'entities:entities-version="2024.1.0"', version)
    with pytest.raises(UnsupportedForm):
        form_entities(form, instance('create="1"'))

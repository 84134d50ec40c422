"""A filled form reads as Collect writes it: relevance, constraints, repeats, preloads, calculations."""

from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest

from .engine import Form, JavaRosa, Refusal
from .sample_forms import DEAD_END, xform

pytestmark = pytest.mark.java

AFTERNOON = datetime(2026, 11, 3, 14, 5, tzinfo=timezone(timedelta(hours=7)))
NO_TALK = {
    "/data/code": "AB123",
    "/data/size": 4,
    "/data/children": 2,
    "/data/visited": "2026-11-01",
    "/data/consent": "no",
    "/data/member": 0,
}


def texts(xml: bytes) -> dict[str, str]:
    """Return the leaves of an instance by path without [n], the last one of each."""
    found: dict[str, str] = {}

    def walk(element: ET.Element, path: str) -> None:
        if len(element) == 0:
            found[path] = element.text or ""
        for child in element:
            walk(child, f"{path}/{child.tag.rpartition('}')[2]}")

    root = ET.fromstring(xml)
    walk(root, f"/{root.tag}")
    return found


def test_given_answers_make_a_valid_submission(engine: JavaRosa, household: Form):
    filled = engine.fill(household, NO_TALK, now=AFTERNOON)
    assert filled.valid
    assert filled.refused == ()
    assert filled.unused == ()
    root = ET.fromstring(filled.survey.xml)
    assert (root.attrib["id"], root.attrib["version"]) == ("sample_household", "2026110301")
    assert filled.instance_name == "AB123 – 4"
    assert filled.survey.xml.startswith(b"<?xml version='1.0'")


def test_preloads_come_from_the_phone_and_the_end_is_later_than_the_start(engine: JavaRosa, household: Form):
    filled = engine.fill(household, NO_TALK, now=AFTERNOON, meta={"deviceid": "collect:x", "username": "mau.a"})
    leaves = texts(filled.survey.xml)
    assert leaves["/data/start"] == "2026-11-03T14:05:00.000+07:00"
    assert leaves["/data/end"] == "2026-11-03T14:05:30.000+07:00"  # five questions, six seconds each
    assert leaves["/data/today"] == "2026-11-03"
    assert leaves["/data/deviceid"] == "collect:x"
    assert leaves["/data/username"] == "mau.a"
    assert leaves["/data/meta/instanceID"] == filled.survey.instance_id
    assert filled.survey.file_name == "Phiếu mẫu hộ gia đình_2026-11-03_14-05-00.xml"


def test_what_is_not_relevant_is_absent(engine: JavaRosa, household: Form):
    filled = engine.fill(household, NO_TALK | {"/data/talk/commune": "c1"}, now=AFTERNOON)
    assert not any(path.startswith("/data/talk") for path in texts(filled.survey.xml))
    assert filled.unused == ("/data/talk/commune",)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("/data/code", "ab123"), "constraint"),
        (("/data/size", 31), "constraint"),
        (("/data/children", 5), "constraint"),
        (("/data/visited", "2026-11-04"), "constraint"),  # tomorrow on this phone's clock
        (("/data/size", "four"), "unreadable"),
        (("/data/consent", "maybe"), "not_a_choice"),
    ],
)
def test_an_answer_the_form_does_not_allow_is_refused(
    engine: JavaRosa, household: Form, answer: tuple[str, object], reason: str
):
    path, value = answer
    filled = engine.fill(household, NO_TALK | {path: value}, now=AFTERNOON)
    assert filled.refused[0] == Refusal(path, str(value), reason)
    assert not filled.valid
    assert filled.failed is not None
    assert filled.failed.path == path
    assert filled.failed.reason == "required"


def test_with_constraints_checked_at_the_end_the_bad_answer_stays_and_stops_finalisation(
    engine: JavaRosa, household: Form
):
    filled = engine.fill(household, NO_TALK | {"/data/size": 31}, now=AFTERNOON, constraint_behavior="on_finalize")
    assert filled.refused == ()
    assert filled.failed == Refusal("/data/size", None, "constraint")
    assert texts(filled.survey.xml)["/data/size"] == "31"


def test_a_choice_the_filter_hides_cannot_be_taken(engine: JavaRosa, household: Form):
    talk = {"/data/consent": "yes", "/data/talk/commune": "c1", "/data/talk/village": "v2"}
    filled = engine.fill(household, NO_TALK | talk, now=AFTERNOON)
    assert Refusal("/data/talk/village", "v2", "not_a_choice") in filled.refused


def test_repeats_are_added_by_their_highest_index_and_calculations_see_them(engine: JavaRosa, household: Form):
    members = {"/data/member[1]/name": "Mẫu một", "/data/member[2]/name": "Mẫu hai", "/data/member[2]/age": 61}
    answers = {path: value for path, value in NO_TALK.items() if path != "/data/member"} | members
    filled = engine.fill(household, answers, now=AFTERNOON)
    assert filled.valid
    assert [member.findtext("name") for member in ET.fromstring(filled.survey.xml).iter("member")] == [
        "Mẫu một",
        "Mẫu hai",
    ]
    leaves = texts(filled.survey.xml)
    assert (leaves["/data/members"], leaves["/data/oldest"]) == ("2", "61")


def test_no_repeat_at_all_leaves_no_element(engine: JavaRosa, household: Form):
    filled = engine.fill(household, NO_TALK, now=AFTERNOON)
    assert b"<member" not in filled.survey.xml.replace(b"<members", b"")


def test_a_counted_repeat_makes_its_instances_by_itself(engine: JavaRosa, counted: Form):
    words = {f"/data/item[{n}]/word": f"từ {n}" for n in (1, 2, 3)}
    filled = engine.fill(counted, {"/data/wanted": 3, **words})
    assert filled.valid
    assert [word.text for word in ET.fromstring(filled.survey.xml).iter("word")] == ["từ 1", "từ 2", "từ 3"]


def test_lists_from_files_pulldata_place_and_clock(engine: JavaRosa, listed: Form):
    answers = {"/data/home": "h2", "/data/at": "2026-11-03T13:00:00.000+07:00"}
    filled = engine.fill(listed, answers, now=AFTERNOON, location="14.35 108.0 520.0 4.5")
    leaves = texts(filled.survey.xml)
    assert filled.valid
    assert leaves["/data/head"] == "Chủ hộ mẫu hai"
    assert leaves["/data/where"] == "14.35 108.0 520.0 4.5"
    assert leaves["/data/at"] == "2026-11-03T13:00:00.000+07:00"
    assert leaves["/data/stamp"].startswith("2026-11-03")


def test_what_was_last_saved_is_offered_again(engine: JavaRosa):
    form = engine.load(xform(DEAD_END))
    rest = {"/data/place": "full", "/data/home": "h1"}
    first = engine.fill(form, {"/data/officer": "Cán bộ mẫu", **rest})
    second = engine.fill(form, rest, last_saved=first.survey)
    assert texts(second.survey.xml)["/data/officer"] == "Cán bộ mẫu"
    assert engine.fill(form, rest).refused[0] == Refusal("/data/officer", None, "required")


def test_every_filling_is_a_new_instance_unless_the_test_names_it(engine: JavaRosa, counted: Form):
    first, second = (engine.fill(counted, {"/data/wanted": 0}).survey.instance_id for _ in range(2))
    named = engine.fill(counted, {"/data/wanted": 0}, instance_id="uuid:sample").survey.instance_id
    assert first != second
    assert named == "uuid:sample"

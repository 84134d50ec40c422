"""An edit is a full copy under a new instanceID that names the one it replaces, as Collect makes it."""

from xml.etree import ElementTree as ET

import pytest

from .engine import Form, JavaRosa
from .test_filling import NO_TALK, texts

pytestmark = pytest.mark.java


def test_an_edit_gets_a_new_id_and_deprecates_the_old_one(engine: JavaRosa, household: Form):
    first = engine.fill(household, NO_TALK)
    edit = engine.fill(household, {"/data/size": 9}, edit_of=first.survey)
    assert edit.valid
    assert edit.deprecated_id == first.survey.instance_id
    assert edit.survey.instance_id not in {first.survey.instance_id, None}
    before, after = texts(first.survey.xml), texts(edit.survey.xml)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed >= {"/data/size", "/data/meta/instanceID", "/data/meta/deprecatedID", "/data/meta/instanceName"}
    assert changed <= {*changed, "/data/end"}
    assert after["/data/start"] == before["/data/start"]


def test_deprecated_id_has_no_namespace(engine: JavaRosa, household: Form):
    edit = engine.fill(household, edit_of=engine.fill(household, NO_TALK).survey)
    assert ET.fromstring(edit.survey.xml).find("meta/deprecatedID") is not None


def test_an_edit_of_an_edit_names_the_edit(engine: JavaRosa, household: Form):
    first = engine.fill(household, NO_TALK)
    second = engine.fill(household, {"/data/size": 5}, edit_of=first.survey)
    third = engine.fill(household, {"/data/size": 6}, edit_of=second.survey)
    assert third.deprecated_id == second.survey.instance_id
    assert third.survey.xml.count(b"<deprecatedID>") == 1


def test_an_edit_keeps_repeats_and_files_and_may_drop_them(engine: JavaRosa, household: Form):
    first = engine.fill(household, {"/data/consent": "yes", "/data/member": 2}, seed=8)
    kept = engine.fill(household, edit_of=first.survey)
    dropped = engine.fill(household, {"/data/member": 1, "/data/consent": "no"}, edit_of=first.survey)
    assert kept.survey.files == first.survey.files
    assert len(list(ET.fromstring(kept.survey.xml).iter("member"))) == 2
    assert dropped.survey.files == {}
    assert len(list(ET.fromstring(dropped.survey.xml).iter("member"))) == 1


def test_an_instance_of_another_form_is_not_edited(engine: JavaRosa, household: Form):
    other = engine.fill(household, NO_TALK).survey.with_xml(b"<other id='x'/>")
    with pytest.raises(RuntimeError, match="does not belong to this form"):
        engine.fill(household, edit_of=other)

"""Each workbook converts without a word of complaint, and its snapshot is what the conversion gives."""

from __future__ import annotations

import re

import pytest
from pyxform.xls2xform import convert
from workbooks import FORMS, VI, XLSFORMS, settings, xform

from server.forms.check import Surroundings, faults
from server.forms.entities import STANDARD_LISTS
from server.forms.xform import read_form

TITLES = {
    "household_register": ("household_register", "1 Hộ gia đình"),
    "household_conduct_survey": ("household_conduct_survey", "2 Ứng xử trong gia đình"),
    "training_event": ("training_event", "3 Tập huấn, tuyên truyền, sinh hoạt"),
    "commune_register": ("commune_register", "4 Mô hình, câu lạc bộ"),
    "incident": ("phieu_b", "Phiếu B"),
}


def converted(form, *, validate, warnings):
    source = (XLSFORMS / form / "form.xlsx").read_bytes()
    return convert(xlsform=source, file_type=".xlsx", validate=validate, form_name="data", warnings=warnings).xform


@pytest.mark.parametrize("form", FORMS)
def test_the_snapshot_is_the_conversion_of_the_workbook_without_warnings(form):
    warnings: list[str] = []
    assert converted(form, validate=False, warnings=warnings).encode() == (XLSFORMS / form / "form.xml").read_bytes()
    assert warnings == []


@pytest.mark.java
@pytest.mark.parametrize("form", FORMS)
def test_odk_validate_finds_nothing(form):
    warnings: list[str] = []
    converted(form, validate=True, warnings=warnings)
    assert warnings == []


@pytest.mark.parametrize("form", FORMS)
def test_id_title_language_and_version_are_as_agreed(form):
    row = settings(form)
    assert (row["form_id"], row["form_title"]) == TITLES[form]
    assert row["default_language"] == VI
    assert re.fullmatch(r"20\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d\d", row["version"])
    assert row["instance_name"]


@pytest.mark.parametrize(
    ("form", "is_editable"),
    [
        ("household_register", False),
        ("household_conduct_survey", True),
        ("training_event", True),
        ("commune_register", True),
        ("incident", False),
    ],
)
def test_only_surveys_trainings_and_commune_registers_may_be_edited_on_the_phone(form, is_editable):
    submission = xform(form).find(".//{http://www.w3.org/2002/xforms}submission")
    editable = None if submission is None else submission.get("{http://www.opendatakit.org/xforms}client-editable")
    assert (editable == "true") is is_editable


@pytest.mark.parametrize("form", FORMS)
def test_no_photo_leaves_the_phone_larger_than_1024_pixels(form):
    images = [b for b in xform(form).iter("{http://www.w3.org/2002/xforms}bind") if b.get("type") == "binary"]
    assert [image.get("{http://openrosa.org/xforms}max-pixels") for image in images] == ["1024"] * len(images)
    assert bool(images) is (form in {"training_event", "commune_register"})


@pytest.mark.parametrize("form", FORMS)
def test_publishing_would_find_nothing(form):
    made = frozenset({"units.csv", *(f"{name}.csv" for name in STANDARD_LISTS)})
    media = frozenset(path.name for path in (XLSFORMS / form / "media").iterdir()) - made
    surroundings = Surroundings(
        hosts=frozenset(),
        public_keys=frozenset(),
        uploaded=media,
        generated=made,
        is_sensitive=form == "incident",
    )
    assert faults(read_form((XLSFORMS / form / "form.xml").read_bytes()), surroundings) == ()

"""The form of incident officers gives nobody away: no name, no words, no place on a map, no trace in its title."""

from __future__ import annotations

from workbooks import FORMS, VI, XLSFORMS, question, rows, settings, survey, types

FORM = "incident"
TELLING = ("bạo lực", "violence", "dv_", "vụ việc", "incident", "case")


def relevant_of(name):
    return question(FORM, name).get("relevant", "")


def test_title_id_and_instance_name_say_nothing():
    shown = [settings(FORM)[key].lower() for key in ("form_title", "form_id", "instance_name")]
    assert [word for word in TELLING for text in shown if word in text.replace("report_kind", "")] == []


def test_file_names_say_nothing_of_violence():
    files = [path.name.lower() for path in (XLSFORMS / FORM).rglob("*")]
    assert [name for name in files if "violence" in name or "bao_luc" in name or "dv" in name] == []


def test_the_urgent_note_is_the_first_thing_on_the_screen():
    shown = [row for row in survey(FORM) if row["type"] not in {"start", "end", "today", "calculate"}]
    assert (shown[0]["type"], shown[0]["name"]) == ("note", "urgent_note")
    assert "gọi ngay Công an xã và Chủ tịch UBND xã" in shown[0][f"label::{VI}"]
    assert "relevant" not in shown[0]


def test_nothing_can_be_written_photographed_recorded_or_located():
    free = {"text", "image", "audio", "video", "file", "barcode", "geopoint", "geotrace", "geoshape", "start-geopoint"}
    assert not free & set(types(FORM))
    assert not {"phonenumber", "email", "username", "deviceid", "audit"} & set(types(FORM))


def test_no_household_can_be_chosen_or_remembered():
    whole = (XLSFORMS / FORM / "form.xml").read_text()
    assert "household" not in whole
    assert "last-saved" not in whole
    assert [path.name for path in (XLSFORMS / FORM / "media").iterdir()] == ["units.csv"]


def test_it_cannot_be_edited_on_the_phone():
    assert "client_editable" not in settings(FORM)
    assert "client-editable" not in (XLSFORMS / FORM / "form.xml").read_text()


def test_every_case_says_whether_the_chair_was_told():
    assert question(FORM, "told_chair")["required"] == "yes"
    assert "new_case" in relevant_of("told")
    assert "follow_up" in relevant_of("told")
    assert relevant_of("tell_now") == "${told_chair} = 'no'"


def test_a_quarter_without_a_case_is_said_in_words():
    confirm = [row for row in rows(FORM, "choices") if row["list_name"] == "zero_confirm"]
    assert [row[f"label::{VI}"] for row in confirm] == ["Quý này không có vụ việc"]
    assert "default" not in question(FORM, "zero_confirm")


def test_the_sixteen_acts_of_the_law_can_be_told_apart():
    acts = [row["name"] for row in rows(FORM, "choices") if row["list_name"] == "act"]
    assert acts == [*"abcd", "dd", *"eghiklmnopq", "unknown"]


def test_no_other_form_and_no_measure_of_one_names_it():
    others = [form for form in FORMS if form != FORM]
    cells = [
        text
        for form in others
        for sheet in ("survey", "measures")
        for row in rows(form, sheet)
        for text in row.values()
    ]
    assert [text for text in cells if "phieu_b" in text] == []

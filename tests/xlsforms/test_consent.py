"""The household register asks for consent before it stores anything personal."""

from __future__ import annotations

from workbooks import question, settings, survey

FORM = "household_register"
ACTIONS_THAT_STORE = ("new", "update", "change_head", "split", "moved_in")


def test_consent_comes_before_every_personal_question():
    ordered = [row.get("name") for row in survey(FORM)]
    personal = [row["name"] for row in survey(FORM) if row.get("name", "").startswith(("hh_head", "hh_size", "hh_eth"))]
    assert all(ordered.index("consent") < ordered.index(name) for name in personal)
    assert question(FORM, "details")["relevant"] == "${consent} = 'yes'"
    assert "default" not in question(FORM, "consent")


def test_every_change_that_stores_a_person_asks_for_consent():
    assert all(f"'{action}'" in question(FORM, "consent")["relevant"] for action in ACTIONS_THAT_STORE)


def test_both_household_forms_ask_with_the_same_words_and_version():
    other = "household_conduct_survey"
    texts = [key for key in question(FORM, "consent") if key.startswith("label")]
    assert [question(FORM, "consent")[key] for key in texts] == [question(other, "consent")[key] for key in texts]
    assert question(FORM, "consent_version")["calculation"] == question(other, "consent_version")["calculation"]


def test_a_household_that_declines_leaves_its_number_and_no_name():
    name = settings(FORM)["instance_name"]
    assert "(không lưu tên)" in name
    assert "hh_head_name" not in name
    assert question(FORM, "house_no")["relevant"] == "${consent} != ''"


def test_the_only_household_point_is_optional():
    points = [row for row in survey(FORM) if row["type"] == "geopoint"]
    assert [(row["name"], "required" in row) for row in points] == [("hh_point", False)]

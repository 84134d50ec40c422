"""What each form reads from and saves to the lists that stay with households, clubs, models and addresses."""

from __future__ import annotations

import pytest
from workbooks import FORMS, XLSFORMS, question, rows, survey

from server.forms.entities import STANDARD_LISTS, columns_read, entity_blocks
from server.forms.xform import read_form

HOUSEHOLD = {
    "village", "house_no", "head_name", "spouse_name", "address", "size", "u16", "n60", "hh_type", "relations",
    "ethnic", "poverty", "groups", "point", "status", "parent", "merged_into", "status_date", "named",
}  # fmt: skip
SAVED = {
    ("household_register", "households"): HOUSEHOLD,
    ("household_conduct_survey", "households"): {"last_survey_year", "visit_result"},
    ("commune_register", "models"): {"commune", "status", "decision_no", "decision_date", "standard"},
    ("commune_register", "clubs"): {
        "commune", "village", "kind", "status", "members", "female", "households", "meets_every", "last_meeting",
        "hotline", "founded",
    },
    ("commune_register", "trusted_addresses"): {"commune", "village", "kind", "status"},
}  # fmt: skip
READ = {
    "household_register": {"households"},
    "household_conduct_survey": {"households"},
    "training_event": {"households", "clubs", "staff"},
    "commune_register": {"models", "clubs", "trusted_addresses"},
    "incident": set(),
}
PERSONAL = {"head_name", "spouse_name", "address", "ethnic", "groups", "point", "named"}


def definition(form):
    return read_form((XLSFORMS / form / "form.xml").read_bytes())


def blocks():
    return {(form, block.dataset): block for form in FORMS for block in entity_blocks(definition(form))}


def test_each_form_saves_what_was_agreed_and_no_more():
    assert {key: set(block.save_tos.values()) for key, block in blocks().items()} == SAVED


@pytest.mark.parametrize("form", FORMS)
def test_each_form_reads_its_lists_and_no_other(form):
    assert {name for name in STANDARD_LISTS if columns_read(definition(form), name)} == READ[form]


def test_the_survey_changes_households_and_makes_none():
    block = blocks()["household_conduct_survey", "households"]
    assert (block.creates, block.updates) == (False, True)


def test_what_is_made_can_be_found_again():
    made = {key: block for key, block in blocks().items() if block.creates}
    assert set(made) == {key for key in SAVED if key[0] != "household_conduct_survey"}
    assert all(block.updates and block.has_label for block in made.values())


def test_several_of_a_kind_stand_in_a_repeat_of_their_own():
    containers = {name: block.repeats for (form, name), block in blocks().items() if form == "commune_register"}
    assert containers == {"models": (), "clubs": ("/data/unit",), "trusted_addresses": ("/data/address",)}


def test_where_a_household_stands_is_never_sent_back_to_a_phone():
    assert [form for form in FORMS if "point" in columns_read(definition(form), "households")] == []


def test_nothing_personal_is_saved_before_the_household_was_asked():
    saved = [row for row in survey("household_register") if row.get("save_to") in PERSONAL]
    assert {row["save_to"] for row in saved} == PERSONAL
    assert all("${consent}" in row["relevant"] or "${hh_point}" in row["relevant"] for row in saved)


def test_the_name_of_a_household_that_declines_is_nowhere_in_its_label():
    (entity,) = rows("household_register", "entities")
    refused, _, _ = entity["label"].partition(", ${hh_label}")
    assert refused == "if(${consent} = 'no', concat('Hộ số ', ${house_no}, ' (không lưu tên)')"


def test_a_new_household_has_an_id_drawn_by_lot():
    assert question("household_register", "new_id")["calculation"] == "once(uuid())"
    assert question("household_register", "household_id")["calculation"] == (
        "if(${makes_household} = 'yes', ${new_id}, ${household})"
    )


def test_the_form_of_incidents_knows_no_list_of_people():
    assert not any("save_to" in row for row in survey("incident"))
    assert [one.filename for one in definition("incident").instances if one.src] == ["units.csv"]

"""A list of households is tried, loaded and taken back: by place and identity, a row at a time, nothing in silence."""

from __future__ import annotations

from datetime import date

import pytest

from server.errors import Conflict, Forbidden
from server.operations.run_import import FileFacts, keep_file
from server.operations.undo_import import begin_undo
from tests.import_field import codes, console_load, counts, csv_file, loaded, operator_load, tried, undone, xlsx_file
from tests.register_field import (
    NEIGHBOUR,
    colleague,
    created,
    entity_id,
    household,
    list_hash,
    on_phone,
    register_field,
    stored,
    versions,
)

pytestmark = pytest.mark.database

TIK = ("23500-01", 37, "A Tik", "Y Bét", 4, "Xơ Đăng", "Nghèo")
KRONG = ("23500-01", "", "Y Krông", "", 1, "Ba Na", "")


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def ids(field) -> dict[str, str]:
    """Return the ids of the list on the phone by label."""
    return {row["label"]: entity for entity, row in on_phone(field).items()}


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_a_trial_writes_nothing_and_the_run_does_what_it_showed(field, file):
    content, before = file(TIK, KRONG), list_hash(field)
    assert counts(tried(field, content)) == (2, 0, 0, 0)
    assert (on_phone(field), list_hash(field)) == ({}, before)
    _, report = loaded(field, content)
    assert counts(report) == (2, 0, 0, 0)
    assert set(ids(field)) == {"A Tik – vợ Y Bét – hộ 37", "Y Krông"}
    assert list_hash(field) != before


def test_each_version_names_the_load_it_came_from(field, services):
    loaded(field, csv_file(TIK))
    (one,) = ids(field).values()
    (version,) = versions(services, one)
    assert (version.action, version.submission_version_id) == ("import", None)
    assert version.batch_id is not None
    assert stored(services, one).properties["ethnic"] == "16"


def test_the_same_file_again_changes_nothing(field, services):
    loaded(field, csv_file(TIK, KRONG))
    before = list_hash(field)
    _, report = loaded(field, csv_file(TIK, KRONG))
    assert counts(report) == (0, 0, 2, 0)
    assert list_hash(field) == before
    assert [len(versions(services, one)) for one in ids(field).values()] == [1, 1]


def test_a_changed_cell_is_shown_with_what_was_there_and_an_empty_one_changes_nothing(field, services):
    loaded(field, csv_file(TIK))
    content = csv_file(("23500-01", "037", "", "", 5, "", "Hộ cận nghèo"))
    report = tried(field, content)
    assert counts(report) == (0, 1, 0, 0)
    (change,) = report.changes
    assert (change.row, change.label) == (2, "A Tik – vợ Y Bét – hộ 37")
    assert [(cell.title, cell.before, cell.after) for cell in change.cells] == [
        ("Số khẩu", "4", "5"),
        ("Diện hộ", "nghèo", "cận nghèo"),
    ]
    loaded(field, content)
    (one,) = ids(field).values()
    assert stored(services, one).properties["size"] == "5"
    assert stored(services, one).properties["head_name"] == "A Tik"


def test_a_new_head_makes_a_new_label(field):
    loaded(field, csv_file(TIK))
    loaded(field, csv_file(("23500-01", 37, "A Lun", "", "", "", "")))
    assert set(ids(field)) == {"A Lun – vợ Y Bét – hộ 37"}


def test_a_household_without_a_number_is_known_by_its_head_and_spouse(field):
    loaded(field, csv_file(KRONG))
    (one,) = ids(field).values()
    report = tried(field, csv_file(("23500-01", 12, "y krong", "", 2, "", "")))
    assert counts(report) == (0, 1, 0, 0)
    assert {cell.title for cell in report.changes[0].cells} >= {"Số hộ", "Số khẩu"}
    loaded(field, csv_file(("23500-01", 12, "Y Krông", "", 2, "", "")))
    assert ids(field) == {"Y Krông – hộ 12": one}


def test_namesakes_with_other_numbers_or_spouses_are_other_households(field):
    loaded(
        field,
        csv_file(TIK, ("23500-01", 38, "A Tik", "Y Lan", "", "", ""), ("23500-01", "", "A Blưn", "Y Lan", "", "", "")),
    )
    assert len(ids(field)) == 3
    report = tried(field, csv_file(("23500-01", "", "A Tik", "", 3, "", "")))
    assert codes(report) == ["several_entities"]
    assert "A Tik – vợ Y Bét – hộ 37" in report.faults[0].params["candidates"]


def test_two_rows_about_one_household_are_told_with_the_first(field):
    report = tried(field, csv_file(TIK, KRONG, ("23500-01", 37, "A Khác", "", "", "", ""), KRONG))
    assert codes(report) == ["twice", "twice"]
    assert [(fault.row, fault.params["first"]) for fault in report.faults] == [(4, 2), (5, 3)]
    loaded(field, csv_file(TIK))
    again = tried(field, csv_file(TIK, ("23500-01", 37, "", "", 9, "", "")))
    assert codes(again) == ["twice"]


def test_an_id_names_its_household_wherever_the_row_puts_it(field, services):
    loaded(field, csv_file(TIK))
    (one,) = ids(field).values()
    headings = ("id", "Mã thôn", "Số hộ")
    report = tried(
        field, csv_file((one, NEIGHBOUR, 40), (entity_id(), NEIGHBOUR, 41), ("37", NEIGHBOUR, 42), headings=headings)
    )
    assert counts(report) == (0, 1, 0, 2)
    assert codes(report) == ["bad_id", "unknown_id"]
    loaded(field, csv_file((one, NEIGHBOUR, 40), headings=headings))
    assert on_phone(field) == {}
    assert stored(services, one).properties["village"] == NEIGHBOUR
    village = services.atlas.current().territory.find(NEIGHBOUR, services.today())
    assert stored(services, one).unit_id == village.unit_id


def test_the_wrong_rows_are_left_out_and_the_others_loaded(field):
    _, report = loaded(field, csv_file(TIK, ("23500-77", 1, "A Sai", "", "", "", ""), KRONG))
    assert counts(report) == (2, 0, 0, 1)
    assert len(ids(field)) == 2


def test_sample_rows_of_the_template_are_passed_over(field):
    headings = ("Mã thôn", "Chủ hộ", "Ghi chú")
    report = tried(field, csv_file(("23500-01", "A Mẫu", "Mẫu – xóa dòng này"), headings=headings))
    assert (counts(report), report.samples) == ((0, 0, 0, 0), 1)


def test_a_household_that_was_made_by_a_phone_is_known(field, services):
    one = entity_id()
    field.send(created(one, house_no="37"))
    report = tried(field, csv_file(("23500-01", "", "A Tik", "", 6, "", "")))
    assert counts(report) == (0, 1, 0, 0)


def test_what_a_phone_changed_after_the_day_of_the_list_becomes_a_conflict(field, services, clock):
    loaded(field, csv_file(TIK))
    (one,) = ids(field).values()
    clock.advance(days=10)
    field.send(household(one, update=True, base=1, trunk=1, size="6", label="A Tik – vợ Y Bét – hộ 37"))
    clock.advance(days=10)
    earlier = operator_load(field, as_of=date(2026, 10, 8))
    report = tried(field, csv_file(("23500-01", 37, "", "", 5, "", "")), earlier)
    assert (report.newer, report.changes[0].is_newer) == (1, True)
    assert [cell.before for cell in report.changes[0].cells] == ["6"]
    import_id, _ = loaded(field, csv_file(("23500-01", 37, "", "", 5, "", "")), earlier)
    assert stored(services, one).conflict == "hard"
    assert versions(services, one)[-1].base_version == 1
    undone(field, import_id)
    assert (stored(services, one).conflict, stored(services, one).properties["size"]) == ("none", "6")


def test_a_list_of_today_that_changes_what_a_phone_sent_yesterday_is_no_conflict(field, services, clock):
    one = entity_id()
    field.send(created(one))
    clock.advance(days=1)
    loaded(field, csv_file(("23500-01", "", "A Tik", "", 7, "", "")))
    assert (stored(services, one).conflict, stored(services, one).properties["size"]) == ("none", "7")


def test_a_household_that_declined_to_be_named_stays_without_a_name(field, services):
    one = entity_id()
    field.send(created(one, head_name="", house_no="37", named="no"))
    with services.engine.begin() as connection:  # the small form keeps neither of these
        connection.exec_driver_sql(
            'UPDATE entity SET properties = \'{"village": "23500-01", "house_no": "37", "named": "no"}\','
            " label = 'Hộ số 37 (không lưu tên)'"
        )
    _, report = loaded(field, csv_file(TIK))
    assert (report.withheld, counts(report)) == (1, (0, 1, 0, 0))
    assert stored(services, one).label == "Hộ số 37 (không lưu tên)"
    assert stored(services, one).properties == {
        "village": "23500-01", "house_no": "37", "named": "no", "size": "4", "poverty": "poor",
    }  # fmt: skip


def test_households_of_a_village_that_was_merged_are_known_under_the_new_one(field, services):
    loaded(field, csv_file(("23524-01", 5, "A Cũ", "", 3, "", "")), operator_load(field, as_of=date(2025, 6, 1)))
    report = tried(field, csv_file(("23500-03", 5, "A Cũ", "", 4, "", "")))
    assert counts(report) == (0, 1, 0, 0)
    assert [cell.title for cell in report.changes[0].cells] == ["Số khẩu"]


def test_undo_gives_back_what_was_and_takes_off_what_came(field, services):
    loaded(field, csv_file(TIK))
    (one,) = ids(field).values()
    before = stored(services, one)
    import_id, _ = loaded(field, csv_file(("23500-01", 37, "A Lun", "Y Lan", 9, "", ""), KRONG))
    assert len(ids(field)) == 2
    done = undone(field, import_id)
    assert (done.undone, done.left) == (2, 0)
    after = stored(services, one)
    assert ids(field) == {"A Tik – vợ Y Bét – hộ 37": one}
    assert (after.label, after.properties, after.unit_id) == (before.label, before.properties, before.unit_id)
    assert [version.action for version in versions(services, one)] == ["import", "import", "undo"]


def test_undo_names_and_leaves_what_was_changed_since(field, services):
    import_id, _ = loaded(field, csv_file(TIK, KRONG))
    one = ids(field)["A Tik – vợ Y Bét – hộ 37"]
    field.send(household(one, update=True, base=1, trunk=1, size="6", label="A Tik – vợ Y Bét – hộ 37"))
    done = undone(field, import_id)
    assert (done.undone, done.left, done.left_names) == (1, 1, ("A Tik – vợ Y Bét – hộ 37",))
    assert ids(field) == {"A Tik – vợ Y Bét – hộ 37": one}
    with pytest.raises(Conflict):
        begin_undo(services, import_id)


def test_a_household_that_was_taken_back_can_be_loaded_again(field):
    import_id, _ = loaded(field, csv_file(TIK))
    undone(field, import_id)
    _, report = loaded(field, csv_file(TIK))
    assert counts(report) == (1, 0, 0, 0)
    assert len(ids(field)) == 1


def test_at_the_console_rows_of_other_places_are_wrong_and_other_households_unknown(field):
    loaded(field, csv_file(("23425-01", 1, "A Xa", "", 3, "", ""), TIK))
    there = next(iter(ids(colleague(field, unit="23425-01")).values()))
    load = console_load(field, "23500")
    headings = ("id", "Mã thôn", "Số hộ", "Chủ hộ")
    rows = (
        ("", "23425-01", 1, "A Xa"),
        (there, "23500-01", 37, "A Tik"),
        (entity_id(), "23500-01", 38, "A Tik"),
        ("", "23500-04", 2, "A Gần"),
    )
    report = tried(field, csv_file(*rows, headings=headings), load)
    assert codes(report) == ["elsewhere", "unknown_id", "unknown_id"]
    assert counts(report) == (1, 0, 0, 3)


def test_an_account_without_such_a_post_loads_nothing(field):
    with pytest.raises(Forbidden):
        console_load(field)


def test_a_second_load_waits_for_the_first(field, services, clock):
    keep_file(services, operator_load(field), FileFacts("a.csv", "0" * 64), state="running")
    with pytest.raises(Conflict) as refused:
        loaded(field, csv_file(TIK))
    assert refused.value.code == "register.busy"
    clock.advance(minutes=6)
    loaded(field, csv_file(TIK))
    assert len(ids(field)) == 1

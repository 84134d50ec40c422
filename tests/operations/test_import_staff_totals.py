"""The staff roster goes to officers alone; household totals are kept with their source, version by version."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.errors import Forbidden
from server.storage.models.imports import HouseholdTotalRow
from tests.import_field import codes, console_load, counts, csv_file, loaded, operator_load, tried, undone
from tests.register_field import on_phone, register_field

pytestmark = pytest.mark.database

STAFF = ("Họ và tên", "Chức vụ", "Đơn vị", "Từ ngày", "Đến ngày")
BET = ("Y Bét (mẫu)", "Công chức văn hóa", "Xã Đăk Hà", "01/07/2025", "")
TOTALS = ("Năm", "Đơn vị", "Tổng số hộ", "Hộ DTTS", "Hộ nghèo", "Hộ cận nghèo", "Nguồn")
SOURCE = "Văn bản mẫu 01"


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def totals(field) -> dict[tuple[int, int], tuple]:
    """Return the current figures by year and unit."""
    rows = HouseholdTotalRow
    with field.services.engine.connect() as connection:
        found = connection.execute(select(rows).where(rows.is_current.is_(True)))
        return {(one.year, one.unit_id): (one.total, one.poor, one.version, one.source) for one in found}


def parts(field) -> list[tuple]:
    """Return the counts of the current figures."""
    rows = HouseholdTotalRow
    with field.services.engine.connect() as connection:
        found = connection.execute(select(rows).where(rows.is_current.is_(True)))
        return [(one.total, one.minority, one.poor, one.near_poor) for one in found]


def staff_list(field):
    with field.services.reading(field.services.operator()) as uow:
        known = uow.entities.lists(field.project_id)["staff"]
        keys = [key for key, *_ in uow.entity_imports.identities(known.list_id, range(1, 2000), ("full_name",))]
        return {one.state.label: one for one in uow.entities.standing(keys).values()}


def test_staff_are_loaded_with_post_and_days(field):
    _, report = loaded(field, csv_file(BET, headings=STAFF), operator_load(field, kind="staff"))
    assert counts(report) == (1, 0, 0, 0)
    (one,) = staff_list(field).values()
    assert one.state.label == "Y Bét (mẫu) – Công chức văn hóa"
    assert one.state.values == {
        "full_name": "Y Bét (mẫu)", "post": "Công chức văn hóa", "commune": "23500", "valid_from": "2025-07-01",
    }  # fmt: skip


def test_somebody_of_the_province_has_no_commune(field):
    row = ("A Mẫu", "Phó Giám đốc", "51", "", "")
    loaded(field, csv_file(row, headings=STAFF), operator_load(field, kind="staff"))
    (one,) = staff_list(field).values()
    assert "commune" not in one.state.values


def test_a_new_post_changes_the_person_who_is_there(field):
    load = operator_load(field, kind="staff")
    loaded(field, csv_file(BET, headings=STAFF), load)
    _, report = loaded(field, csv_file(("y bet (mau)", "Phó Chủ tịch", "23500", "", ""), headings=STAFF), load)
    assert counts(report) == (0, 1, 0, 0)
    assert list(staff_list(field)) == ["y bet (mau) – Phó Chủ tịch"]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("", "Công chức", "23500", "", ""), ["no_name"]),
        (("Y Bét", "Công chức", "", "", ""), ["no_unit"]),
        (("Y Bét", "Công chức", "23500-01", "", ""), ["wrong_level"]),
        (("Y Bét", "Công chức", "23500", "32/01/2025", ""), ["not_a_day"]),
        (("Y Bét", "Công chức", "23500", "02/01/2025", "01/01/2025"), ["ends_before"]),
    ],
)
def test_what_is_wrong_with_a_person_is_told(field, row, wrong):
    assert codes(tried(field, csv_file(row, headings=STAFF), operator_load(field, kind="staff"))) == wrong


def test_the_roster_is_for_posts_of_a_commune_or_more(field):
    with pytest.raises(Forbidden):
        console_load(field, "23500-01", kind="staff")
    commune = console_load(field, "23500", kind="staff")
    report = tried(field, csv_file(BET, ("A Xa", "", "23425", "", ""), headings=STAFF), commune)
    assert (counts(report), codes(report)) == ((1, 0, 0, 1), ["elsewhere"])


def test_no_village_phone_gets_the_roster(field):
    loaded(field, csv_file(BET, headings=STAFF), operator_load(field, kind="staff"))
    assert on_phone(field, "staff") == {}


def test_totals_are_kept_with_year_unit_and_source(field):
    load = operator_load(field, kind="totals")
    rows = (
        (2021, "23503@2021-12-31", "1.200", 800, 60, 40, SOURCE),
        (2021, "Huyện Đăk Hà", 18106, 8114, "", "", SOURCE),
    )
    _, report = loaded(field, csv_file(*rows, headings=TOTALS), load)
    assert counts(report) == (2, 0, 0, 0)
    assert sorted(totals(field).values()) == [(1200, 60, 1, SOURCE), (18106, None, 1, SOURCE)]


def test_a_unit_is_meant_as_of_the_end_of_the_year(field):
    load = operator_load(field, kind="totals", source=SOURCE)
    headings = ("Năm", "Mã xã", "Số hộ")
    _, report = loaded(field, csv_file((2024, "23521", 900), (2025, "23521", 900), headings=headings), load)
    assert (counts(report), [one.code for one in report.faults]) == ((1, 0, 0, 1), ["territory.unknown_code"])


def test_totals_are_replaced_by_a_further_version_and_come_back(field):
    load = operator_load(field, kind="totals")
    first, _ = loaded(field, csv_file((2021, "611@2021-12-31", 100, "", 9, "", SOURCE), headings=TOTALS), load)
    same = csv_file((2021, "611@2021-12-31", 100, "", "", "", SOURCE), headings=TOTALS)
    assert counts(tried(field, same, load)) == (0, 0, 1, 0)
    second, report = loaded(
        field, csv_file((2021, "611@2021-12-31", 120, "", "", "", "Văn bản khác"), headings=TOTALS), load
    )
    assert [(cell.title, cell.before, cell.after) for cell in report.changes[0].cells] == [
        ("Tổng số hộ", "100", "120"),
        ("Nguồn", SOURCE, "Văn bản khác"),
    ]
    assert list(totals(field).values()) == [(120, 9, 2, "Văn bản khác")]
    left = undone(field, first, load)
    assert (left.undone, left.left) == (0, 1)
    assert "2021" in left.left_names[0]
    third, _ = loaded(field, csv_file((2021, "611@2021-12-31", 130, "", "", "", SOURCE), headings=TOTALS), load)
    undone(field, third, load)
    stands = "back to the last that still stands, without the part of the first, which does not"
    assert list(totals(field).values()) == [(120, None, 2, "Văn bản khác")], stands
    undone(field, second, load)
    assert totals(field) == {}, "what was taken back before does not come back"


def test_a_part_of_an_undone_load_goes_from_the_totals_that_only_carried_it_on(field):
    load = operator_load(field, kind="totals")

    def put(*cells):
        return loaded(field, csv_file((2021, "611@2021-12-31", *cells, SOURCE), headings=TOTALS), load)[0]

    put(100, 30, "", "")
    second, third = put(110, "", 12, 5), put(120, "", "", 6)
    assert parts(field) == [(120, 30, 12, 6)]
    undone(field, second, load)
    assert parts(field) == [(120, 30, None, 6)], "what the third file gave itself and the first one's stay"
    undone(field, third, load)
    assert parts(field) == [(100, 30, None, None)]


def test_undoing_in_any_order_comes_back_to_what_was_there_before(field):
    load = operator_load(field, kind="totals")
    first, _ = loaded(field, csv_file((2021, "611@2021-12-31", 100, "", 9, "", SOURCE), headings=TOTALS), load)
    before = parts(field)
    rows = [(110, "", "", 5), (120, 30, "", ""), (130, "", 12, "")]
    made = [loaded(field, csv_file((2021, "611@2021-12-31", *row, SOURCE), headings=TOTALS), load)[0] for row in rows]
    for import_id in (made[1], made[2], made[0]):
        undone(field, import_id, load)
    assert parts(field) == before
    undone(field, first, load)
    assert parts(field) == []


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("", "23500", 10, "", "", "", SOURCE), ["no_year"]),
        ((1999, "23500", 10, "", "", "", SOURCE), ["not_a_number"]),
        ((2025, "", 10, "", "", "", SOURCE), ["no_unit"]),
        ((2025, "23500", "", "", "", "", SOURCE), ["no_total"]),
        ((2025, "23500", 10, "", "", "", ""), ["no_source"]),
        ((2025, "23500", 10, 11, "", "", SOURCE), ["part_exceeds"]),
        ((2025, "23500", 10, "", 6, 5, SOURCE), ["part_exceeds"]),
    ],
)
def test_what_is_wrong_with_a_total_is_told(field, row, wrong):
    assert codes(tried(field, csv_file(row, headings=TOTALS), operator_load(field, kind="totals"))) == wrong


def test_two_rows_about_one_unit_and_year_are_told(field):
    row = (2025, "23500", 10, "", "", "", SOURCE)
    report = tried(field, csv_file(row, row, headings=TOTALS), operator_load(field, kind="totals"))
    assert (counts(report), codes(report)) == ((1, 0, 0, 1), ["twice"])

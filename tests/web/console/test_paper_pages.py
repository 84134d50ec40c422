"""The pages of figures typed from paper: typing one commune's year, putting a number right, where it comes from."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, csrf_of, make_account
from plan_world import workbook

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.publish_plan import PlanSource, publish_plan
from server.storage.models.row_ids import FIRST_SENSITIVE

KEY = "household_conduct_survey.answered"
CASES = "phieu_b.cases"
SOURCE = {"document": "Báo cáo mẫu 2021", "number": "12/BC-UBND", "day": "2021-12-05", "body": "UBND xã (mẫu)"}


@pytest.fixture
def client(app, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA), name="Y Nhập (mẫu)")
    return client_of(app, world, "ai.do")


@pytest.fixture
def officer(app, world):
    make_account(world.services, "can.bo", (Role.INCIDENT_OFFICER, DAK_HA), name="A Phụ Trách (mẫu)")
    return client_of(app, world, "can.bo", elevated=True)


def unit_of(world, reference):
    return int(world.services.atlas.current().territory.resolve(reference, world.services.today()).unit_id)


def type_in(client, world, entries, *, where="/paper", unit="23521@2021-12-31", year=2021, **facts):
    typed = {"csrf_token": csrf_of(client, where), "unit": unit_of(world, unit), "year": year, **SOURCE, **facts}
    typed |= {f"value:{key}": value for key, value in entries.items()}
    return client.post(where, data=typed, follow_redirects=True)


def test_a_commune_of_the_year_is_typed_without_a_file_and_undone_whole(client, world):
    page = client.get("/paper?year=2021")
    names = re.search(r'<select name="unit">(.*?)</select>', page.text)[1]
    assert names.count("<option") == 3, "the communes today's Đăk Hà was made of"
    page = type_in(client, world, {KEY: "1.234", "household_conduct_survey.visited": "1.300"})
    assert "Đã lưu." in page.text
    assert 'value="1.234"' in page.text
    assert "Báo cáo mẫu 2021, số 12/BC-UBND, ngày 05/12/2021 (UBND xã (mẫu)) – Y Nhập (mẫu)" in page.text
    undo = re.search(r'action="(/paper/1/undo)"', page.text)[1]
    facts = {"csrf_token": csrf_of(client, "/paper"), "unit": unit_of(world, "23521@2021-12-31"), "year": 2021}
    page = client.post(undo, data=facts, follow_redirects=True)
    assert 'value="1.234"' not in page.text


def test_the_page_tells_who_was_faster_and_what_is_locked(client, world):
    type_in(client, world, {KEY: "310"})
    page = type_in(client, world, {KEY: "311"}, **{f"was:{KEY}": ""})
    assert page.status_code == 400
    assert "Y Nhập (mẫu) đã lưu số khác cho dòng này (nay là “310”)" in page.text
    assert f'name="was:{KEY}" value="310"' in page.text
    publish_plan(world.services, world.project_id, PlanSource("plan", workbook()))
    lock_for_the_operator(world.services, LockOrder(world.project_id, unit_of(world, DAK_HA), Period(2026)), "Mẫu")
    facts = {"unit": DAK_HA, "year": 2026}
    page = type_in(client, world, {KEY: "5"}, **facts)
    assert page.status_code == 409
    assert "Nếu đây là số có sau khi chốt" in page.text
    page = type_in(client, world, {KEY: "5"}, late="1", **facts)
    assert 'value="5"' in page.text
    assert "Số nhập bây giờ không đổi bảng đã chốt" in page.text


def test_a_number_put_right_keeps_the_one_before_and_an_emptied_one_is_withdrawn(client, world):
    type_in(client, world, {KEY: "310"})
    type_in(client, world, {KEY: "311"}, document="Báo cáo sửa (mẫu)")
    assert "không có số nào thay đổi".casefold() in type_in(client, world, {KEY: "311"}).text.casefold()
    type_in(client, world, {KEY: ""})
    address = (
        f"/paper/figure?project={world.project_id}&unit={unit_of(world, '23521@2021-12-31')}&period=2021&key={KEY}"
    )
    told = client.get(address).text
    places = [told.index(text) for text in ("Đã rút lại", "<strong>311</strong>", "<strong>310</strong>")]
    assert places == sorted(places)
    assert "Báo cáo sửa (mẫu)" in told
    assert told.count("Đã thay bằng số mới hơn") == 2


def test_wrong_numbers_save_nothing_and_stand_there_still(client, world):
    page = type_in(client, world, {KEY: "ba trăm", "household_conduct_survey.visited": "300"})
    assert page.status_code == 400
    assert "Có 1 số chưa đúng" in page.text
    assert 'value="ba trăm"' in page.text
    assert "không phải số nguyên" in page.text
    assert 'value="300"' not in client.get(f"/paper?year=2021&unit={unit_of(world, '23521@2021-12-31')}").text


def test_without_a_document_nothing_is_saved(client, world):
    page = type_in(client, world, {KEY: "3"}, document="", number="")
    assert page.status_code == 400
    assert "chưa có nguồn" in page.text


def approve(client, world, record):
    """Approve a record as the list of records does."""
    page = client.get("/submissions?state=all").text
    target = re.search(rf'value="({world.records[record]}:\d+)"', page)[1]
    facts = {"csrf_token": csrf_of(client, "/submissions"), "verdict": "approve", "record": target, "from": "list"}
    assert client.post("/submissions/decide", data=facts, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("reference", [TU_MO_RONG, PROVINCE, "62@2021-12-31"])
def test_nothing_out_of_the_territory_is_there(client, world, reference):
    assert client.get(f"/paper?year=2026&unit={unit_of(world, reference)}").status_code == 404
    assert type_in(client, world, {KEY: "3"}, unit=reference).status_code == 404


def test_what_records_count_stands_beside_and_is_never_added(client, world):
    approve(client, world, "37")
    page = client.get("/paper?year=2026")
    assert re.search(r"Đếm từ phiếu: [1-9]", page.text)
    saved = type_in(client, world, {KEY: "900"}, unit=DAK_HA, year=2026)
    assert 'value="900"' in saved.text
    assert re.findall(r"Đếm từ phiếu: \d+", saved.text) == re.findall(r"Đếm từ phiếu: \d+", page.text)


def test_an_analyst_sees_where_a_figure_comes_from_and_types_none(app, client, world):
    type_in(client, world, {KEY: "310"})
    make_account(world.services, "xem", (Role.ANALYST, TU_MO_RONG))
    analyst = client_of(app, world, "xem")
    address = (
        f"/paper/figure?project={world.project_id}&unit={unit_of(world, '23521@2021-12-31')}&period=2021&key={KEY}"
    )
    assert "Báo cáo mẫu 2021" in analyst.get(address).text
    assert analyst.get("/paper").status_code == 403


def test_counts_of_cases_are_typed_and_read_by_the_incident_officer_of_the_unit_alone(app, client, officer, world):
    assert CASES not in client.get("/paper?year=2021").text
    page = type_in(officer, world, {CASES: "7"}, where="/incidents/paper")
    batch = int(re.search(r"/incidents/paper/(\d+)/undo", page.text)[1])
    assert batch > FIRST_SENSITIVE, "batches about incidents are numbered apart"
    assert str(batch) not in re.sub("<[^>]*>", "", page.text), "and nobody is shown the number"
    assert 'value="7"' in page.text
    unit = unit_of(world, "23521@2021-12-31")
    address = f"figure?project={world.separate_id}&unit={unit}&period=2021&key={CASES}"
    assert "A Phụ Trách (mẫu)" in officer.get(f"/incidents/paper/{address}").text
    assert client.get(f"/paper/{address}").status_code == 404
    assert client.get(f"/incidents/paper/{address}").status_code == 404
    assert client.get(f"/imports/{batch}").status_code == 404
    assert CASES not in client.get("/imports").text
    make_account(world.services, "noi.khac", (Role.INCIDENT_OFFICER, TU_MO_RONG))
    elsewhere = client_of(app, world, "noi.khac", elevated=True)
    assert elsewhere.get(f"/incidents/paper/{address}").status_code == 404
    undo = {"csrf_token": csrf_of(elsewhere, "/incidents/paper")}
    assert elsewhere.post(f"/incidents/paper/{batch}/undo", data=undo).status_code == 404
    undo = {"csrf_token": csrf_of(officer, "/incidents/paper"), "year": 2021, "unit": unit}
    page = officer.post(f"/incidents/paper/{batch}/undo", data=undo, follow_redirects=True)
    assert (page.status_code, 'value="7"' in page.text) == (200, False)


def test_an_everyday_batch_is_not_undone_at_the_other_desk(client, officer, world):
    type_in(client, world, {KEY: "310"})
    undo = {"csrf_token": csrf_of(officer, "/incidents/paper")}
    assert officer.post("/incidents/paper/1/undo", data=undo).status_code == 404

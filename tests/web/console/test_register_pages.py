"""The pages of registers as a commune officer uses them: lists, one household, its past, putting it right."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, client_of, csrf_of, example, make_account, send

from server.access.roles import Role
from tests.register_world import HA_1, HA_3, TU_1, put

SURVEY = "household_conduct_survey"
A_TIK = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


@pytest.fixture
def home(world):
    told = {"house_no": "137", "head_name": "A Đượm", "spouse_name": "Y Krông", "size": "4", "poverty": "poor"}
    return put(world.services, world.project_id, village=HA_1, point="14.50001 107.92002 600 5", **told)


def key_of(client, words):
    return int(re.search(r'href="/entities/(\d+)["?]', client.get(f"/households?show=all&q={words}").text)[1])


def do(client, key, what, **typed):
    seen = re.search(r'name="seen" value="(\d+)"', client.get(f"/entities/{key}").text)
    typed = {"seen": seen[1] if seen else "0", "csrf_token": csrf_of(client), **typed}
    return client.post(f"/entities/{key}/{what}", data=typed)


def test_households_are_listed_with_what_is_to_do_and_found_without_accents(client, home):
    text = client.get("/households").text
    assert "Hộ gia đình" in text
    assert "Chưa khảo sát năm nay" in text
    found = client.get("/households?q=duom+137").text
    assert "A Đượm – hộ 137 (mẫu)" in found
    assert "1 hộ" in found
    assert "Thôn 1 (mẫu), Xã Đăk Hà" in found


@pytest.mark.parametrize(
    "address", ["?unit=x&show=y&practice=z&after=-1", "?unit=99999999999999", "?q=%27%3B%25", "?after=1"]
)
def test_nonsense_in_an_address_breaks_no_list(client, address):
    assert client.get(f"/households{address}").status_code == 200


def test_a_search_that_finds_nothing_offers_to_look_among_all(client, world):
    put(world.services, world.project_id, village=HA_1, head_name="A Rời", status="moved_out")
    text = client.get("/households?q=roi").text
    address = re.search(r'href="(/households\?[^"]*show=all[^"]*)">Tìm trong tất cả', text)[1].replace("&amp;", "&")
    assert "A Rời" in client.get(address).text


def test_more_rows_come_without_the_page_around_them(client, world):
    for number in range(40):
        put(world.services, world.project_id, village=HA_3, house_no=str(number), head_name=f"A Nhiều {number:02}")
    first = client.get("/households?q=nhieu").text
    address = re.search(r'hx-get="([^"]+)"', first)[1].replace("&amp;", "&")
    rows = client.get(address, headers={"HX-Request": "true"}).text
    keys = [re.findall(r'href="/entities/(\d+)["?]', text) for text in (first, rows)]
    assert ["<html" in rows, len(keys[0]), len(set(keys[0] + keys[1]))] == [False, 30, 40]
    assert "<html" in client.get(address).text


def test_a_household_is_told_in_the_words_of_its_forms(client, home):
    text = client.get(f"/entities/{home}").text
    for words in ("A Đượm – hộ 137 (mẫu)", "Thôn 1 (mẫu), Xã Đăk Hà", "đến 30/06/2025", "Chủ hộ", "nạp từ danh sách"):
        assert words in text, words
    assert text.count("14.50001") == 1
    assert "14.50001, 107.92002" in text
    assert not re.search(r"\b600\b", text), "nobody is told how high it lies"


def test_visits_stand_side_by_side_and_lead_to_their_records(client, world):
    number = send(world, "Y Mẫu", example(SURVEY, "couple_with_children", 802, hh_poverty="near_poor")).submission_id
    send(world, "Y Mẫu", example(SURVEY, "couple_with_children", 801, survey_year="2025", saved_year="2025"))
    text = client.get(f"/entities/{key_of(client, 'tik+bet+37')}").text
    heads = re.findall(r'<th scope="col">(\d{4})', text)
    assert heads[0] == "2026"
    assert heads[-1] == "2025"
    assert f'href="/submissions/{number}?state=all"' in text
    assert text.count("cùng năm") == heads.count("2026")
    assert "Hộ cận nghèo" in text
    page = client.get(f"/submissions/{number}?state=all").text
    assert f'href="/entities/{key_of(client, "tik+bet+37")}"' in page
    beside = page.partition('id="/data/who/household"')[2][:900]
    assert re.search(r"Hộ này đã có phiếu năm 2026 do Y Mẫu gửi ngày \d\d/\d\d/2026", beside)


def clash(client, world):
    """Let two people write the same household differently, as their phones would."""
    key = key_of(client, "tik+bet+37")
    for number, poverty in ((811, "2024"), (812, "2023")):
        xml = example(SURVEY, "couple_with_children", number, saved_year=poverty, survey_year=poverty)
        branch = f"4941a907-ed90-49f6-8257-a979863{number:05d}"
        send(world, "Y Mẫu", re.sub(rb'branchId="[^"]*"', f'branchId="{branch}"'.encode(), xml))
    return key


def test_a_conflict_is_listed_looked_at_and_settled(client, world):
    key = clash(client, world)
    assert f'href="/entities/{key}?show=conflict"' in client.get("/households?show=conflict").text
    page = client.get(f"/entities/{key}/conflict").text
    years = dict(re.findall(r'name="choose\.last_survey_year" value="(\d+)"[^>]*>\s*<strong>(\d{4})', page))
    wanted = next(version for version, year in years.items() if year == "2024")
    answer = do(client, key, "conflict", **{"choose.last_survey_year": wanted, "comment": "đã hỏi"})
    text = client.get(answer.headers["Location"]).text
    for words in ("Đã ghi bản đúng vào sổ.", "Cán bộ xã mẫu chọn bản đúng", "đã hỏi"):
        assert words in text, words
    assert "Cần chọn bản đúng" not in text
    assert "Anh/chị có thể chọn lại" in client.get(f"/entities/{key}/conflict").text


def test_a_conflict_is_closed_by_keeping_what_is_there(client, world):
    key = clash(client, world)
    answer = do(client, key, "conflict", keep="1", **{"choose.last_survey_year": "1"})
    assert "Đã giữ như hiện nay." in client.get(answer.headers["Location"]).text


def test_a_household_is_corrected_removed_and_restored(client, home):
    assert "value.size" in client.get(f"/entities/{home}/edit").text
    typed = {"label": "A Đượm – hộ 137", "value.size": "7", "value.village": HA_3, "reason": "thôn trưởng báo"}
    text = client.get(do(client, home, "edit", **typed).headers["Location"]).text
    for words in ("Đã ghi thay đổi vào sổ.", "Cán bộ xã mẫu đính chính tại xã", "thôn trưởng báo", "Thôn Đăk La (mẫu)"):
        assert words in text, words
    text = client.get(do(client, home, "remove", reason="ghi hai lần").headers["Location"]).text
    assert "Đã xóa khỏi sổ" in text
    assert "Không tìm thấy" in client.get("/households?q=137").text
    text = client.get(do(client, home, "restore", reason="xóa nhầm").headers["Location"]).text
    assert "Đã khôi phục vào sổ." in text


def test_what_cannot_be_is_asked_for_again_with_what_was_typed(client, home):
    answer = do(client, home, "edit", label="A Sửa", reason="vì sao", **{"value.village": TU_1, "value.size": "12"})
    assert answer.status_code == 400
    for words in ("“Thôn, làng, tổ dân phố” không hợp lệ", 'value="A Sửa"', 'value="12"', "vì sao"):
        assert words in answer.text, words


def test_without_a_reason_nothing_is_done_and_one_is_led_back(client, home):
    answer = do(client, home, "remove", reason="  ")
    assert answer.status_code == 400
    assert "Chưa ghi lý do" in answer.text
    assert f'href="/entities/{home}"' in answer.text


def test_a_proposal_to_leave_is_answered_from_the_household(client, world):
    key = put(world.services, world.project_id, village=HA_1, head_name="A Vắng", visit_result="moved")
    assert "A Vắng" in client.get("/households?show=leaving").text
    assert "Người đi khảo sát báo: đã chuyển đi" in client.get(f"/entities/{key}").text
    text = client.get(do(client, key, "answer", leaves="1", reason="đúng vậy").headers["Location"]).text
    assert "Đã ghi hộ rời sổ." in text
    assert "A Vắng" in client.get("/households?show=moved_out").text


def test_clubs_models_and_staff_have_their_lists_and_the_same_page(client, world):
    project = world.project_id
    club = put(world.services, project, "clubs", label="CLB Hạnh phúc (mẫu)", village=HA_1, kind="clb_gdhp")
    staff = put(world.services, project, "staff", label="Nguyễn Thị Cán (mẫu)", commune=DAK_HA, post="Công chức")
    assert "CLB Hạnh phúc (mẫu)" in client.get("/registers/clubs").text
    assert "Đính chính tại xã" in client.get(f"/entities/{club}").text
    assert "Công chức" in client.get("/registers/staff").text
    assert "Đính chính tại xã" not in client.get(f"/entities/{staff}").text
    assert client.get("/registers/models").status_code == 200
    for hidden in ("trusted_addresses", "nothing"):
        assert client.get(f"/registers/{hidden}").status_code == 404


def test_a_village_post_sees_no_staff(app, world):
    staff = put(world.services, world.project_id, "staff", label="Nguyễn Thị Cán (mẫu)", commune=DAK_HA)
    make_account(world.services, "thon", (Role.SUPERVISOR, HA_1))
    client = client_of(app, world, "thon")
    assert "Cán bộ</a>" not in client.get("/households").text
    assert [client.get(page).status_code for page in ("/registers/staff", f"/entities/{staff}")] == [404, 404]


def test_trusted_addresses_open_after_the_second_step_only(app, world):
    key = put(
        world.services, world.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=HA_1, kind="individual"
    )
    make_account(world.services, "vu.viec", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    client = client_of(app, world, "vu.viec")
    assert client.get("/incidents/addresses").headers["Location"].startswith("/second-step")
    assert client.get(f"/entities/{key}").status_code == 404
    client = client_of(app, world, "vu.viec", elevated=True)
    assert "Nhà bà Mẫu" in client.get("/incidents/addresses").text
    page = client.get(f"/incidents/addresses/{key}").text
    assert "Nhà bà Mẫu" in page
    assert "Đính chính" not in page
    assert client.get(f"/entities/{key}").status_code == 404


def test_a_provinces_officer_chooses_a_commune_first(app, world):
    make_account(world.services, "tinh", (Role.SUPERVISOR, PROVINCE))
    client = client_of(app, world, "tinh")
    text = client.get("/households").text
    unit = re.search(r'<option value="(\d+)">Xã Tu Mơ Rông', text)[1]
    put(world.services, world.project_id, village=TU_1, head_name="A Tiên")
    narrowed = client.get(f"/households?unit={unit}").text
    assert "A Tiên" in narrowed
    assert "Xã Đăk Hà</span>" not in narrowed


def test_pages_are_small_whatever_a_household_went_through(client, world, home):
    for number in range(30):
        do(client, home, "edit", label=f"A Đượm {number}", reason="x" * 1000)
    sizes = {page: len(client.get(page).data) for page in (f"/entities/{home}", "/households?show=all")}
    assert max(sizes.values()) < 60_000, sizes


def test_a_village_s_households_are_printed_to_walk_with_and_no_other_s(client, home, world):
    put(world.services, world.project_id, village=HA_1, house_no="9", head_name="A Xong", last_survey_year="2026")
    put(world.services, world.project_id, village=TU_1, head_name="A Xa")
    village = re.search(r'unit=(\d+)[^"]*"[^>]*>Thôn 1 \(mẫu\)', client.get("/households").text)[1]
    link = re.search(r'href="(/households/sheet\?[^"]+)"', client.get(f"/households?unit={village}").text)[1]
    text = client.get(link).text
    assert (text.index("A Xong") < text.index("A Đượm"), "A Xa" in text, "Danh sách đi hộ năm" in text) == (
        True,
        False,
        True,
    )
    left = client.get(f"/households/sheet?unit={village}&show=unsurveyed").text
    assert ("A Xong" in left, "A Đượm" in left) == (False, True)
    elsewhere = world.services.atlas.current().territory.resolve(TU_1, world.services.today()).unit_id
    statuses = [client.get(f"/households/sheet?unit={one}").status_code for one in (elsewhere, "x", 0, 99999999999)]
    assert statuses == [404] * 4

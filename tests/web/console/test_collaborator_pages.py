"""Collaborators: who is silent, a card shown once, a new phone, access taken away."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, VILLAGE_1, client_of, csrf_of, make_account

from server.access.roles import Role
from server.errors import Forbidden
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.identify_sender import may_read, may_send, sender_by_token
from tests.register_world import put
from tests.web.console.test_statement_counts import counted

EMPTIED = "23500-04"


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def sender(world, name="Y Mẫu"):
    return sender_by_token(world.services, *world.tokens[name])


def collaborator_id(world, name="Y Mẫu"):
    return sender(world, name).collaborator_id


def post(client, address, **typed):
    return client.post(address, data=typed | {"csrf_token": csrf_of(client, "/collaborators/new")})


def test_the_list_names_places_and_marks_silence_practice_and_samples(client, world):
    assert "Lâu chưa gửi phiếu</span>" not in client.get("/collaborators").text
    world.services.now.advance(days=8)
    client = client_of(client.application, world, "xa.dakha")
    text = client.get("/collaborators").text
    for words in ("Y Mẫu", "Y Tập", "Thôn 1 (mẫu), Xã Đăk Hà", "Lâu chưa gửi phiếu", "LÀM THỬ", "Mẫu</span>"):
        assert words in text
    assert "A Mẫu" not in text
    assert "Cán bộ mẫu" not in text


def test_a_card_holds_a_fresh_code_and_the_old_one_goes_on_working(client, world):
    address = f"/collaborators/{collaborator_id(world)}/card"
    first, second = post(client, address, phone="same").text, post(client, address, phone="same").text
    pictures = [re.search(r'src="(data:image/svg[^"]+)"', one)[1] for one in (first, second)]
    assert pictures[0] != pictures[1]
    assert "Nghe hoặc thấy bạo lực: gọi ngay Công an xã" in first
    assert world.tokens["Y Mẫu"][1] not in first
    assert may_read(sender(world))


def test_a_sheet_of_cards_is_for_those_ticked_in_ones_territory_and_leaves_their_phones_alone(client, world):
    here, elsewhere = collaborator_id(world), collaborator_id(world, "A Mẫu")
    text = post(client, "/collaborators/cards", person=[here, elsewhere], who="ticked").text
    assert (text.count('<article class="qr-card'), "A Mẫu" in text) == (1, False)
    assert may_read(sender(world))
    assert post(client, "/collaborators/cards", person=[elsewhere], who="ticked").status_code == 400
    assert post(client, "/collaborators/cards", who="all").text.count('<article class="qr-card') == 2


def test_a_number_to_call_and_what_is_on_the_phone_stand_beside_the_person(app, client, world):
    number, token = collaborator_id(world), world.tokens["Y Mẫu"][1]
    assert post(client, f"/collaborators/{number}/phone", phone="0900 000 000 (mẫu)").status_code == 400
    assert post(client, f"/collaborators/{number}/phone", phone="0900 000 000").status_code == 303
    base = f"/v1/key/{token}/projects/{world.project_id}"
    address = re.search(r"<downloadUrl>[^<]*(/v1/[^<]+)</downloadUrl>", app.test_client().get(f"{base}/formList").text)
    assert app.test_client().get(address[1]).status_code == 200
    text = client.get(f"/collaborators/{number}").text
    assert 'href="tel:0900000000"' in text
    assert "Bản mới nhất" in text
    assert "tel:0900000000" in client.get("/collaborators").text


def test_another_phone_ends_the_old_code_at_once_and_no_slip_of_a_finger_does(client, world):
    text = client.get(f"/collaborators/{collaborator_id(world)}").text
    assert re.search(r"<details><summary[^>]*>Đổi sang máy khác…</summary>\s*<p>[^<]*</p>\s*<form [^>]*/card\"", text)
    post(client, f"/collaborators/{collaborator_id(world)}/card", phone="new")
    with pytest.raises(Forbidden, match="token_revoked"):
        may_read(sender(world))


@pytest.mark.parametrize(("reason", "queue_is_taken"), [("lost", True), ("left", True), ("stolen", False)])
def test_taking_access_away_stops_reading_and_only_theft_stops_sending(client, world, reason, queue_is_taken):
    number = collaborator_id(world)
    assert post(client, f"/collaborators/{number}/revoke", reason=reason).status_code == 303
    assert "Đã thôi dùng" in client.get("/collaborators").text
    with pytest.raises(Forbidden):
        may_read(sender(world))
    if queue_is_taken:
        assert may_send(world.services, sender(world))
    else:
        with pytest.raises(Forbidden):
            may_send(world.services, sender(world))


def test_taking_access_away_wants_a_reason(client, world):
    answer = post(client, f"/collaborators/{collaborator_id(world)}/revoke")
    assert answer.status_code == 400
    assert "Hãy chọn lý do" in answer.text
    assert may_read(sender(world))


def test_a_new_person_gets_a_card_with_device_name_and_password(client, world):
    answer = post(client, "/collaborators/new", name="  Y  Mới ", project=world.project_id, unit=[VILLAGE_1])
    assert "Thẻ của Y Mới" in answer.text
    assert re.search(r"y-moi-\d{4}", answer.text)
    assert "Y Mới" in client.get("/collaborators").text


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"name": " ", "unit": [VILLAGE_1]}, 400, "Hãy ghi"),
        ({"name": "Y Mới", "unit": []}, 400, "Hãy chọn"),
        ({"name": "Y Mới", "unit": [TU_MO_RONG]}, 404, "Không có nội dung này"),
        ({"name": "Y Mới", "unit": [VILLAGE_1], "project": "separate"}, 400, "Hãy chọn dự án"),
    ],
)
def test_a_new_person_needs_a_name_a_project_and_a_place_of_ones_own(client, world, typed, status, words):
    project = world.separate_id if typed.get("project") else world.project_id
    answer = post(client, "/collaborators/new", **(typed | {"project": project}))
    assert answer.status_code == status
    assert words in answer.text
    assert "Y Mới</strong>" not in client.get("/collaborators").text


def test_of_several_communes_one_is_opened_and_what_was_typed_and_ticked_stays(app, world):
    make_account(world.services, "tinh", (Role.SUPERVISOR, PROVINCE))
    client = client_of(app, world, "tinh")
    blank = client.get("/collaborators/new").text
    assert f'<option value="{DAK_HA}"' in blank
    assert 'name="unit"' not in blank, "a province has more villages than a page has room for"
    typed = {"project": world.project_id, "name": "Y Mới", "do": "open"}
    opened = post(client, "/collaborators/new", **typed, commune=DAK_HA).text
    assert re.findall(r'name="unit" value="([^"]+)"', opened)[:2] == [DAK_HA, VILLAGE_1]
    assert 'value="Y Mới"' in opened
    both = post(client, "/collaborators/new", **typed, commune=TU_MO_RONG, unit=[VILLAGE_1]).text
    assert f'value="{VILLAGE_1}" checked' in both
    assert f'name="unit" value="{TU_MO_RONG}"' in both
    made = post(client, "/collaborators/new", **(typed | {"do": ""}), unit=[VILLAGE_1, TU_MO_RONG])
    assert "Thẻ của Y Mới" in made.text


def test_who_is_enrolled_into_a_village_without_households_is_told_of_on_the_card(client, world):
    village = world.services.atlas.current().territory.find(EMPTIED, world.services.today()).unit_id
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE entity SET is_live = (1 = 0) WHERE unit_id = {village}")
    enrol = {"project": str(world.project_id), "name": "Y Mới"}
    assert "còn trống" in post(client, "/collaborators/new", **enrol, unit=EMPTIED).text
    assert "còn trống" not in post(client, "/collaborators/new", **enrol, unit=VILLAGE_1).text


def test_what_is_left_of_the_year_stands_beside_somebody_who_sends(client, world):
    for house_no in ("201", "202"):
        put(world.services, world.project_id, village=VILLAGE_1, house_no=house_no)
    text = client.get(f"/collaborators/{collaborator_id(world)}").text
    count = int(re.search(r"Thôn 1 \(mẫu\): còn (\d+) hộ chưa làm", text)[1])
    assert count >= 2
    assert f"Chào Y Mẫu, còn {count} hộ chưa làm" in text
    assert "/households/sheet?unit=" in text
    trainee = client.get(f"/collaborators/{collaborator_id(world, 'Y Tập')}").text
    assert "chưa làm" not in trainee


def cards_offered(text):
    return int(re.search(r"In thẻ cả danh sách \((\d+)\)", text)[1])


def test_all_cards_of_a_list_are_those_of_whom_it_shows(app, world):
    """Narrowed by words, place or silence: as many are printed as the button said."""
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    world.services.now.advance(days=8)
    client = client_of(app, world, "xa.dakha")
    village = world.services.atlas.current().territory.find(VILLAGE_1, world.services.today()).unit_id
    for asked, people in (({}, 2), ({"show": "silent"}, 1), ({"q": "tap"}, 1), ({"unit": village, "q": "y"}, 2)):
        text = client.get("/collaborators", query_string=asked).text
        assert cards_offered(text) == people, asked
        assert post(client, "/collaborators/cards", who="all", **asked).text.count('<article class="qr-card') == people


def test_a_list_too_long_to_print_says_how_to_narrow_it_and_a_search_without_a_find_what_to_do(
    client, world, monkeypatch
):
    monkeypatch.setattr("server.web.console.collaborators.MOST_CARDS", 1)
    text = client.get("/collaborators").text
    assert "In thẻ cả danh sách" not in text
    assert "Danh sách có 2 người, mỗi lần in được nhiều nhất 1 thẻ" in text
    for nobody in ("q=khong+co", "unit=999999"):
        assert "Không thấy ai." in client.get(f"/collaborators?{nobody}").text


def test_a_sheet_of_many_cards_asks_the_database_no_more_than_one_of_few(app, world):
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, PROVINCE))
    client = client_of(app, world, "quan.tri")
    costs = []
    for people in (1, 9):
        for number in range(people):
            name = f"CTV {people}-{number} (mẫu)"
            add_collaborator(world.services, NewCollaborator(world.project_id, name, (VILLAGE_1,), is_sample=True))
        with counted(world.services.engine) as statements:
            text = post(client, "/collaborators/cards", who="all", q=f"ctv {people}-").text
        assert text.count('<article class="qr-card') == people
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 16

"""The pages of households that may be registered twice: found, set side by side, merged, parted, said to be two."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, TU_MO_RONG, client_of, csrf_of, make_account

from server.access.roles import Role
from server.operations.find_suspects import find_all_suspects
from tests.register_world import HA_1, HA_3, put

TOLD = {"house_no": "137", "head_name": "A Đượm", "spouse_name": "Y Krông", "size": "4", "u16": "2", "n60": "0"}


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


@pytest.fixture
def twins(world):
    """Two rows of one household, of which the second knows more people."""
    keys = [
        put(world.services, world.project_id, village=HA_1, **TOLD),
        put(world.services, world.project_id, village=HA_1, **TOLD | {"size": "5", "head_name": "A Duom"}),
    ]
    find_all_suspects(world.services, lambda *_asked, **_told: None)
    return keys


def pair(keys):
    return f"/entities/{keys[0]}/with/{keys[1]}"


def post(client, address, **typed):
    return client.post(address, data={"csrf_token": csrf_of(client), **typed})


def merge(client, keys, **typed):
    page = client.get(pair(keys)).text
    seen = {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("seen", "other_seen")}
    return post(client, pair(keys), **seen, **typed)


def test_pairs_are_listed_with_why_and_told_of_on_the_household(client, twins):
    text = client.get("/households/duplicates").text
    assert f'href="{pair(twins)}?pairs=open"' in text
    assert "cùng số hộ 137" in text
    page = client.get(f"/entities/{twins[1]}").text
    assert "Có thể trùng với hộ:" in page
    assert f'href="{pair(twins[::-1])}"' in page
    assert 'href="/households/duplicates"' in client.get("/households").text


def test_two_are_merged_field_by_field_and_parted_again(client, twins):
    text = client.get(pair(twins)).text
    assert text.index("A Đượm – hộ 137") < text.index("A Duom – hộ 137")
    answer = merge(client, twins, comment="cùng một nhà", **{"take.size": "other", "take.head_name": "mine"})
    assert answer.headers["Location"] == f"/entities/{twins[0]}?did=merged"
    stays = client.get(answer.headers["Location"]).text
    for words in (
        "Đã gộp hai hộ.",
        "Các hộ đã nhập vào đây",
        "Cán bộ xã mẫu gộp hai hộ",
        "cùng một nhà",
        "Hoàn tác việc",
    ):
        assert words in stays, words
    goes = client.get(f"/entities/{twins[1]}").text
    assert "Đã nhập vào hộ:" in goes
    assert "value.size" not in goes
    assert "Đã gộp" in client.get("/households/duplicates?state=merged").text
    batch = re.search(r'action="(/merges/\d+/undo)"', stays)[1]
    parted = client.get(post(client, batch, reason="nhầm").headers["Location"]).text
    for words in ("Đã tách lại như trước khi gộp.", "đã hoàn tác", "nhầm"):
        assert words in parted, words
    assert "Các hộ đã nhập vào đây" not in parted
    assert post(client, batch).status_code == 409


def test_what_changed_meanwhile_is_looked_at_again_first(client, twins):
    answer = post(client, pair(twins), seen="1", other_seen="0")
    assert answer.status_code == 409
    assert f'href="{pair(twins)}"' in answer.text


def test_a_pair_is_said_to_be_two_with_a_reason_and_looked_at_again(client, twins):
    address = re.search(r'action="(/households/duplicates/\d+)/dismiss"', client.get(pair(twins)).text)[1]
    assert post(client, f"{address}/dismiss", reason=" ").status_code == 400
    text = client.get(post(client, f"{address}/dismiss", reason="hai anh em").headers["Location"]).text
    assert "Đã ghi: là hai hộ khác nhau." in text
    assert pair(twins) not in text
    dismissed = client.get("/households/duplicates?state=dismissed").text
    assert "Cán bộ xã mẫu" in dismissed
    assert "hai anh em" in dismissed
    post(client, f"{address}/reopen")
    assert pair(twins) in client.get("/households/duplicates").text


def test_any_two_can_be_set_side_by_side_by_choosing_the_other_from_the_list(client, world, twins):
    other = put(world.services, world.project_id, village=HA_3, head_name="A Khác", house_no="9")
    page = client.get(f"/households?beside={twins[0]}&q=khac").text
    assert "Hãy chọn hộ" in page
    assert f'href="{pair((twins[0], other))}?q=khac&amp;beside={twins[0]}"' in page
    assert "Gộp hai hộ" in client.get(pair((twins[0], other))).text


def test_nobody_sees_or_decides_on_a_pair_of_which_one_is_not_theirs(app, world, twins):
    far = put(world.services, world.project_id, commune=TU_MO_RONG, head_name="A Xa")
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG))
    client = client_of(app, world, "xa.khac")
    assert "137" not in client.get("/households/duplicates").text
    assert "137" not in client.get("/households/duplicates?state=merged").text
    for keys in (twins, (far, twins[0]), (twins[0], far)):
        assert client.get(pair(keys)).status_code == 404
        assert post(client, pair(keys), seen="1", other_seen="1").status_code == 404


@pytest.mark.parametrize("asked", ["?state=x&after=y", "?after=9-", "?after=99999999999999999-1", "?practice=1"])
def test_nonsense_in_an_address_breaks_nothing(client, asked):
    assert client.get(f"/households/duplicates{asked}").status_code == 200


def test_what_is_not_in_the_list_any_more_is_not_merged(client, world, twins):
    gone = put(world.services, world.project_id, village=HA_1, head_name="A Rời", status="moved_out")
    page = client.get(pair((twins[0], gone))).text
    assert "Gộp hai hộ" not in page
    assert "không gộp được" in page

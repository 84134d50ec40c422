"""From a finding one gets to what it is about, and nothing that is no question is offered as one."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, example, make_account, send

from server.access.roles import Role


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def test_a_household_surveyed_twice_leads_from_each_record_to_the_other(client, world):
    first, second = world.records["37"], world.records["41"]  # both are about one household
    for one, other in ((first, second), (second, first)):
        text = client.get(f"/submissions/{one}").text
        assert re.search(rf'chỉ duyệt phiếu đúng\. <a href="/submissions/{other}\?state=all">', text)


def test_what_was_chosen_from_another_territory_is_no_row_of_letters(client, world):
    """Who has no name here is told apart by the beginning of a number; what the phone noted stays as it noted it."""
    stranger = "a4baed79-98a8-4165-b783-47db31bc2511"
    xml = example("household_conduct_survey", "couple_with_children", 672, household=stranger, household_id=stranger)
    number = send(world, "Y Mẫu", xml).submission_id
    asked, _, noted = client.get(f"/submissions/{number}").text.partition("Ô máy tự ghi")
    told = "mục ngoài danh sách anh/chị xem được (mã a4baed79)"
    assert (told in asked, stranger in asked, stranger in noted) == (True, False, True)
    assert f"{told} (không có trong danh sách lúc này)" in client.get(f"/submissions/{number}/correct").text


def test_what_the_form_works_out_by_itself_is_no_place_to_go_to_in_a_correction(client, world):
    xml = example("household_conduct_survey", "couple_with_children", 671, instanceName="Tên khác hẳn")
    number = send(world, "Y Mẫu", xml).submission_id
    summary = re.search(r'<p class="finding finding-error">.*?</p>', client.get(f"/submissions/{number}/correct").text)
    assert summary is None or "instanceName" not in summary[0]
    assert summary is None or "/meta/" not in summary[0]

"""*Hôm nay*: each number is that of the list it leads to, for every kind of person, and nobody learns of more."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, example, make_account, send

from server.access.roles import Role
from server.operations.read_day import read_day
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.storage.visible import Operator
from server.submissions.review import Verdict
from tests.shown_numbers import counted_behind, numbers_in

PEOPLE = {
    "commune": ((Role.SUPERVISOR, DAK_HA),),
    "another commune": ((Role.SUPERVISOR, TU_MO_RONG),),
    "province and incidents": ((Role.SUPERVISOR, PROVINCE), (Role.INCIDENT_OFFICER, PROVINCE)),
    "administrator": ((Role.ADMINISTRATOR, DAK_HA),),
}


@pytest.fixture
def world(world):
    """The province a fortnight later, with something held, something sent back, and somebody who sent meanwhile."""
    send(world, "Y Mẫu", example("household_conduct_survey", "refused", 700).replace(b'version="', b'version="9'))
    account_id = make_account(world.services, "nguoi.duyet", (Role.SUPERVISOR, PROVINCE))
    with world.services.reading(Operator()) as uow:
        reviewer = uow.accounts.actor(account_id)
        target = Target(world.records["37"], uow.records.one(world.records["37"]).version_id)
    decision = Decision(Verdict.RETURN, "Xem lại (mẫu)", (target,), spares_flagged=False)
    review_submissions(world.services, reviewer, decision, Desk.EVERYDAY)
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE submission SET missing_media = 1 WHERE id = {world.records['5']}")
    world.services.now.advance(days=14)
    send(world, "A Mẫu", example("household_conduct_survey", "refused", 701))
    return world


@pytest.mark.parametrize("who", PEOPLE)
def test_every_number_is_that_of_the_list_behind_it(app, world, who):
    posts = PEOPLE[who]
    make_account(world.services, "ai.do", *posts)
    client = client_of(app, world, "ai.do", elevated=any(role is Role.INCIDENT_OFFICER for role, _ in posts))
    cards = dict(numbers_in("/", client.get("/").text))
    assert {address: counted_behind(client, address) for address in cards} == cards
    supervises = any(role is Role.SUPERVISOR for role, _ in posts)
    assert ("/submissions" in cards, "/incidents" in cards) == (supervises, "incidents" in who)
    assert sum(cards.values()) > 0


def test_before_the_second_step_the_card_of_incidents_holds_no_number(app, world):
    make_account(world.services, "ai.do", (Role.INCIDENT_OFFICER, DAK_HA))
    text = client_of(app, world, "ai.do").get("/").text
    assert 'href="/incidents"><span class="number"><span aria-hidden="true">→' in text
    assert list(numbers_in("/", text)) == []


def test_who_reads_figures_alone_is_led_to_them_and_who_has_no_post_to_whoever_gives_one(app, world):
    make_account(world.services, "doc.so", (Role.ANALYST, DAK_HA))
    text = client_of(app, world, "doc.so").get("/").text.partition("<main")[2]
    assert "Nhiệm vụ của anh/chị là xem số liệu" in text
    assert all(f'href="/{one}"' in text for one in ("indicators", "reports"))
    make_account(world.services, "chua.giao")
    assert "Chưa được giao nhiệm vụ" in client_of(app, world, "chua.giao").get("/").text


def test_nothing_is_counted_for_a_post_that_does_not_open_the_list(world):
    account_id = make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, DAK_HA))
    with world.services.reading(Operator()) as uow:
        day = read_day(world.services, uow.accounts.actor(account_id))
    assert (day.waiting, day.returned, day.lacking_files, day.held, day.incidents, day.due) == (None,) * 6
    assert day.silent is not None

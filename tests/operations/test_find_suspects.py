"""A household registered a second time is found when it arrives, and shown to those who look after both rows."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from server.access.roles import Role
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.browse_suspects import (
    SuspectQuestion,
    browse_suspects,
    dismiss,
    read_pair,
    reasons_in_words,
    reopen,
    suspects_of,
)
from server.operations.find_suspects import find_all_suspects, find_suspects, job_for_list
from server.operations.progress import silent
from server.operations.run_jobs import run_round
from server.storage.models.queue import OutboxRow
from server.storage.models.suspects import LikenessKeyRow
from tests.builders import practice_field
from tests.merge_field import DAK_HA, TU_MO_RONG, key_of, officer, pairs, registered, suspect_id
from tests.register_field import VILLAGE, colleague, household, register_field, stored

pytestmark = pytest.mark.database

WALKED = "server.storage.repositories.suspects._PAGES_WALKED"
COUNTED = "server.operations.browse_suspects.COUNTED_AT_MOST"


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def listed(services, account, **asked):
    page = browse_suspects(services, account, SuspectQuestion(**asked))
    return [frozenset((one.one.entity_id, one.other.entity_id)) for one in page.pairs]


def test_a_household_registered_twice_is_proposed_with_its_reasons(field, services, catalogue):
    one, other = registered(field), registered(field, head_name="Tik A", house_no="37A")
    (pair,) = browse_suspects(services, officer(services), SuspectQuestion()).pairs
    assert {pair.one.entity_id, pair.other.entity_id} == {one, other}
    assert pair.suspect.score == pair.likeness.score >= 65
    assert reasons_in_words(pair.likeness, catalogue, "vi") == (
        "Tên chủ hộ giống nhau, tên vợ/chồng giống nhau, cùng thôn, số hộ 37 và 37A, cùng 4 nhân khẩu"
    )


def test_namesakes_and_others_are_not_proposed(field, services):
    for told in (
        {},
        {"spouse_name": "Y Hlim", "house_no": "41"},
        {"head_name": "A Blưn"},
        {"house_no": "5", "size": "9"},
    ):
        registered(field, **told)
    assert pairs(services) == []


def test_a_pair_is_found_whichever_comes_first_and_once(field, services):
    one = registered(field)
    other = registered(field, head_name="A TIK")
    field.send(household(one, update=True, base=1, trunk=1, house_no="37/1"))
    run_round(services)
    assert pairs(services) == [frozenset((one, other))]


def test_a_pair_that_is_no_longer_alike_is_forgotten(field, services):
    one = registered(field)
    registered(field)
    assert len(pairs(services)) == 1
    field.send(household(one, update=True, base=1, trunk=1, head_name="A Blưn", spouse_name="Y Hlim"))
    run_round(services)
    assert pairs(services) == []


def test_who_left_the_list_is_proposed_to_nobody(field, services):
    one = registered(field)
    registered(field)
    field.send(household(one, update=True, base=1, trunk=1, status="moved_out"))
    run_round(services)
    assert pairs(services) == []
    with services.engine.connect() as connection:
        kept = select(func.count()).where(LikenessKeyRow.entity_key == key_of(services, one))
        assert connection.execute(kept).scalar_one() == 0


def test_a_survey_asks_for_no_comparing(field, services):
    one = registered(field)
    field.send(household(one, update=True, base=1, trunk=1, last_survey_year="2026"))
    with services.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(OutboxRow)).scalar_one() == 0


def test_a_village_and_the_one_it_was_joined_to_are_one_place(field, services, catalogue):
    one = registered(field, "23535-03", visit_date="2025-06-20")
    other = registered(field, "23535-02")
    assert stored(services, one).unit_id != stored(services, other).unit_id
    (pair,) = browse_suspects(services, officer(services, "23535"), SuspectQuestion()).pairs
    assert {pair.one.entity_id, pair.other.entity_id} == {one, other}
    assert "thôn cũ và thôn mới nhập" in reasons_in_words(pair.likeness, catalogue, "vi")


def test_going_through_all_finds_the_same_and_nothing_twice(field, services):
    one, other = registered(field), registered(field)
    registered(field, head_name="A Blưn", spouse_name="Y Mai", house_no="5")
    with services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM suspect")
        connection.exec_driver_sql("DELETE FROM likeness_key")
    looked = find_all_suspects(services, silent)
    assert (looked.households, looked.found) == (3, 1)
    assert pairs(services) == [frozenset((one, other))]
    assert find_all_suspects(services, silent).found == 0
    assert pairs(services) == [frozenset((one, other))]


def test_a_job_goes_through_a_whole_list_step_by_step(field, services, monkeypatch):
    monkeypatch.setattr("server.operations.find_suspects.ENTITIES_A_STEP", 2)
    one, other = registered(field), registered(field)
    registered(field, head_name="A Blưn", spouse_name="Y Mai", house_no="5")
    with services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM suspect")
    find_suspects(services, job_for_list(stored(services, one).list_id)[1])
    run_round(services)
    assert pairs(services) == [frozenset((one, other))]


def test_a_dismissed_pair_is_not_proposed_again_until_it_is_reopened(field, services):
    account = officer(services)
    one, other = registered(field), registered(field)
    with pytest.raises(InvalidInput, match=r"register\.reason_needed"):
        dismiss(services, account, suspect_id(services), reason=" ")
    dismiss(services, account, suspect_id(services), reason="hai nhà cạnh nhau")
    field.send(household(one, update=True, base=1, trunk=1, house_no="37A"))
    run_round(services)
    find_all_suspects(services, silent)
    assert listed(services, account) == []
    assert listed(services, account, state="dismissed") == [frozenset((one, other))]
    (pair,) = browse_suspects(services, account, SuspectQuestion(state="dismissed")).pairs
    assert (pair.suspect.reason, bool(pair.suspect.decided_by)) == ("hai nhà cạnh nhau", True)
    with pytest.raises(Conflict, match=r"register\.suspect_decided"):
        dismiss(services, account, suspect_id(services), reason="hai nhà cạnh nhau")
    reopen(services, account, suspect_id(services))
    assert listed(services, account) == [frozenset((one, other))]


KINH = {"head_name": "Nguyễn Văn Hùng", "spouse_name": "Trần Thị Bích Ngọc"}


@pytest.mark.parametrize("unit", [TU_MO_RONG, VILLAGE, "23500-03"])
def test_a_pair_is_seen_and_decided_by_those_alone_who_look_after_both(field, services, unit):
    one, other = registered(field, **KINH), registered(colleague(field, unit="23500-03"), "23500-03", **KINH)
    assert listed(services, officer(services)) == [frozenset((one, other))]
    outsider = officer(services, unit, login="xa.khac")
    assert listed(services, outsider) == []
    assert browse_suspects(services, outsider, SuspectQuestion()).total == 0
    assert suspects_of(services, outsider, key_of(services, one)) == ()
    with pytest.raises(NotFound, match=r"access\.not_found"):
        dismiss(services, outsider, suspect_id(services), reason="hai nhà cạnh nhau")
    with pytest.raises(NotFound, match=r"access\.not_found"):
        read_pair(services, outsider, key_of(services, one), key_of(services, other))
    assert pairs(services) == [frozenset((one, other))]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR])
def test_other_roles_see_no_pair(field, services, role):
    one, other = registered(field), registered(field)
    account = officer(services, DAK_HA, role=role)
    assert listed(services, account) == []
    with pytest.raises(NotFound):
        read_pair(services, account, key_of(services, one), key_of(services, other))
    with pytest.raises(NotFound):
        dismiss(services, account, suspect_id(services), reason="hai nhà cạnh nhau")


def test_practice_stays_among_itself(field, services):
    account = officer(services)
    registered(field)
    twin = practice_field(field)
    registered(twin)
    assert pairs(services) == []
    registered(twin)
    assert listed(services, account) == []
    assert len(listed(services, account, is_practice=True)) == 1


def test_pages_follow_one_another(field, services, monkeypatch):
    monkeypatch.setattr("server.operations.browse_suspects.PAGE_SIZE", 2)
    account = officer(services)
    for told in ({}, {}, {"house_no": "37A"}):
        registered(field, **told)
    first = browse_suspects(services, account, SuspectQuestion())
    second = browse_suspects(services, account, SuspectQuestion(), after=first.following)
    assert (len(first.pairs), len(second.pairs), second.following, first.total) == (2, 1, None, 3)
    scores = [pair.suspect.score for pair in (*first.pairs, *second.pairs)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("is_known", [True, False])
def test_whose_pairs_are_few_among_many_likelier_ones_finds_them_all(field, services, monkeypatch, is_known):
    monkeypatch.setattr("server.operations.browse_suspects.are_few", lambda *_: is_known)
    for name, number in (("server.operations.browse_suspects.PAGE_SIZE", 1), (WALKED, 1), (COUNTED, 2)):
        monkeypatch.setattr(name, number)
    for _ in range(3):
        registered(field)
    elsewhere = colleague(field, unit=TU_MO_RONG)
    few = [registered(elsewhere, f"{TU_MO_RONG}-01", house_no=number) for number in ("37", "37A")]
    mine = officer(services, TU_MO_RONG, login="xa.it")
    assert listed(services, mine) == [frozenset(few)]
    assert browse_suspects(services, mine, SuspectQuestion()).total == 1
    many = browse_suspects(services, officer(services), SuspectQuestion())
    assert (len(many.pairs), many.total, len(pairs(services))) == (1, 2, 4)


def test_two_households_can_be_looked_at_side_by_side(field, services):
    account = officer(services)
    one, other = registered(field, house_no=""), registered(field, size="5")
    view = read_pair(services, account, key_of(services, one), key_of(services, other))
    sides = {side.name: side for side in view.sides}
    assert (sides["size"].survivor, sides["size"].other, sides["size"].takes_other) == ("4", "5", False)
    assert sides["house_no"].takes_other
    assert not sides["head_name"].differs
    assert {one.entity_id for one in (view.survivor, view.other)} == {one, other}
    assert view.suspect is None or view.suspect.state == "open"


def test_what_makes_no_pair_is_refused(field, services):
    account = officer(services)
    one = key_of(services, registered(field))
    with pytest.raises(InvalidInput, match=r"register\.merge_itself"):
        read_pair(services, account, one, one)
    with pytest.raises(NotFound):
        read_pair(services, account, one, 10**9)
    with pytest.raises(NotFound):
        dismiss(services, account, 10**9, reason="hai nhà cạnh nhau")
    with pytest.raises(InvalidInput, match=r"register\.suspect_state"):
        browse_suspects(services, account, SuspectQuestion(state="x"))

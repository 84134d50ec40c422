"""The list of records: one's own territory, narrowed, searched, paged; incidents nowhere but at their own desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, example, make_account, send

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations import browse_submissions as browsing
from server.operations.browse_submissions import Lately, Question, browse_submissions
from server.operations.list_choices import list_choices
from server.operations.rebuild import rebuild
from server.operations.sights import Desk
from server.storage.repositories.record_orders import Order
from server.submissions.review import AWAITING, ReviewState

EVERYDAY, INCIDENTS = Question(Desk.EVERYDAY), Question(Desk.INCIDENTS)


def officer(world, *units, role=Role.SUPERVISOR, elevated=False):
    territory, today = world.services.atlas.current().territory, world.services.today()
    posts = tuple(Post(role, territory.resolve(unit, today).unit_id, None, None) for unit in units)
    return Account(AccountId(1), "ai.do", posts, elevated)


def names(world, account, question=EVERYDAY):
    page = browse_submissions(world.services, account, question, after=None)
    assert page.total == len(page.records)
    numbers = {number: name for name, number in world.records.items()}
    return [numbers[one.line.submission_id] for one in page.records]


@pytest.mark.parametrize(
    ("units", "expected"),
    [((DAK_HA,), ["41", "5", "37"]), ((TU_MO_RONG,), ["55"]), ((PROVINCE,), ["55", "41", "5", "37"]), ((), [])],
)
def test_a_list_holds_the_records_of_the_posts_newest_first(world, units, expected):
    assert names(world, officer(world, *units)) == expected


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMINISTRATOR])
def test_roles_that_may_not_read_records_see_none(world, role):
    assert names(world, officer(world, PROVINCE, role=role)) == []


def test_incidents_are_seen_at_their_desk_after_the_second_step_only(world):
    make_account(world.services, "can.bo")
    assert names(world, officer(world, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True), INCIDENTS) == ["incident"]
    assert names(world, officer(world, DAK_HA, role=Role.INCIDENT_OFFICER), INCIDENTS) == []
    assert names(world, officer(world, TU_MO_RONG, role=Role.INCIDENT_OFFICER, elevated=True), INCIDENTS) == []
    assert names(world, officer(world, DAK_HA, elevated=True), INCIDENTS) == []


def test_practice_records_stand_in_a_list_of_their_own(world):
    assert names(world, officer(world, DAK_HA), Question(Desk.EVERYDAY, is_practice=True)) == ["practice"]


def choices_of(world, account, asked):
    return list_choices(world.services, account, asked, browse_submissions(world.services, account, asked, after=None))


def question(**narrowed):
    return Question(Desk.EVERYDAY, **narrowed)


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"is_flagged": True}, ["41"]),
        ({"is_flagged": False}, ["55", "5", "37"]),
        ({"finding": "answer.required_missing"}, ["41"]),
        ({"finding": "answer.out_of_range"}, []),
        ({"finding": "no.such_code"}, []),
        ({"states": frozenset({ReviewState.RECEIVED})}, ["55", "41", "5", "37"]),
        ({"states": frozenset({ReviewState.APPROVED})}, []),
        ({"words": "HO 37"}, ["41", "37"]),  # its number stands in an answer of the one, in the name of the other
        ({"words": "gặp 2025"}, ["55"]),
        ({"words": "HỘ 55"}, ["55"]),
        ({"words": "%"}, ["55", "41", "5", "37"]),
        ({"words": "o 37"}, []),
        ({"words": "tik"}, ["41", "37"]),
        ({"words": "Ý máu thon"}, ["41", "5", "37"]),
        ({"words": "khong ai"}, []),
        ({"first_day": date(2026, 10, 5), "last_day": date(2026, 10, 5)}, ["55", "41", "5", "37"]),
        ({"first_day": date(2026, 10, 6)}, []),
        ({"last_day": date(2026, 10, 4)}, []),
        ({"form_key": -1}, []),
        ({"sender_id": -1}, []),
        ({"lately": Lately.TODAY}, ["55", "41", "5", "37"]),
        ({"lately": Lately.YESTERDAY}, []),
        ({"lately": Lately.YESTERDAY, "first_day": date(2026, 10, 5)}, ["55", "41", "5", "37"]),
    ],
)
def test_a_list_is_narrowed_by_what_is_asked(world, narrowed, expected):
    assert names(world, officer(world, PROVINCE), question(**narrowed)) == expected


def test_a_unit_narrows_to_what_lies_in_it_and_never_widens(world):
    territory, today = world.services.atlas.current().territory, world.services.today()
    village = territory.find("23500-01", today).unit_id
    elsewhere = territory.find(TU_MO_RONG, today).unit_id
    assert names(world, officer(world, PROVINCE), question(unit_id=village)) == ["41", "5", "37"]
    assert names(world, officer(world, DAK_HA), question(unit_id=elsewhere)) == []


def test_pages_follow_each_other_without_gap_or_double_in_every_order(world, monkeypatch):
    monkeypatch.setattr(browsing, "PAGE_SIZE", 3)
    for number in range(100, 105):  # all at the same moment
        day = f"2026-10-0{1 + number % 3}"
        send(
            world,
            "Y Mẫu" if number % 2 else "A Mẫu",
            example("household_conduct_survey", "refused", number, visit_date=day),
        )
    account = officer(world, PROVINCE)
    keys = {
        Order.NEWEST: lambda line: (-line.received_at.timestamp(), -line.submission_id),
        Order.OLDEST: lambda line: (line.received_at, line.submission_id),
        Order.VISIT: lambda line: (-line.event_date.toordinal(), -line.submission_id),
        Order.SENDER: lambda line: (line.collaborator_name, -line.received_at.timestamp(), -line.submission_id),
    }
    for order, key in keys.items():
        after, seen = None, []
        while True:
            page = browse_submissions(world.services, account, question(order=order), after=after)
            assert page.total == 9
            seen.append([one.line for one in page.records])
            after = page.following
            if after is None:
                break
        assert [len(one) for one in seen] == [3, 3, 3]
        every = [line for page in seen for line in page]
        assert every == sorted(every, key=key), order
        assert len({line.submission_id for line in every}) == 9


def test_a_count_stops_at_its_bound(world, monkeypatch):
    monkeypatch.setattr(browsing, "COUNTED_AT_MOST", 2)
    assert browse_submissions(world.services, officer(world, PROVINCE), EVERYDAY, after=None).total == 2


def test_choices_name_the_communes_of_the_posts_and_no_sensitive_form(world):
    make_account(world.services, "can.bo")
    choices = choices_of(world, officer(world, DAK_HA), EVERYDAY)
    assert [unit.name for unit in choices.communes] == ["Xã Đăk Hà"]
    assert choices.villages[0].name.startswith("Thôn 1")
    assert {form.form_id for form in choices.forms} == {"household_conduct_survey", "training_event"}
    officer_of_incidents = officer(world, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)
    assert len(choices_of(world, officer_of_incidents, INCIDENTS).forms) == 1


def test_the_numbers_beside_places_are_those_of_the_lists_behind_them(world):
    for units in ((PROVINCE,), (DAK_HA,)):
        asked = question(states=AWAITING)
        places = {one.unit.unit_id: one.waiting for one in choices_of(world, officer(world, *units), asked).places}
        waiting = {unit: number for unit, number in places.items() if number}
        assert sum(waiting.values()) == len(names(world, officer(world, *units), asked))
        for unit, number in waiting.items():
            assert number == len(names(world, officer(world, *units), replace(asked, unit_id=unit)))
    for narrowed in ({"words": "ho"}, {"is_flagged": True}, {"states": frozenset()}):
        places = choices_of(world, officer(world, PROVINCE), replace(asked, **narrowed)).places
        assert {one.waiting for one in places} == {None}


def test_senders_to_choose_from_are_those_of_the_records_in_sight(world):
    def senders(account, **narrowed):
        found = choices_of(world, account, question(**narrowed)).senders
        return {one.name: one.collaborator_id for one in found}

    here, elsewhere = senders(officer(world, DAK_HA)), senders(officer(world, TU_MO_RONG))
    assert (set(here), set(elsewhere)) == ({"Y Mẫu"}, {"A Mẫu"})
    assert set(senders(officer(world, DAK_HA), is_practice=True)) == {"Y Tập"}
    assert senders(officer(world, PROVINCE)) == {}
    assert set(senders(officer(world, PROVINCE), sender_id=elsewhere["A Mẫu"])) == {"A Mẫu"}
    assert set(senders(officer(world, DAK_HA), sender_id=elsewhere["A Mẫu"])) == set(here)
    assert names(world, officer(world, PROVINCE), question(sender_id=elsewhere["A Mẫu"])) == ["55"]


def offered(world, account, asked=EVERYDAY):
    return choices_of(world, account, asked).findings


def test_findings_to_choose_from_are_those_of_the_records_one_sees(world):
    make_account(world.services, "can.bo")
    missing = example("household_conduct_survey", "bad_required_missing", 300)
    send(world, "A Mẫu", missing.replace(b"23500", b"23425"))
    in_dak_ha, in_tu_mo_rong = offered(world, officer(world, DAK_HA)), offered(world, officer(world, TU_MO_RONG))
    assert "answer.required_missing" in in_dak_ha
    assert "entity.out_of_territory" in in_tu_mo_rong
    assert "entity.out_of_territory" not in in_dak_ha
    assert set(offered(world, officer(world, PROVINCE))) == {*in_dak_ha, *in_tu_mo_rong}
    assert offered(world, officer(world, PROVINCE, role=Role.ANALYST)) == ()
    assert offered(world, officer(world, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)) == ()


def test_findings_to_choose_from_follow_the_other_filters_but_not_their_own(world):
    account = officer(world, DAK_HA)
    every = offered(world, account)
    assert offered(world, account, question(finding=every[0])) == every
    assert offered(world, account, question(finding="answer.gone")) == tuple(sorted({*every, "answer.gone"}))
    assert offered(world, account, question(words="no such name")) == ()


def test_words_follow_an_edit_and_are_made_anew_and_find_no_incident(world):
    account = officer(world, PROVINCE)
    edit = example("household_conduct_survey", "couple_with_children", 1037, instanceName="Sửa lại", hh_number="370")
    replaces = b"<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID><instanceID>"
    send(world, "Y Mẫu", edit.replace(b"<instanceID>", replaces))
    found = {words: names(world, account, question(words=words)) for words in ("sua 370", "sua tik", "phieu")}
    assert found == {"sua 370": ["37"], "sua tik": ["37"], "phieu": []}
    assert "37" not in names(world, account, question(words="gap"))
    with world.services.engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM record_word ORDER BY submission_id, word").all()
        connection.exec_driver_sql("DELETE FROM record_word WHERE word <> 'mau'")
    assert world.records["incident"] not in {row[0] for row in kept}
    rebuild(world.services, lambda *_, **__: None)
    with world.services.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM record_word ORDER BY submission_id, word").all() == kept
    make_account(world.services, "can.bo")
    incidents = officer(world, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)
    assert names(world, incidents, replace(INCIDENTS, words="khong co")) == ["incident"]


def test_what_an_edit_has_mended_is_found_no_more(world):
    account, missing = officer(world, DAK_HA), question(finding="answer.required_missing")
    assert names(world, account, missing) == ["41"]
    mended = example("household_conduct_survey", "refused", 341)
    replaces = b"<deprecatedID>uuid:00000000-0000-4000-8000-000000000041</deprecatedID><instanceID>"
    send(world, "Y Mẫu", mended.replace(b"<instanceID>", replaces))
    assert names(world, account, missing) == []
    assert "answer.required_missing" not in offered(world, account)


def test_a_record_names_its_village_and_commune(world):
    page = browse_submissions(world.services, officer(world, DAK_HA), EVERYDAY, after=None)
    assert page.records[-1].place == ("Thôn 1 (mẫu)", "Xã Đăk Hà")

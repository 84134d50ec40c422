"""Collaborators of a territory: whoever is counted as silent stands in the list as silent."""

from __future__ import annotations

from console_world import DAK_HA, PROVINCE, TU_MO_RONG, VILLAGE_1, make_account
from test_browse_submissions import officer

from server.operations.browse_collaborators import (
    PeopleSought,
    browse_collaborators,
    change_phone_number,
    count_silent,
    listed,
    places_offered,
    revoke,
)
from server.operations.identify_sender import sender_by_token


def silent(world, account):
    found = browse_collaborators(world.services, account)
    return [one.name for one in found if one.silence and not one.is_practice]


def test_the_number_of_the_silent_is_that_of_the_list(world):
    here, everywhere = officer(world, DAK_HA), officer(world, PROVINCE)
    assert (count_silent(world.services, everywhere), silent(world, everywhere)) == (0, [])
    make_account(world.services, "can.bo")
    world.services.now.advance(days=8)
    assert silent(world, everywhere) == ["A Mẫu", "Y Mẫu"], "who practises or carries incidents is not told of"
    for account in (here, everywhere):
        assert count_silent(world.services, account) == len(silent(world, account))
    one = sender_by_token(world.services, *world.tokens["Y Mẫu"]).collaborator_id
    revoke(world.services, everywhere, one, is_stolen=False)
    assert (count_silent(world.services, here), silent(world, here)) == (0, [])


def test_what_is_told_of_some_keeps_their_order_and_is_of_ones_own_territory(world):
    here, everywhere = officer(world, DAK_HA), officer(world, PROVINCE)
    every = browse_collaborators(world.services, everywhere)
    told = listed(world.services, everywhere, every)
    assert [one.line.name for one in told] == [one.name for one in every]
    assert {one.line.name for one in listed(world.services, here, every)} == {"Y Mẫu", "Y Tập"}
    assert listed(world.services, here, []) == ()


def names(world, account, **sought):
    return {one.name for one in browse_collaborators(world.services, account, PeopleSought(**sought))}


def test_people_are_found_by_the_beginnings_of_their_names_and_numbers_without_accents(world):
    account = officer(world, PROVINCE)
    make_account(world.services, "can.bo")
    one = sender_by_token(world.services, *world.tokens["Y Tập"]).collaborator_id
    change_phone_number(world.services, account, one, "+84 900 123 456")
    assert names(world, account, words="y") == {"Y Mẫu", "Y Tập"}
    assert names(world, account, words="TAP y") == names(world, account, words="ý  tâp") == {"Y Tập"}
    for number in ("0900 123", "900123456", "123.456"):
        assert names(world, account, words=number) == {"Y Tập"}
    assert names(world, account, words="ập") == names(world, account, words="Y Mẫu Khác") == set()


def test_they_are_narrowed_to_a_place_of_ones_own_territory(world):
    here, everywhere = officer(world, DAK_HA), officer(world, PROVINCE)
    territory, today = world.services.atlas.current().territory, world.services.today()
    village, commune, other = (territory.find(one, today).unit_id for one in (VILLAGE_1, DAK_HA, TU_MO_RONG))
    assert names(world, here, unit_id=village) == names(world, everywhere, unit_id=commune) == {"Y Mẫu", "Y Tập"}
    assert names(world, everywhere, unit_id=other) == {"A Mẫu"}
    assert names(world, here, unit_id=other) == names(world, here, unit_id=999_999) == set()


def test_communes_are_offered_and_the_villages_of_one_that_is_open(world):
    here, everywhere = officer(world, DAK_HA), officer(world, PROVINCE)
    territory, today = world.services.atlas.current().territory, world.services.today()
    commune, village = (territory.find(one, today) for one in (DAK_HA, VILLAGE_1))
    offered = places_offered(world.services, here, PeopleSought())
    assert offered.communes == (commune,)
    assert village in offered.villages
    every = places_offered(world.services, everywhere, PeopleSought())
    assert len(every.communes) > 1
    assert every.villages == ()
    assert places_offered(world.services, everywhere, PeopleSought(village.unit_id)).villages == offered.villages

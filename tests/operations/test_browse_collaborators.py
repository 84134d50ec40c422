"""Collaborators of a territory: whoever is counted as silent stands in the list as silent."""

from __future__ import annotations

from console_world import DAK_HA, PROVINCE, make_account
from test_browse_submissions import officer

from server.operations.browse_collaborators import browse_collaborators, count_silent, listed, revoke
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

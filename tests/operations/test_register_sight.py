"""No page or search of a register shows anybody an entity that lies outside their posts, whoever asks for what."""

from __future__ import annotations

import random

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, load_sample_units

from server.errors import NotFound
from server.operations.add_project import add_project
from server.operations.browse_register import RegisterQuestion, Show, browse_register
from server.operations.browse_suspects import read_pair, suspects_of
from server.operations.find_suspects import find_all_suspects
from server.operations.read_entity import read_entity
from server.operations.sights import Desk
from tests.register_world import HA_1, HA_3, HA_10, TU_1, officer, put

pytestmark = pytest.mark.database
VILLAGES = {HA_1: DAK_HA, HA_3: DAK_HA, HA_10: DAK_HA, TU_1: TU_MO_RONG}
POSTS = (*VILLAGES, DAK_HA, TU_MO_RONG, PROVINCE)
NAMES = ("A Tik", "Y Bét", "A Tik con", "Y Krông")


def covers(post: str, village: str) -> bool:
    """Tell it from the names of the places alone: a province holds all, a commune its villages, a village itself."""
    return post in {PROVINCE, village, VILLAGES[village]}


@pytest.mark.parametrize("beginning", [load_sample_units], ids=["units"])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.full)])
def test_whatever_is_asked_shows_only_what_lies_under_the_posts(services, seed):
    chance = random.Random(seed)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    homes: dict[int, str] = {}
    for number in range(24):
        village, status = chance.choice(list(VILLAGES)), chance.choice(("", "", "", "gone", "moved_out"))
        answers = {"head_name": chance.choice(NAMES), "house_no": str(number % 6), "status": status}
        homes[put(services, project_id, village=village, **answers)] = village
    hidden = put(services, project_id, "trusted_addresses", label="Nhà bà Mẫu", village=HA_1)
    find_all_suspects(services, lambda *_, **__: None)
    for _ in range(12):
        posts = chance.sample(POSTS, chance.choice((0, 1, 1, 2)))
        mine = {key for key, village in homes.items() if any(covers(post, village) for post in posts)}
        account = officer(services, *posts)
        seen = {
            key
            for show in Show
            for words in ("", "tik", "y", "3", "%")
            for key in asked(services, account, show, words)
        }
        assert seen <= mine, (posts, seen - mine)
        assert {key for key in homes if is_readable(services, account, key)} == mine
        assert not is_readable(services, account, hidden)
        other = chance.choice(list(homes))
        if other not in mine:
            with pytest.raises(NotFound):
                read_pair(services, account, other, next(key for key in homes if key != other))
        else:
            pairs = suspects_of(services, account, other)
            assert {side.key for pair in pairs for side in (pair.one, pair.other)} <= mine


def asked(services, account, show, words):
    question = RegisterQuestion("households", show=show, words=words)
    after, found = None, []
    while True:
        try:
            page = browse_register(services, account, question, after=after)
        except NotFound:
            return found
        found += [one.line.key for one in page.entities]
        if page.following is None:
            return found
        after = page.following


def is_readable(services, account, key) -> bool:
    try:
        read_entity(services, account, key, desk=Desk.EVERYDAY)
    except NotFound:
        return False
    return True

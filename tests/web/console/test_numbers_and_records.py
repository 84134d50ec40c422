"""Over random histories of surveys, decisions and undone decisions, each number opens exactly what makes it."""

from __future__ import annotations

import random
import re

import pytest
from console_world import TU_MO_RONG, VILLAGE_1, VILLAGE_2, client_of
from plan_world import I6, POOR, PlanWorld, workbook

from server.app import create_app
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Part
from server.operations.review_submissions import Decision, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.register_world import HA_1, HA_3, TU_1, put

HOUSEHOLDS = ("R1", "Hộ (mẫu)", "household_conduct_survey.visited", "register:households", "%", "up", "commune", "year")
CHANGE = ("C1", "Thay đổi (mẫu)", "household_conduct_survey.visited", "previous", "change", "up", "commune", "year")
EXAMPLES = ("couple_with_children", "lives_alone", "refused", "long_away", "not_on_the_list")


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    rows = (I6, POOR, HOUSEHOLDS, CHANGE)
    publish_plan(services, world.project_id, PlanSource("plan", workbook(indicators=rows, targets=())))
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


@pytest.fixture
def client(world):
    return client_of(create_app(world.services), world, "duyet.mau")


def decided(world, verdict, targets):
    """Decide what is not decided so already, and return the batch."""
    comment = "" if verdict is Verdict.APPROVE else "Xem lại (mẫu)"
    decision = Decision(verdict, comment, tuple(targets), spares_flagged=False)
    return review_submissions(world.services, world.actor(), decision, Desk.EVERYDAY).batch_id


def live(world, chance, steps=22):
    """Let records come in, be decided one way and another, and some decisions be taken back."""
    sent, batches = [], []
    for _ in range(steps):
        roll = chance.random()
        if roll < 0.55 or not sent:
            village = chance.choice((VILLAGE_1, VILLAGE_2, f"{TU_MO_RONG}-01"))
            by = "A Mẫu" if village.startswith(TU_MO_RONG) else "Y Mẫu"
            household = f"00000000-0000-4000-8000-00000000000{chance.randint(1, 6)}"
            sent.append(world.send(chance.choice(EXAMPLES), by=by, village=village, household=household))
        elif roll < 0.9:
            some = chance.sample(sent, k=min(len(sent), chance.randint(1, 3)))
            batches.append(decided(world, chance.choice((Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT)), some))
        elif batches:
            world.undo(batches.pop())
        put(world.services, world.project_id, village=chance.choice((HA_1, HA_3, TU_1)))


def opened(client, address):
    """Return how much all pages behind a number add up to, and how many entries they list."""
    amount, seen = 0, []
    while address:
        text = client.get(address.replace("&amp;", "&")).text
        for entry in re.findall(r'<li class="record">(.*?)</li>', text, re.DOTALL):
            more = re.search(r"góp ([\d.,]+)", entry)
            amount += int(more[1].replace(".", "")) if more else 1
            seen.append(re.search(r'href="([^"]+)"', entry)[1])
        following = re.search(r'<a role="button" class="secondary" href="([^"]+records[^"]+)">', text)
        address = following[1] if following else None
    assert len(set(seen)) == len(seen)
    return amount


@pytest.mark.parametrize("seed", range(2))
def test_what_a_number_opens_adds_up_to_it_on_every_boundary(world, client, seed):
    live(world, random.Random(seed))
    followed = dict.fromkeys(Part, 0)
    for code in ("I6", "P1", "R1", "C1"):
        for cut in ("", "&frame=until-2025-06-30", "&year=2025", "&level=province"):
            text = client.get(f"/indicators/{code}?lang=vi{cut}").text
            for address, number in re.findall(r'<a href="([^"]+/records[^"]+)">([\d.]+)</a>', text):
                assert opened(client, address) == int(number.replace(".", "")), (code, cut, address)
                followed[Part.DENOMINATOR if "part=denominator" in address else Part.NUMERATOR] += 1
    assert followed[Part.NUMERATOR] > 6
    assert followed[Part.DENOMINATOR] > 6

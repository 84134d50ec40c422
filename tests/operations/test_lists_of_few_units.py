"""A list of few units is read unit by unit, where the database can: it is the same list, page for page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from console_world import DAK_HA, send
from sqlalchemy import event
from test_browse_submissions import officer

from server.operations.browse_submissions import Question, filters_of, within
from server.operations.sights import Desk, history_sight_of, sight_of
from server.storage.repositories.deeds import DeedFilters, DeedPlace
from server.storage.repositories.record_lists import Filters
from server.storage.repositories.record_orders import Cursor, Order
from server.submissions.review import AWAITING, ReviewState
from tests.console_world import example

EVERYDAY = Filters(is_practice=False, is_sensitive=False)


@pytest.fixture
def reading(world):
    for number in range(60, 65):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    return world.services.reading(sight_of(officer(world, DAK_HA), Desk.EVERYDAY, world.services.today()))


def gone_through(uow, filters, order):
    """Return the ids of a list, two a page to its end."""
    found, after = [], None
    while page := uow.record_lists.page(filters, order, after=after, size=2):
        found += [one.submission_id for one in page]
        after = Cursor.at(page[-1])
    return found


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST, Order.VISIT])
@pytest.mark.parametrize(
    "narrowed",
    [
        {},
        {"states": AWAITING},
        {"states": frozenset({ReviewState.REJECTED})},
        {"is_flagged": False},
        {"words": ("ho",)},
    ],
    ids=["all", "awaiting", "rejected", "clean", "words"],
)
def test_a_list_read_unit_by_unit_is_the_list_read_whole(reading, order, narrowed):
    whole = replace(EVERYDAY, **narrowed)
    few = replace(whole, is_in_few_units=True)
    with reading as uow:
        lists = uow.record_lists
        assert gone_through(uow, few, order) == gone_through(uow, whole, order)
        assert lists.count(few, at_most=5) == lists.count(whole, at_most=5)
        assert lists.finding_codes(few, of=9) == lists.finding_codes(whole, of=9)
        assert lists.senders_of(few, newest=9, at_most=9) == lists.senders_of(whole, newest=9, at_most=9)
        assert lists.reviewables(few, at_most=4) == lists.reviewables(whole, at_most=4)


def test_a_communes_units_are_few_and_stand_in_its_statements_as_numbers(world):
    here, account, sent = world.services.atlas.current(), officer(world, DAK_HA), []
    sight, filters = within(
        here,
        sight_of(account, Desk.EVERYDAY, world.services.today()),
        filters_of(world.services, Question(Desk.EVERYDAY)),
    )
    assert filters.is_in_few_units
    event.listen(world.services.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with world.services.reading(sight) as uow:
        uow.record_lists.page(filters, Order.NEWEST, after=None, size=31)
        uow.record_lists.count(filters, at_most=1000)
    page, count = (one for one in sent if "FROM submission" in one or "LATERAL" in one)
    assert f"ancestor_id IN ({min(sight.units)})" in page
    assert "LIMIT 31" in page
    assert ("LATERAL" in page and "LATERAL" in count) == (world.services.engine.dialect.name == "postgresql")


def test_the_records_of_a_word_too_many_have_are_counted_and_looked_at_by_some_of_them(reading, monkeypatch):
    monkeypatch.setattr("server.storage.repositories.record_lists.MOST_HITS", 3)
    with reading as uow:
        lists = uow.record_lists
        worded = lists.with_words(replace(EVERYDAY, words=("ho",)))
        assert worded.words == ("ho",)
        assert len(worded.some) == 4
        every = gone_through(uow, worded, Order.NEWEST)
        assert len(set(every)) > len(worded.some)
        assert [lists.count(worded, at_most=bound) for bound in (2, 3, 99)] == [2, 3, len(every)]
        narrowed = replace(worded, is_flagged=True)
        assert lists.count(narrowed, at_most=99) == len(gone_through(uow, narrowed, Order.NEWEST))
        assert set(lists.finding_codes(worded, of=9)) <= set(lists.finding_codes(replace(worded, some=()), of=99))


def test_what_was_done_in_few_units_is_the_same_read_unit_by_unit(world):
    services, here, today = world.services, world.services.atlas.current(), world.services.today()
    sight = history_sight_of(officer(world, DAK_HA), Desk.EVERYDAY, today)
    (commune,) = sight.units
    units = [commune, *(one.unit_id for one in here.territory.children(commune, today))]
    deed = {"account_id": None, "stands_in_for_id": None, "kind": "decision.approve", "thing": "record", "params": {}}
    deed |= {"is_sensitive": False, "batch_id": ""}
    with services.unit_of_work(services.operator()) as uow:
        moments = [services.now() + timedelta(seconds=number // 3) for number in range(20)]
        uow.deeds.add(
            [
                {**deed, "done_at": at, "thing_id": number, "unit_id": units[number % len(units)]}
                for number, at in enumerate(moments)
            ]
        )
    few, whole = (DeedFilters(is_sensitive=False, is_in_few_units=is_few) for is_few in (True, False))
    with services.reading(sight) as uow:
        shown = 0
        for start in (None, DeedPlace(moments[10], 0), DeedPlace(moments[10], 2), DeedPlace(moments[3], 1)):
            pages = [uow.deeds.page(one, after=start, size=7) for one in (few, whole)]
            assert pages[0] == pages[1]
            shown += len(pages[0])
    assert shown > 20

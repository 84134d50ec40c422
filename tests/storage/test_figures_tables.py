"""Reading figures: upward on both boundaries, received and approved, the records behind, and nothing sensitive."""

from __future__ import annotations

from datetime import date

import pytest
from figure_world import (
    NEW_AB,
    NEW_C,
    NEW_FRAME,
    NEW_PROVINCE,
    OLD_A,
    OLD_B,
    OLD_FRAME,
    OLD_PROVINCE,
    VILLAGE_A,
    VILLAGE_B,
    VILLAGE_C,
    FigureWorld,
    adds,
)
from sqlalchemy import update

from server.indicators.figures import Receipts
from server.indicators.sources import Source
from server.storage.models.forms import FormVersionRow
from server.storage.models.submissions import SubmissionRow
from server.storage.repositories.figure_tables import Added, Extent
from server.storage.visible import Operator, Reading
from server.territory.turnovers import Turnover

pytestmark = pytest.mark.database
HOUSEHOLDS = Source("visit.households")
SECRET = Source("secret.cases")


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


def extent(world, frame, *units, period=2026):
    return Extent(world.project_id, period, frame, frozenset(units))


def sums(world, where, *sources, sight=None):
    with world.uow(sight, writes=False) as uow:
        return dict(uow.figure_tables.sums(where, sources, ()))


def behind(world, where, source=HOUSEHOLDS, *, sight=None, after=None, at_most=50):
    with world.uow(sight, writes=False) as uow:
        found = uow.records_behind.page(where, source, after=after, at_most=at_most)
        return [one.submission_id for one in found], uow.records_behind.count(where, source)


def approved(world, *households):
    """Receive and approve one record for each (subject, unit, value); return their ids."""
    counted = dict(
        world.receive(adds(subject=subject, unit_id=unit_id, value=value), unit_id=unit_id)
        for subject, unit_id, value in households
    )
    world.decide(counted)
    return list(counted)


def test_sums_are_the_same_on_the_old_and_the_new_boundaries(world):
    approved(world, ("h1", VILLAGE_A, 1), ("h2", VILLAGE_B, 1), ("h3", VILLAGE_C, 1), ("h4", VILLAGE_A, 0))
    old = sums(world, extent(world, OLD_FRAME, OLD_A, OLD_B, NEW_C, OLD_PROVINCE), HOUSEHOLDS)
    new = sums(world, extent(world, NEW_FRAME, NEW_AB, NEW_C, NEW_PROVINCE), HOUSEHOLDS)
    assert {place: added.thousandths for (place, _), added in old.items()} == {
        OLD_A: 1000,
        OLD_B: 1000,
        NEW_C: 1000,
        OLD_PROVINCE: 3000,
        None: 3000,
    }
    assert {place: added for (place, _), added in new.items()} == {
        NEW_AB: Added(2000, 3),
        NEW_C: Added(1000, 1),
        NEW_PROVINCE: Added(3000, 4),
        None: Added(3000, 4),
    }


def test_what_lies_in_a_unit_that_ended_is_found_under_its_successor(world):
    approved(world, ("h1", OLD_A, 1))
    found = sums(world, extent(world, NEW_FRAME, NEW_AB), HOUSEHOLDS)
    assert found[NEW_AB, HOUSEHOLDS] == Added(1000, 1)


def test_a_source_with_a_category_adds_up_that_category_only(world):
    record, version = world.receive(adds(), adds(category="poverty=poor"), adds("other"))
    world.decide({record: version})
    poor = Source("visit.households", "poverty=poor")
    found = sums(world, extent(world, NEW_FRAME, NEW_AB), HOUSEHOLDS, poor)
    assert set(found) == {(None, HOUSEHOLDS), (NEW_AB, HOUSEHOLDS), (None, poor), (NEW_AB, poor)}


def test_nothing_asked_and_nothing_counted_are_no_sums(world):
    assert sums(world, extent(world, NEW_FRAME, NEW_AB)) == {}
    assert sums(world, extent(world, NEW_FRAME, NEW_AB), HOUSEHOLDS) == {}
    assert sums(world, extent(world, NEW_FRAME), HOUSEHOLDS) == {}


def test_received_and_approved_count_records_and_not_rows(world):
    record, version = world.receive(adds("people", position=0), adds("people", position=1), adds())
    world.receive(adds(subject="h2", unit_id=VILLAGE_C), unit_id=VILLAGE_C)
    world.receive(adds(subject="h3", day=date(2025, 3, 1)))
    world.decide({record: version})
    sources = (HOUSEHOLDS, Source("visit.people"))
    with world.uow(writes=False) as uow:
        found = uow.figure_tables.receipts(extent(world, NEW_FRAME, NEW_AB, NEW_C), sources)
    assert found == {NEW_AB: Receipts(1, 1), NEW_C: Receipts(1, 0), None: Receipts(2, 1)}


def test_numbers_of_records_follow_whatever_changes_a_record_and_steps_are_added_up_without_a_trace(world):
    record, version = world.receive(adds(unit_id=VILLAGE_A))
    other, _ = world.receive(adds(unit_id=VILLAGE_A))
    world.decide({record: version})
    where = extent(world, NEW_FRAME, NEW_AB, NEW_C)
    rows = SubmissionRow

    def seen():
        with world.uow(writes=False) as uow:
            return uow.figure_tables.receipts(where, [HOUSEHOLDS]), uow.record_tallies.every()

    def change(record_id, **facts):
        with world.uow() as uow:
            uow._connection.execute(update(rows).where(rows.id == record_id).values(**facts))

    assert seen()[0] == {NEW_AB: Receipts(2, 1), None: Receipts(2, 1)}
    change(record, unit_id=VILLAGE_C)
    assert seen()[0] == {NEW_AB: Receipts(1, 0), NEW_C: Receipts(1, 1), None: Receipts(2, 1)}
    before = seen()
    with world.uow() as uow:
        assert uow.record_tallies.add_up() > 0
    assert seen() == before
    change(other, merged_into_id=record)
    change(record, figure_year=2025)
    assert seen()[0] == {}
    with world.uow() as uow:
        uow.record_tallies.add_up()
        assert uow.record_tallies.add_up() == 0
    assert seen()[0] == {}


def test_the_records_behind_a_number_are_those_that_add_to_it(world):
    first, _, third, zero = approved(
        world, ("h1", VILLAGE_A, 1), ("h2", VILLAGE_C, 1), ("h3", VILLAGE_B, 1), ("h4", VILLAGE_A, 0)
    )
    waiting, _ = world.receive(adds(subject="h5"))
    found, total = behind(world, extent(world, NEW_FRAME, NEW_AB))
    assert (found, total) == ([third, first], 2)
    assert zero not in found
    assert waiting not in found
    assert behind(world, extent(world, NEW_FRAME))[1] == 3


def test_records_come_page_by_page_without_a_gap_or_a_double(world):
    records = approved(world, *((f"h{number}", VILLAGE_A, 1) for number in range(7)))
    seen, after = [], None
    while page := behind(world, extent(world, NEW_FRAME, NEW_AB), after=after, at_most=3)[0]:
        seen += page
        after = page[-1]
    assert seen == sorted(records, reverse=True)


def test_a_figure_is_the_provinces_but_its_records_are_the_scopes(world):
    mine, theirs = approved(world, ("h1", VILLAGE_A, 1), ("h2", VILLAGE_C, 1))
    where = extent(world, NEW_FRAME, NEW_PROVINCE)
    assert behind(world, where, sight=Reading(frozenset({NEW_AB}))) == ([mine], 2)
    assert behind(world, where, sight=Reading(frozenset())) == ([], 2)
    assert behind(world, where, sight=Operator())[0] == [theirs, mine]


@pytest.mark.parametrize("sight", [Operator(), Reading(frozenset({NEW_PROVINCE}), frozenset({NEW_PROVINCE}))])
def test_measures_of_a_sensitive_form_are_not_there_for_anybody(world, sight):
    record, version = world.receive(adds("cases", form="secret", combine="sum"), is_sensitive=True)
    world.decide({record: version})
    where = extent(world, NEW_FRAME, NEW_AB)
    assert any(row[1] == "secret.cases" for row in world.kept()[1])
    assert sums(world, where, SECRET, HOUSEHOLDS, sight=sight) == {}
    assert behind(world, where, SECRET, sight=sight) == ([], 0)
    with world.uow(sight, writes=False) as uow:
        assert uow.figure_tables.receipts(where, [SECRET]) == {}
        assert uow.figure_tables.open_measures(world.project_id, ["secret.cases", "nobody.knows"]) == frozenset()


def test_incidents_added_or_removed_change_no_everyday_number(world):
    approved(world, ("h1", VILLAGE_A, 1))
    where = extent(world, NEW_FRAME, NEW_AB)
    before = sums(world, where, HOUSEHOLDS), behind(world, where)
    record, version = world.receive(adds("cases", form="secret", combine="sum"), is_sensitive=True)
    world.decide({record: version})
    assert (sums(world, where, HOUSEHOLDS), behind(world, where)) == before
    world.decide({record: None})
    assert (sums(world, where, HOUSEHOLDS), behind(world, where)) == before


POOL = Source("pool.reached")


def joined(world, *form_keys):
    with world.uow() as uow:
        for form_key in form_keys:
            uow.forms.join_pools(form_key, ["pool.reached"])
            uow.forms.join_pools(form_key, ["pool.reached"])


def test_a_pool_is_the_union_of_the_subjects_whatever_form_names_them(world):
    joined(world, world.form_key)
    reached = [
        adds("reached", form="pool", subject=subject, unit_id=unit_id, combine="any")
        for subject, unit_id in (("h1", VILLAGE_A), ("h1", VILLAGE_B), ("h2", VILLAGE_C))
    ]
    sent = [world.receive(one, unit_id=one.unit_id) for one in reached]
    world.decide(dict(sent))
    where = extent(world, NEW_FRAME, NEW_AB, NEW_C)
    assert {place: one.thousandths for (place, _), one in sums(world, where, POOL).items()} == {
        NEW_AB: 1000, NEW_C: 1000, None: 2000,
    }  # fmt: skip
    assert behind(world, where, POOL)[1] == 2
    world.decide({sent[0][0]: None})
    assert behind(world, where, POOL) == ([sent[2][0], sent[1][0]], 2)
    with world.uow(writes=False) as uow:
        assert uow.figure_tables.receipts(where, [POOL])[None] == Receipts(3, 2)


def test_a_pool_that_nobody_or_a_sensitive_form_joins_is_closed(world):
    record, version = world.receive(adds("reached", form="pool", combine="any"))
    world.decide({record: version})
    where = extent(world, NEW_FRAME, NEW_AB)
    assert sums(world, where, POOL) == {}
    joined(world, world.form_key)
    assert sums(world, where, POOL)[None, POOL] == Added(1000, 1)
    joined(world, world.secret_key)
    assert (sums(world, where, POOL), behind(world, where, POOL)) == ({}, ([], 0))
    with world.uow(writes=False) as uow:
        assert uow.figure_tables.receipts(where, [POOL]) == {}
        assert uow.figure_tables.open_measures(world.project_id, ["pool.reached"]) == frozenset()


def test_several_categories_of_a_source_are_added_together(world):
    sent = [
        world.receive(adds(subject=subject), adds(subject=subject, category=f"kind={kind}"))
        for subject, kind in (("h1", "a"), ("h2", "b"), ("h3", "c"))
    ]
    world.decide(dict(sent))
    where = extent(world, NEW_FRAME, NEW_AB)
    both, one = Source("visit.households", "kind=a|b"), Source("visit.households", "kind=b")
    found = sums(world, where, both, one)
    assert (found[NEW_AB, both], found[NEW_AB, one]) == (Added(2000, 2), Added(1000, 1))
    assert behind(world, where, both) == ([sent[1][0], sent[0][0]], 2)


def test_a_unit_that_took_over_and_was_there_before_speaks_for_both_once_it_has_spoken_since(world):
    """By the units of `figure_world` Xã C went on; here it takes Xã A in, and its word of the spring is its own."""
    sheet = [["name", "label::vi", "subject", "place"], ["stands", "Đứng (mẫu)", "${c}", "${c}"]]
    with world.engine.begin() as connection:
        connection.execute(update(FormVersionRow).values(measures=sheet))
    taken_in = (Turnover(OLD_A, 2025, frozenset({(NEW_C, date(2025, 6, 30))})),)
    stands = Source("visit.stands")

    def word(unit_id, value, day):
        record = world.receive(
            adds("stands", subject=f"#{unit_id}", unit_id=unit_id, value=value, day=day), unit_id=unit_id
        )
        world.decide(dict([record]))

    def whole():
        with world.uow(writes=False) as uow:
            where = extent(world, NEW_FRAME, period=2025)
            (added,) = uow.figure_tables.sums(where, [stands], taken_in).values()
            return added.thousandths // 1000, uow.figure_tables.past_units(where, stands, taken_in)

    word(OLD_A, 3, date(2025, 3, 1))
    word(NEW_C, 4, date(2025, 3, 2))
    assert whole() == (7, frozenset())
    word(NEW_C, 5, date(2025, 9, 1))
    assert whole() == (5, frozenset({OLD_A}))

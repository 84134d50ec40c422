"""What was done is sealed each night over the night before; whatever is changed behind the database's back is found."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict
from server.operations.note_deeds import note_deeds
from server.operations.run_jobs import run_round
from server.operations.seal_deeds import CLOSED_AFTER, seal_deeds, verify_deeds
from server.storage.visible import Operator

pytestmark = pytest.mark.database
DAYS, EACH = 4, 3


def written(services):
    """Keep some deeds on each of some days, and let the last of them be over."""
    services.now.advance(seconds=(24 * 3600 - services.now().hour * 3600 - services.now().minute * 60))
    for _ in range(DAYS):
        deeds = [Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, one, None, {"reason": "thẻ"}) for one in range(EACH)]
        with services.unit_of_work(Operator()) as uow:
            note_deeds(services, uow, None, *deeds)
        services.now.advance(days=1)
    services.now.advance(hours=2)


@pytest.fixture
def sealed(services):
    written(services)
    assert seal_deeds(services) == DAYS
    return services


def broken_into(services, *statements):
    """Change rows as somebody would who owns the database."""
    with services.engine.begin() as connection:
        is_postgres = services.engine.dialect.name == "postgresql"
        for table, what in (("deed", "stays"), ("deed_digest", "stays")):
            if is_postgres:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_{what}"))
            else:
                for one in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{one}"))
        for one in statements:
            connection.execute(text(one))


def days_found(services):
    with pytest.raises(Conflict) as fault:
        verify_deeds(services, {})
    assert fault.value.code == "deeds.changed"
    return fault.value.params["days"].split(", ")


def ids(services):
    with services.engine.connect() as connection:
        return list(connection.execute(text("SELECT id FROM deed ORDER BY id")).scalars())


def test_a_day_is_sealed_once_when_it_is_over_by_background_work(services, caplog):
    written(services)
    services.now.advance(hours=-1, seconds=-CLOSED_AFTER.total_seconds())
    with caplog.at_level(logging.INFO):
        run_round(services)
    told = [one for one in caplog.records if one.message == "deeds.sealed"]
    assert len(told) == DAYS - 1, "the last day is over for less than an hour"
    found = verify_deeds(services, {})
    assert (found.days, found.deeds, found.newest.digest) == (DAYS - 1, EACH * (DAYS - 1), told[-1].digest)
    services.now.advance(hours=2)
    assert (seal_deeds(services), seal_deeds(services)) == (1, 0)
    assert verify_deeds(services, {found.newest.day: found.newest.digest.upper()}).days == DAYS


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE deed SET kind = 'people.new_phone' WHERE id = {one}",
        "UPDATE deed SET params = '{{}}' WHERE id = {one}",
        "UPDATE deed SET is_sensitive = NOT is_sensitive WHERE id = {one}",
        "DELETE FROM deed WHERE id = {one}",
        "UPDATE deed SET thing_id = 3 - thing_id WHERE id IN ({one}, {one} + 1)",
    ],
)
def test_a_deed_that_was_changed_or_taken_away_is_found_in_its_day(sealed, change):
    days = [one.isoformat() for one in sealed_days(sealed)]
    broken_into(sealed, change.format(one=ids(sealed)[EACH + 1]))
    assert days_found(sealed) == [days[1]]


def sealed_days(services):
    with services.reading(Operator()) as uow:
        return [one.day for one in uow.deed_digests.all()]


def test_a_whole_day_taken_away_or_put_in_between_is_found(sealed):
    days = [one.isoformat() for one in sealed_days(sealed)]
    first = ids(sealed)[EACH]
    broken_into(sealed, f"DELETE FROM deed WHERE id BETWEEN {first} AND {first + EACH - 1}")
    assert days_found(sealed) == [days[1]]
    broken_into(sealed, f"DELETE FROM deed_digest WHERE day = '{days[1]}'")
    assert days_found(sealed) == [days[2]], "the next day was sealed over it"


def test_a_deed_moved_to_a_day_before_all_is_found(sealed):
    broken_into(sealed, f"UPDATE deed SET done_at = '2020-01-01 00:00:00' WHERE id = {ids(sealed)[0]}")
    assert days_found(sealed) == ["2020-01-01", sealed_days(sealed)[0].isoformat()]


def test_a_history_written_anew_as_a_whole_is_found_by_what_was_noted_elsewhere(sealed):
    noted = verify_deeds(sealed, {}).newest
    broken_into(sealed, f"DELETE FROM deed WHERE id = {ids(sealed)[0]}", "DELETE FROM deed_digest")
    assert seal_deeds(sealed) == DAYS
    assert verify_deeds(sealed, {}).deeds == DAYS * EACH - 1, "by itself it fits"
    with pytest.raises(Conflict) as fault:
        verify_deeds(sealed, {noted.day: noted.digest})
    assert (fault.value.code, fault.value.params) == ("deeds.other_digest", {"day": noted.day.isoformat()})


def test_nothing_is_sealed_where_nothing_was_done(services):
    assert seal_deeds(services) == 0
    assert verify_deeds(services, {}).newest is None


def test_many_deeds_of_one_moment_are_each_sealed_once(services):
    deeds = [Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, one, None) for one in range(2100)]
    with services.unit_of_work(Operator()) as uow:
        note_deeds(services, uow, None, *deeds)
    services.now.advance(days=2)
    seal_deeds(services)
    assert (verify_deeds(services, {}).days, verify_deeds(services, {}).deeds) == (1, 2100)

"""Put-off work is done once, tried again later and later when it fails, and one bad piece stops no other."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.errors import Unavailable
from server.operations.run_jobs import CLAIMED_AT_ONCE, LONGEST_PAUSE, Round, pause_after, run_round, run_until
from server.storage.models.queue import OutboxRow
from server.storage.models.submissions import SubmissionRow
from tests.builders import instance, make_field

pytestmark = pytest.mark.database
NOTHING = Round(0, 0, 0, 0)


def add(services, *payloads, kind="derive_submission"):
    with services.unit_of_work(services.operator()) as uow:
        uow.outbox.add([(kind, payload) for payload in payloads], services.now())


def waiting(services):
    with services.reading(services.operator()) as uow:
        return uow.outbox.waiting()


def facts(services):
    with services.engine.connect() as connection:
        return connection.execute(select(SubmissionRow)).one()


def test_with_nothing_to_do_nothing_is_done(services):
    assert run_round(services) == NOTHING


def test_a_piece_is_done_and_forgotten(services):
    receipt = make_field(services).send(instance())
    add(services, {"version_id": receipt.version_id})
    assert run_round(services).done == 1
    assert waiting(services) == []
    assert run_round(services) == NOTHING


def test_an_underived_record_is_derived_by_the_job_it_left(services, monkeypatch):
    field = make_field(services)
    with monkeypatch.context() as broken:
        broken.setattr("server.operations.derive_submission.validate_tree", None)
        field.send(instance(visit_date="2026-09-30"))
    assert (facts(services).is_derived, facts(services).is_flagged) == (False, True)
    assert [one[0] for one in waiting(services)] == ["derive_submission"]
    assert run_round(services).done == 1
    assert (facts(services).is_derived, facts(services).is_flagged) == (True, False)
    assert facts(services).event_date.isoformat() == "2026-09-30"


def test_a_bad_piece_stops_no_other_and_is_put_back(services, caplog):
    receipt = make_field(services).send(instance())
    add(services, {"version_id": 999}, {"version_id": receipt.version_id}, {"wrong": "payload"})
    with caplog.at_level(logging.CRITICAL):
        done = run_round(services)
    assert (done.done, done.failed) == (1, 2)
    assert [(attempts, error) for _, attempts, error in waiting(services)] == [
        (1, "submission.unknown"),
        (1, "KeyError"),
    ]


def test_a_piece_of_a_kind_nobody_knows_waits_for_who_does(services):
    add(services, {}, kind="from_a_later_release")
    assert run_round(services).failed == 1
    assert [one[0] for one in waiting(services)] == ["from_a_later_release"]


def test_a_failed_piece_is_tried_again_only_when_its_time_has_come(services, clock):
    add(services, {"version_id": 999})
    run_round(services)
    assert run_round(services) == NOTHING
    clock.advance(seconds=31)
    assert run_round(services).failed == 1
    assert waiting(services)[0][1] == 2


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, timedelta(seconds=30)), (2, timedelta(minutes=1)), (5, timedelta(minutes=8)), (40, LONGEST_PAUSE)],
)
def test_each_failure_doubles_the_pause_up_to_a_quarter_of_a_day(attempts, pause):
    assert pause_after(attempts) == pause


def test_more_than_one_handful_is_done_in_one_round(services):
    receipt = make_field(services).send(instance())
    add(services, *[{"version_id": receipt.version_id}] * (CLAIMED_AT_ONCE * 2 + 1))
    assert run_round(services).done == CLAIMED_AT_ONCE * 2 + 1


def test_a_piece_left_by_a_runner_that_died_is_claimed_again(services, clock):
    add(services, {"version_id": 1})
    with services.unit_of_work(services.operator()) as uow:
        assert len(uow.outbox.claim(services.now(), 10)) == 1
    assert run_round(services) == NOTHING
    clock.advance(minutes=6)
    with services.reading(services.operator()):
        assert run_round(services).failed == 1


def test_leftovers_of_dead_uploads_are_swept_and_living_ones_stay(services):
    incoming = services.media.incoming()
    incoming.write(b"half a photograph")
    assert run_round(services).swept == 0
    later = replace(services, now=lambda: datetime.now(UTC) + timedelta(hours=25))
    assert run_round(later).swept == 1
    incoming.close()


def test_rounds_go_on_while_the_database_is_away_and_end_when_told(services, monkeypatch, caplog):
    asked = []

    def is_over(seconds):
        asked.append(seconds)
        return len(asked) == 3

    def away(_services):
        raise Unavailable("database.unavailable")

    monkeypatch.setattr("server.operations.run_jobs.run_round", away)
    run_until(services, is_over)
    assert len(asked) == 3


def test_what_went_wrong_is_kept_without_its_words(services, monkeypatch):
    """An exception's text may quote an answer; its kind may not."""
    receipt = make_field(services).send(instance())

    def quote(*_):
        raise ValueError("could not read 'Y Bét, hộ 37'")

    monkeypatch.setattr("server.operations.run_jobs.rederive", quote)
    add(services, {"version_id": receipt.version_id})
    run_round(services)
    with services.engine.connect() as connection:
        assert connection.execute(select(OutboxRow.last_error)).scalar_one() == "ValueError"

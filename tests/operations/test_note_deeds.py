"""Deeds are kept with the act or not at all, stay as they were written, and are read where they were done."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PASSWORD, TU_MO_RONG, make_account
from sqlalchemy.exc import DBAPIError

from server.access.actors import Account, Post
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Role
from server.operations.note_deeds import note_deeds
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.operations.sign_in import Credentials, sign_in
from server.storage.repositories.deeds import DeedFilters, DeedPlace
from server.storage.visible import Operator, Reading
from server.submissions.review import Verdict
from tests.opened_cases import open_cases

BOTH = (Role.SUPERVISOR, Role.INCIDENT_OFFICER)


def unit_of(world, code):
    return world.services.atlas.current().territory.resolve(code, world.services.today()).unit_id


@pytest.fixture
def officer(world):
    account_id = make_account(world.services, "xa.dakha", *((role, DAK_HA) for role in BOTH))
    unit_id = unit_of(world, DAK_HA)
    return Account(account_id, "xa.dakha", tuple(Post(role, unit_id, None, None) for role in BOTH), elevated=True)


def kept(world, sight, **narrowed):
    with world.services.reading(sight) as uow:
        return uow.deeds.page(DeedFilters(**{"is_sensitive": False, **narrowed}), after=None, size=50)


def approve(world, officer, name, desk):
    with world.services.reading(Operator()) as uow:
        target = Target(world.records[name], uow.records.one(world.records[name]).version_id)
    return review_submissions(world.services, officer, Decision(Verdict.APPROVE, "", (target,), False), desk)


def test_a_decision_is_told_where_it_was_made_and_an_incidents_at_its_desk_alone(world, officer):
    everyday = approve(world, officer, "37", Desk.EVERYDAY)
    open_cases(world.services, officer, world.records["incident"])
    incident = approve(world, officer, "incident", Desk.INCIDENTS)
    here, there = frozenset({unit_of(world, DAK_HA)}), frozenset({unit_of(world, TU_MO_RONG)})
    (one,) = kept(world, Reading(here), kinds=frozenset({DeedKind.APPROVED}))
    assert (one.thing_id, one.batch_id, one.login) == (world.records["37"], everyday.batch_id, "xa.dakha")
    assert kept(world, Reading(there), kinds=frozenset({DeedKind.APPROVED})) == []
    assert kept(world, Reading(here, here), is_sensitive=True)[0].batch_id == incident.batch_id
    assert kept(world, Reading(here), is_sensitive=True) == kept(world, Reading(here, there), is_sensitive=True) == []


def test_what_is_not_committed_was_not_done(world, officer):
    deed = Deed(DeedKind.RECORDS_DOWNLOADED, Thing.RECORD, None, None, {"rows": 12})

    def fail_after_noting():
        with world.services.unit_of_work(Operator()) as uow:
            note_deeds(world.services, uow, officer, deed)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_noting()
    assert kept(world, Operator(), kinds=frozenset({DeedKind.RECORDS_DOWNLOADED})) == []


@pytest.mark.parametrize("change", ["UPDATE deed SET account_id = NULL", "DELETE FROM deed"])
def test_the_database_lets_no_deed_be_changed_or_removed(world, officer, change):
    before = kept(world, Operator())
    with pytest.raises(DBAPIError, match="what was done stays written"), world.services.engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert kept(world, Operator()) == before != []


def test_pages_of_one_moment_follow_each_other_without_a_row_number(world, officer):
    deeds = [Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, number, None, batch_id="stroke") for number in range(7)]
    with world.services.unit_of_work(Operator()) as uow:
        note_deeds(world.services, uow, officer, *deeds)
        filters = DeedFilters(is_sensitive=False, kinds=frozenset({DeedKind.CARD_PRINTED}))
        first = uow.deeds.page(filters, after=None, size=3)
        place = DeedPlace(first[-1].done_at, 3)
        rest = uow.deeds.page(filters, after=place, size=10)
    assert [one.thing_id for one in (*first, *rest)] == [6, 5, 4, 3, 2, 1, 0]


def test_sign_ins_are_kept_refused_ones_too_and_what_was_typed_is_not(world, officer):
    for login, password in (("xa.dakha", PASSWORD), ("xa.dakha", "sai-mat-khau"), ("mat-khau-go-nham", "x")):
        sign_in(world.services, Credentials(login, password, "192.0.2.1", None), old_session_id=None)
    nobody, refused, opened = kept(world, Operator())[:3]
    assert [one.kind for one in (nobody, refused, opened)] == [DeedKind.SIGN_IN_REFUSED] * 2 + [DeedKind.SIGNED_IN]
    assert (opened.unit_id, refused.thing_id) == (unit_of(world, DAK_HA), officer.account_id)
    assert (nobody.account_id, nobody.thing_id, nobody.params) == (None, None, {})

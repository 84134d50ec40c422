"""A record that is not counted leaves no trace in a list, and its trace comes back with the decision."""

import pytest
from console_world import make_account

from server.access.actors import Account, Post
from server.access.roles import Role
from server.operations.release_changes import force_waiting
from server.operations.review_submissions import Decision, Target, review_submissions, undo_review
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.builders import new_id
from tests.register_field import (
    colleague,
    created,
    entity_id,
    household,
    on_phone,
    register_field,
    stored,
    versions,
)

pytestmark = pytest.mark.database


@pytest.fixture
def field(services):
    return register_field(services)


@pytest.fixture
def officer(field, services):
    account_id = make_account(services, "xa.dakha", (Role.SUPERVISOR, "23500"))
    unit_id = services.atlas.current().territory.resolve("23500", services.today()).unit_id
    return Account(account_id, "xa.dakha", (Post(Role.SUPERVISOR, unit_id, None, None),), elevated=False)


def reject(services, officer, receipt):
    target = Target(receipt.submission_id, receipt.version_id)
    decision = Decision(Verdict.REJECT, "Trùng phiếu", (target,), spares_flagged=False)
    outcome = review_submissions(services, officer, decision, Desk.EVERYDAY)
    assert outcome.done == (receipt.submission_id,)
    return outcome.batch_id


def test_a_household_made_by_a_record_that_is_not_counted_leaves_the_list_and_comes_back(field, services, officer):
    one = entity_id()
    receipt = field.send(created(one))
    batch_id = reject(services, officer, receipt)
    assert on_phone(field) == {}
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    assert set(on_phone(field)) == {one}
    assert [version.action for version in versions(services, one)] == ["create", "withdraw", "update"]


def test_a_household_others_worked_on_stays_and_the_conflict_is_told(field, services, officer):
    one = entity_id()
    receipt = field.send(created(one))
    colleague(field).send(household(one, update=True, base=1, trunk=1, size="6", label="A Tik (mẫu)"))
    reject(services, officer, receipt)
    assert on_phone(field)[one]["__version"] == "3"
    assert stored(services, one).conflict == "hard"


def test_an_update_that_is_not_counted_is_taken_back_and_done_again(field, services, officer):
    one = entity_id()
    field.send(created(one, last_survey_year="2025"))
    survey = household(one, update=True, base=1, trunk=1, last_survey_year="2026", label="A Tik (mẫu)")
    batch_id = reject(services, officer, field.send(survey))
    assert stored(services, one).properties["last_survey_year"] == "2025"
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    assert stored(services, one).properties["last_survey_year"] == "2026"
    assert stored(services, one).conflict == "none"


def test_an_edit_of_a_record_that_is_not_counted_brings_its_household_back(field, services, officer):
    one, first = entity_id(), new_id()
    reject(services, officer, field.send(created(one, instance_id=first)))
    field.send(created(one, instance_id=new_id(), deprecated_id=first, size="5"))
    assert set(on_phone(field)) == {one}
    assert stored(services, one).properties["size"] == "5"


def test_a_change_that_waits_is_dropped_with_its_record(field, services, officer, clock):
    one = entity_id()
    reject(services, officer, field.send(household(one, update=True, base=2, trunk=2, size="5")))
    clock.advance(days=6)
    assert force_waiting(services) == 0
    assert on_phone(field) == {}

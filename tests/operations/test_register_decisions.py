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
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


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
    assert [version.action for version in versions(services, one)] == ["create", "withdraw", "undo"]


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


def test_a_change_dropped_while_it_waited_counts_so_that_no_phone_stays_ahead(field, services, officer):
    one, branch = entity_id(), entity_id()
    field.send(created(one))
    later = household(one, update=True, base=2, trunk=1, branch=branch, size="6")
    reject(services, officer, field.send(later))
    field.send(household(one, update=True, base=1, trunk=1, branch=branch, size="5"))
    # The phone made two versions; with two of its own the server's word counts there again.
    assert (on_phone(field)[one]["__version"], stored(services, one).properties["size"]) == ("3", "5")


def test_a_change_that_waited_waits_again_when_the_decision_is_taken_back(field, services, officer):
    one = entity_id()
    waiting = household(one, update=True, base=1, trunk="", branch=entity_id(), size="6")
    batch_id = reject(services, officer, field.send(waiting))
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    assert on_phone(field) == {}, "a household nobody has made yet"
    field.send(created(one, size="4"))
    assert [(version.action, version.properties["size"]) for version in versions(services, one)] == [
        ("create", "4"),
        ("update", "6"),
    ]


def test_a_change_that_waited_in_vain_after_a_decision_was_taken_back_is_forced_in_time(
    field, services, officer, clock
):
    one = entity_id()
    waiting = household(one, update=True, base=1, trunk="", branch=entity_id(), size="6")
    sent = field.send(waiting)
    clock.advance(days=3)
    batch_id = reject(services, officer, sent)
    clock.advance(hours=20)
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    clock.advance(days=4)
    assert force_waiting(services) == 0
    clock.advance(days=2)
    assert force_waiting(services) == 1
    assert stored(services, one).properties["size"] == "6"


def test_an_edit_of_an_edit_waits_as_its_first_version_did(field, services):
    one, ids = entity_id(), [new_id() for _ in range(3)]
    for size, instance_id, replaced in zip(("5", "6", "7"), ids, [None, *ids], strict=False):
        update = {"update": True, "base": 1, "trunk": "", "branch": entity_id()}
        field.send(household(one, instance_id=instance_id, deprecated_id=replaced, size=size, **update))
        assert on_phone(field) == {}, "nobody has made it yet"
    field.send(created(one))
    assert [(version.action, version.properties["size"]) for version in versions(services, one)] == [
        ("create", "4"),
        ("update", "7"),
    ]


def test_a_record_and_its_edit_are_taken_back_as_one(field, services, officer):
    one, first = entity_id(), new_id()
    field.send(created(one, instance_id=first))
    edit = field.send(created(one, deprecated_id=first, size="5"))
    batch_id = reject(services, officer, edit)
    assert on_phone(field) == {}
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    assert stored(services, one).properties["size"] == "5"
    assert [version.action for version in versions(services, one)] == ["create", "correct", "withdraw", "undo"]


def test_an_update_and_its_edit_are_taken_back_to_what_was_before_both(field, services, officer):
    one, first = entity_id(), new_id()
    field.send(created(one, size="4"))
    said = {"update": True, "base": 1, "trunk": 1, "label": "A Tik (mẫu)"}
    field.send(household(one, instance_id=first, size="5", **said))
    reject(services, officer, field.send(household(one, deprecated_id=first, size="6", **said)))
    assert stored(services, one).properties["size"] == "4"


def survey_of(one: str, **values: str) -> bytes:
    return household(one, update=True, base=1, trunk=1, label="", **values)


def test_of_two_surveys_of_one_year_the_other_still_counts(field, services, officer):
    one = entity_id()
    field.send(created(one))
    first, second = (field.send(survey_of(one, last_survey_year="2026")) for _ in range(2))
    reject(services, officer, first)
    assert stored(services, one).properties["last_survey_year"] == "2026"
    reject(services, officer, second)
    assert stored(services, one).properties.get("last_survey_year", "") == ""


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_rejected_records_said_is_gone_in_whatever_order_they_are_rejected(field, services, officer, order):
    one = entity_id()
    field.send(created(one, size="4"))
    receipts = [field.send(survey_of(one, size=size)) for size in ("5", "6")]
    left = {0: "6", 1: "5"}
    reject(services, officer, receipts[order[0]])
    assert stored(services, one).properties["size"] == left[order[0]]
    reject(services, officer, receipts[order[1]])
    assert stored(services, one).properties["size"] == "4"


def test_a_decision_taken_back_does_not_undo_what_was_said_later(field, services, officer):
    one = entity_id()
    field.send(created(one, size="4"))
    first = field.send(survey_of(one, size="5"))
    batch_id = reject(services, officer, first)
    field.send(survey_of(one, size="6"))
    undo_review(services, officer, batch_id, Desk.EVERYDAY)
    assert stored(services, one).properties["size"] == "6"


def test_a_change_dropped_before_its_household_is_made_counts_once_it_is(field, services, officer):
    one = entity_id()
    change = household(one, update=True, base=1, trunk="", branch=entity_id(), size="6")
    reject(services, officer, field.send(change))
    field.send(created(one, size="4"))
    assert on_phone(field)[one]["__version"] == "2", "as many as the phone counts, or it would show its six for ever"
    assert stored(services, one).properties["size"] == "4"
    colleague(field).send(survey_of(one, last_survey_year="2026"))
    assert on_phone(field)[one]["__version"] == "3", "it is counted once"

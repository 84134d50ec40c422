"""Deciding about records: who may, what is left alone, what counts afterwards, and taking it back."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, OUT_OF_SIGHT, example, make_account, send

from server.access.actors import Account, Post
from server.access.roles import Role
from server.errors import Forbidden, InvalidInput
from server.operations.review_submissions import (
    Decision,
    SkipReason,
    Target,
    review_submissions,
    undo_review,
)
from server.operations.sights import Desk
from server.submissions.review import QuestionComment, ReviewState, Verdict
from tests.opened_cases import open_cases
from tests.web.console.test_statement_counts import counted

LONG, SHORT = QuestionComment("/data/x", "x" * 1001), QuestionComment("/data/x", "x")


@pytest.fixture
def officer(world):
    return make_officer(world, "xa.dakha", DAK_HA)


def make_officer(world, login, unit, role=Role.SUPERVISOR):
    account_id = make_account(world.services, login, (role, unit))
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(account_id, login, (Post(role, unit_id, None, None),), elevated=True)


def facts(world, name):
    """Return state and counted version of a record, and its current version."""
    with world.services.reading(world.services.operator()) as uow:
        line = uow.records.one(world.records[name])
    return line.state.value, line.counted_version_id, line.version_id


def decide(world, account, verdict, *names, comment="", desk=Desk.EVERYDAY, spares_flagged=False):
    targets = tuple(Target(world.records[name], facts(world, name)[2]) for name in names)
    return review_submissions(world.services, account, Decision(verdict, comment, targets, spares_flagged), desk)


def edit(world, name, number):
    """Have the phone send an edit of a record."""
    survey = "household_conduct_survey"
    xml = example(survey, "couple_with_children", number + 1000, hh_poverty="none").decode()
    deprecated = f"<deprecatedID>uuid:00000000-0000-4000-8000-{number:012d}</deprecatedID>"
    receipt = send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    assert receipt.submission_id == world.records[name]


def test_approving_counts_the_version_seen(world, officer):
    outcome = decide(world, officer, Verdict.APPROVE, "37")
    state, counted, current = facts(world, "37")
    assert outcome.done == (world.records["37"],)
    assert (state, counted) == ("approved", current)


@pytest.mark.parametrize(("verdict", "state"), [(Verdict.RETURN, "has_issues"), (Verdict.REJECT, "rejected")])
def test_sending_back_and_not_counting_need_a_comment(world, officer, verdict, state):
    with pytest.raises(InvalidInput, match=r"review\.comment_needed"):
        decide(world, officer, verdict, "37", comment="  ")
    decide(world, officer, verdict, "37", comment="Hỏi lại câu 3")
    assert facts(world, "37")[:2] == (state, None)


def test_an_edit_waits_while_the_approved_version_goes_on_counting(world, officer):
    decide(world, officer, Verdict.APPROVE, "37")
    first = facts(world, "37")[1]
    edit(world, "37", 37)
    state, counted, current = facts(world, "37")
    assert (state, counted) == ("edited", first)
    assert current != first
    decide(world, officer, Verdict.RETURN, "37", comment="Vẫn thiếu")
    assert facts(world, "37")[:2] == ("has_issues", first)
    decide(world, officer, Verdict.APPROVE, "37")
    assert facts(world, "37")[:2] == ("approved", current)


def test_a_version_that_arrived_meanwhile_is_left_alone_and_named(world, officer):
    seen = facts(world, "37")[2]
    edit(world, "37", 37)
    targets = (Target(world.records["37"], seen),)
    decision = Decision(Verdict.APPROVE, "", targets, spares_flagged=False)
    outcome = review_submissions(world.services, officer, decision, Desk.EVERYDAY)
    assert outcome.done == ()
    assert [one.reason for one in outcome.skipped] == [SkipReason.CHANGED]
    assert facts(world, "37")[0] == "edited"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Verdict.APPROVE, Verdict.RETURN, SkipReason.CHANGED),
        (Verdict.RETURN, Verdict.APPROVE, SkipReason.CHANGED),
        (Verdict.RETURN, Verdict.RETURN, SkipReason.CHANGED),
        (Verdict.APPROVE, Verdict.APPROVE, SkipReason.ALREADY),
    ],
)
def test_what_a_colleague_decided_meanwhile_is_left_alone_and_named(world, officer, first, second, reason):
    colleague = make_officer(world, "xa.khac", DAK_HA)
    targets = (Target(world.records["37"], facts(world, "37")[2]),)
    decide(world, colleague, first, "37", comment="Hỏi lại")
    left = facts(world, "37")
    decision = Decision(second, "Cần sửa", targets, spares_flagged=False, seen_in=frozenset({ReviewState.RECEIVED}))
    outcome = review_submissions(world.services, officer, decision, Desk.EVERYDAY)
    assert (outcome.done, [one.reason for one in outcome.skipped], facts(world, "37")) == ((), [reason], left)


def test_a_list_never_approves_flagged_records_and_names_them(world, officer):
    outcome = decide(world, officer, Verdict.APPROVE, "37", "41", "5", spares_flagged=True)
    assert set(outcome.done) == {world.records["37"], world.records["5"]}
    assert [(one.instance_name, one.reason) for one in outcome.skipped] == [
        ("Hộ 41 · 2026 · Gặp được", SkipReason.FLAGGED)
    ]
    assert facts(world, "41")[0] == "received"


def test_a_flagged_record_can_be_approved_by_itself(world, officer):
    decide(world, officer, Verdict.APPROVE, "41")
    assert facts(world, "41")[0] == "approved"


def test_approving_twice_changes_nothing_and_says_so(world, officer):
    decide(world, officer, Verdict.APPROVE, "37")
    outcome = decide(world, officer, Verdict.APPROVE, "37")
    assert [one.reason for one in outcome.skipped] == [SkipReason.ALREADY]


@pytest.mark.parametrize(("unit", "role", "name", "desk"), OUT_OF_SIGHT)
def test_a_record_out_of_sight_is_neither_decided_nor_named(world, unit, role, name, desk):
    account = make_officer(world, "ai.khac", unit, role)
    outcome = decide(world, account, Verdict.APPROVE, name, desk=desk)
    assert (outcome.done, outcome.skipped) == ((), ())
    assert facts(world, name)[0] == "received"


def test_an_incident_officer_decides_at_their_desk(world):
    account = make_officer(world, "vu.viec", DAK_HA, Role.INCIDENT_OFFICER)
    with pytest.raises(Forbidden) as refused:
        decide(world, account, Verdict.APPROVE, "incident", desk=Desk.INCIDENTS)
    assert (refused.value.code, facts(world, "incident")[0]) == ("case.not_open", "received")
    open_cases(world.services, account, world.records["incident"])
    decide(world, account, Verdict.APPROVE, "incident", desk=Desk.INCIDENTS)
    assert facts(world, "incident")[0] == "approved"


def test_a_batch_is_taken_back_as_one(world, officer):
    outcome = decide(world, officer, Verdict.APPROVE, "37", "5")
    undone = undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY)
    assert undone.done == outcome.done
    assert facts(world, "37")[:2] == ("received", None)
    assert facts(world, "5")[:2] == ("received", None)


def test_taking_back_spares_what_was_decided_or_edited_since(world, officer):
    outcome = decide(world, officer, Verdict.APPROVE, "37", "5", "41")
    edit(world, "37", 37)
    decide(world, officer, Verdict.REJECT, "5", comment="Nhầm hộ")
    undone = undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY)
    assert undone.done == (world.records["41"],)
    assert {one.submission_id for one in undone.skipped} == {world.records["37"], world.records["5"]}
    assert facts(world, "5")[0] == "rejected"


def test_a_batch_is_taken_back_once_and_by_its_own_account_only(world, officer):
    outcome = decide(world, officer, Verdict.APPROVE, "37")
    colleague = make_officer(world, "dong.nghiep", DAK_HA)
    assert undo_review(world.services, colleague, outcome.batch_id, Desk.EVERYDAY).done == ()
    assert undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY).done != ()
    again = undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY)
    assert (again.done, again.skipped) == ((), ())


def test_a_batch_is_decided_and_taken_back_in_as_many_statements_however_large_it_is(world, officer):
    costs = {}
    for number, sent in ((300, 2), (310, 6)):  # of the same household, so that the rule must choose
        names = [f"{number + one}" for one in range(sent)]
        for name in names:
            xml = example("household_conduct_survey", "couple_with_children", int(name))
            world.records[name] = send(world, "Y Mẫu", xml).submission_id
        targets = tuple(Target(world.records[name], facts(world, name)[2]) for name in names)
        decision = Decision(Verdict.APPROVE, "", targets, spares_flagged=True)
        with counted(world.services.engine) as deciding:
            outcome = review_submissions(world.services, officer, decision, Desk.EVERYDAY)
        with counted(world.services.engine) as taking_back:
            undone = undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY)
        assert len(outcome.done) == len(undone.done) == sent
        costs[sent] = len(deciding), len(taking_back)
    assert costs[2] == costs[6]
    assert max(costs[6]) <= 18


def test_undoing_an_approved_edit_brings_back_what_counted_before(world, officer):
    decide(world, officer, Verdict.APPROVE, "37")
    first = facts(world, "37")[1]
    edit(world, "37", 37)
    outcome = decide(world, officer, Verdict.APPROVE, "37")
    undo_review(world.services, officer, outcome.batch_id, Desk.EVERYDAY)
    assert facts(world, "37")[:2] == ("edited", first)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision(Verdict.APPROVE, "", (), spares_flagged=False), "review.nothing_chosen"),
        (
            Decision(Verdict.APPROVE, "", tuple(Target(n, n) for n in range(1001)), spares_flagged=False),
            "review.too_many",
        ),
        (
            Decision(Verdict.RETURN, "", (Target(1, 1),), spares_flagged=False, questions=(LONG,)),
            "review.comment_too_long",
        ),
        (
            Decision(Verdict.RETURN, "", (Target(1, 1),), spares_flagged=False, questions=(SHORT,) * 101),
            "review.too_many_comments",
        ),
        (Decision(Verdict.RETURN, "x" * 1001, (Target(1, 1),), spares_flagged=False), "review.comment_too_long"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_refused(world, officer, decision, code):
    with pytest.raises(InvalidInput, match=code):
        review_submissions(world.services, officer, decision, Desk.EVERYDAY)

"""Before many records are approved together: which will be, and which are left out and why."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, example, make_account, send

from server.access.actors import Account, Post
from server.access.roles import Role
from server.errors import Conflict, InvalidInput
from server.operations import propose_approval as proposing
from server.operations.browse_submissions import Question
from server.operations.propose_approval import propose_approval
from server.operations.review_submissions import Decision, SkipReason, latest_decided, review_submissions, undo_review
from server.operations.sights import Desk
from server.submissions.review import AWAITING, ReviewState, Verdict

WAITING = Question(Desk.EVERYDAY, states=AWAITING)
REJECTED = Question(Desk.EVERYDAY, states=frozenset({ReviewState.REJECTED}))


@pytest.fixture
def officer(world):
    return make_officer(world, "tinh.mau", PROVINCE)


def make_officer(world, login, unit):
    account_id = make_account(world.services, login, (Role.SUPERVISOR, unit))
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(account_id, login, (Post(Role.SUPERVISOR, unit_id, None, None),), elevated=True)


def ids(proposal):
    return [one.submission_id for one in proposal.targets]


def approve(world, account, proposal):
    decision = Decision(Verdict.APPROVE, "", proposal.targets, spares_flagged=True)
    return review_submissions(world.services, account, decision, Desk.EVERYDAY)


def test_all_that_match_are_proposed_but_those_with_errors_which_are_named_with_them(world, officer, monkeypatch):
    number, everything = world.records, propose_approval(world.services, officer, WAITING, None)
    assert ids(everything) == [number["55"], number["5"], number["37"]]
    assert (everything.left_out, everything.is_part) == (1, False)
    (left,) = everything.named
    assert (left.submission_id, left.reason) == (number["41"], SkipReason.FLAGGED)
    assert left.findings[0] == "answer.required_missing"

    here = make_officer(world, "xa.dakha", DAK_HA)
    assert ids(propose_approval(world.services, here, WAITING, None)) == [number["5"], number["37"]]
    narrowed = Question(Desk.EVERYDAY, states=AWAITING, words="ho 37")
    assert ids(propose_approval(world.services, officer, narrowed, None)) == [number["37"]]
    with pytest.raises(InvalidInput, match=r"review\.nothing_chosen"):
        propose_approval(
            world.services, officer, Question(Desk.EVERYDAY, states=frozenset({ReviewState.REJECTED})), None
        )

    monkeypatch.setattr(proposing, "MOST_AT_ONCE", 2)
    part = propose_approval(world.services, officer, WAITING, None)
    assert (ids(part), part.left_out, part.is_part) == ([number["55"]], 1, True)


def test_what_was_ticked_and_changed_meanwhile_is_told_and_not_overwritten(world, officer):
    seen = {one.submission_id: one for one in propose_approval(world.services, officer, WAITING, None).targets}
    survey = example("household_conduct_survey", "couple_with_children", 1037).decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", survey.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    proposal = propose_approval(world.services, officer, WAITING, tuple(seen.values()))
    assert {one.submission_id: one.reason for one in proposal.named} == {world.records["37"]: SkipReason.CHANGED}
    assert set(ids(proposal)) == {world.records["5"], world.records["55"]}
    outcome = review_submissions(
        world.services, officer, Decision(Verdict.APPROVE, "", tuple(seen.values()), spares_flagged=True), Desk.EVERYDAY
    )
    assert [one.submission_id for one in outcome.skipped] == [world.records["37"]]


def test_one_stroke_is_taken_back_within_a_day_and_not_after(world, officer):
    first = approve(world, officer, propose_approval(world.services, officer, WAITING, None))
    latest = latest_decided(world.services, officer, Desk.EVERYDAY)
    assert (latest.batch_id, latest.records, latest.state) == (first.batch_id, 3, ReviewState.APPROVED)
    world.services.now.advance(hours=23)
    assert set(undo_review(world.services, officer, first.batch_id, Desk.EVERYDAY).done) == set(first.done)
    assert latest_decided(world.services, officer, Desk.EVERYDAY) is None

    again = approve(world, officer, propose_approval(world.services, officer, WAITING, None))
    assert set(again.done) == set(first.done)
    world.services.now.advance(hours=24, seconds=1)
    assert latest_decided(world.services, officer, Desk.EVERYDAY) is None
    with pytest.raises(Conflict, match=r"review\.undo_too_late"):
        undo_review(world.services, officer, again.batch_id, Desk.EVERYDAY)

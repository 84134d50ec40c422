"""Correcting a record at the office, and an edit a phone sends beside that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_world import DAK_HA, JPEG, OUT_OF_SIGHT, example, make_account, send
from sqlalchemy import text

from server.access.actors import Account, Post
from server.access.roles import Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound
from server.operations.browse_submissions import Question
from server.operations.correct_record import Kept, go_on, keep_correction, start_correction
from server.operations.read_record import read_record
from server.operations.record_history import VersionStep
from server.operations.record_sheet import Step
from server.operations.rederive_submission import Tally, rederive_many
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.settle_branch import BranchChoice, read_branch, settle_branch
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.opened_cases import open_cases

SURVEY = "household_conduct_survey"
POVERTY, RESPONDENT = "/data/answers/about/hh_poverty", "/data/answers/about/respondent"
HERE = Desk.EVERYDAY


@pytest.fixture
def officer(world):
    return make_officer(world, "xa.dakha", DAK_HA)


def make_officer(world, login, unit, role=Role.SUPERVISOR):
    account_id = make_account(world.services, login, (role, unit), name="Cán bộ xã mẫu")
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(account_id, login, (Post(role, unit_id, None, None),), elevated=True)


def read(world, officer, name="37", desk=HERE):
    return read_record(world.services, officer, world.records[name], question=Question(desk), version_id=None)


def answers(view):
    return {one.path: one.text for one in view.answers.answers()}


def correct(world, officer, typed, name="37", reason="Xem lại sổ hộ", desk=HERE):
    draft = start_correction(world.services, officer, world.records[name], desk).draft
    step = Step({path: [text] for path, text in typed.items()}, reason=reason)
    return keep_correction(world.services, officer, draft, step=step, desk=desk)


def edit(world, number, *, of, **replaced):
    """Have the phone send an edit of the version with one number under another."""
    xml = example(SURVEY, "couple_with_children", number, **replaced).decode()
    deprecated = f"<deprecatedID>{of}</deprecatedID>"
    return send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())


def instance_id(number):
    return f"uuid:00000000-0000-4000-8000-{number:012d}"


def test_a_correction_is_a_version_beside_the_one_that_was_sent(world, officer):
    before = read(world, officer)
    decide(world, officer, before)
    assert correct(world, officer, {POVERTY: "near_poor"}) == Kept(world.records["37"])
    after = read(world, officer)
    made, sent = (step for step in after.history if isinstance(step, VersionStep))
    assert (made.line.corrected_by, made.line.reason) == ("Cán bộ xã mẫu", "Xem lại sổ hộ")
    assert [change.path for change in made.changes] == ["/answers/about/hh_poverty"]
    assert made.line.deprecated_id == sent.line.instance_id
    assert (after.line.state.value, after.line.counted_version_id) == ("edited", before.shown.version_id)
    old = read_record(
        world.services, officer, world.records["37"], question=Question(HERE), version_id=before.shown.version_id
    )
    assert (answers(old)[POVERTY], answers(after)[POVERTY]) == ("poor", "near_poor")
    assert {one.code for one in after.findings} == {one.code for one in before.findings}
    with world.services.reading(world.services.operator()) as uow:
        contributed = uow.versions.contributions_of([before.shown.version_id, after.shown.version_id])
    measures = [{row[0] for row in rows} for rows in contributed.values()]
    assert {one.rpartition("_reached_")[2] for one in measures[0] ^ measures[1]} >= {"poor", "near_poor"}


def decide(world, officer, view, verdict=Verdict.APPROVE):
    decision = Decision(verdict, "", (Target(view.line.submission_id, view.line.version_id),), spares_flagged=False)
    return review_submissions(world.services, officer, decision, HERE)


def test_the_form_asks_on_as_answers_change_and_what_it_does_not_allow_is_not_kept(world, officer):
    draft = start_correction(world.services, officer, world.records["37"], HERE).draft
    answer = Step({"/data/who/visit_result": ["refused"]})
    shown = go_on(world.services, officer, draft, step=answer, desk=HERE)
    assert (shown.new_faults, "/data/answers" in {one.path for one in shown.page.parts}) == (frozenset(), False)
    outcome = correct(world, officer, {RESPONDENT: "", POVERTY: "nobody"})
    assert outcome.new_faults == {("answer.required_missing", RESPONDENT), ("answer.not_a_choice", POVERTY)}
    outcome = correct(world, officer, {"/data/who/household": "0b2fd0c1-1111-4111-8111-111111111111"})
    assert ("answer.not_a_choice", "/data/who/household") in outcome.new_faults, "a list of entities binds here"
    assert len(read(world, officer).history) == 1


def test_what_was_wrong_before_and_is_not_touched_may_stay(world, officer):
    assert isinstance(correct(world, officer, {POVERTY: "near_poor"}, "41"), Kept)
    assert any(one.code == "answer.required_missing" for one in read(world, officer, "41").findings)


@pytest.mark.parametrize(
    ("typed", "reason", "code"),
    [
        ({POVERTY: "near_poor"}, "  ", "correction.reason_needed"),
        ({POVERTY: "near_poor"}, "x" * 1001, "correction.reason_too_long"),
        ({POVERTY: "poor", "/data/meta/instanceName": "khác", "/data/outcome": "refused"}, "x", "nothing_changed"),
    ],
)
def test_a_correction_that_says_nothing_is_refused(world, officer, typed, reason, code):
    with pytest.raises(InvalidInput, match=code):
        correct(world, officer, typed, reason=reason)


def test_a_correction_of_an_older_version_is_told_to_look_again(world, officer):
    draft = start_correction(world.services, officer, world.records["37"], HERE).draft
    edit(world, 1037, of=instance_id(37), hh_poverty="none")
    step = Step({POVERTY: ["near_poor"]}, reason="x")
    with pytest.raises(Conflict, match=r"correction\.outdated"):
        keep_correction(world.services, officer, draft, step=step, desk=HERE)
    with pytest.raises(Conflict, match=r"correction\.outdated"):
        go_on(world.services, officer, draft, step=step, desk=HERE)


def test_photos_stay_with_a_corrected_record(world, officer):
    xml = example("training_event", "bad_photo_missing", 77, photo_session="anh.jpg")
    world.records["training"] = send(world, "Y Mẫu", xml, [("anh.jpg", "image/jpeg", JPEG)]).submission_id
    assert isinstance(correct(world, officer, {"/data/count/n_female": "1"}, "training"), Kept)
    view = read(world, officer, "training")
    files = {one.name: one.media_key is not None for one in view.attachments}
    assert (files["anh.jpg"], answers(view)["/data/count/n_female"]) == (True, "1")


@pytest.mark.parametrize(("unit", "role", "name", "desk"), OUT_OF_SIGHT)
def test_what_is_not_ones_own_to_decide_is_not_there_to_correct(world, unit, role, name, desk):
    stranger = make_officer(world, "nguoi.khac", unit, role)
    with pytest.raises(NotFound):
        start_correction(world.services, stranger, world.records[name], desk)
    with pytest.raises(NotFound):
        read_branch(world.services, stranger, submission_id=world.records[name], branch_id=1, desk=desk)


def test_what_a_deputy_corrected_and_decided_names_whose_post_was_filled(world, officer):
    deputy_id = make_account(world.services, "lam.thay", (Role.SUPERVISOR, DAK_HA), name="Người làm thay mẫu")
    post = replace(officer.posts[0], stands_in_for=officer.account_id)
    deputy = Account(deputy_id, "lam.thay", (post,), elevated=False)
    decide(world, officer, read(world, officer))
    correct(world, deputy, {POVERTY: "near_poor"})
    decide(world, deputy, read(world, deputy))
    told = [(isinstance(one, VersionStep), one.stands_in_for) for one in read(world, officer).history]
    assert sorted(told) == [(False, ""), (False, "Cán bộ xã mẫu"), (True, ""), (True, "Cán bộ xã mẫu")]


def test_an_incident_is_corrected_at_its_own_desk(world):
    officer = make_officer(world, "vu.viec", DAK_HA, Role.INCIDENT_OFFICER)
    with pytest.raises(Forbidden):
        start_correction(world.services, officer, world.records["incident"], Desk.INCIDENTS)
    open_cases(world.services, officer, world.records["incident"])
    shown = start_correction(world.services, officer, world.records["incident"], Desk.INCIDENTS)
    assert shown.page.parts
    with world.services.reading(world.services.operator()) as uow:
        assert uow.records.one(world.records["incident"]).state.value == "received"
    with world.services.engine.connect() as connection:
        kinds = connection.execute(text("SELECT kind, is_sensitive FROM deed WHERE kind LIKE 'reading.%'")).all()
    kept = [(kind, bool(is_sensitive)) for kind, is_sensitive in kinds]
    assert kept == [("reading.identity", True), ("reading.record", True)]


def test_a_phones_edit_beside_a_correction_waits_and_is_settled_answer_by_answer(world, officer):
    correct(world, officer, {POVERTY: "near_poor"})
    decide(world, officer, read(world, officer))
    edit(world, 1037, of=instance_id(37), hh_poverty="none", c1_1="1")
    receipt = edit(world, 2037, of=instance_id(1037), hh_poverty="none", c1_1="2")
    view = read(world, officer)
    assert answers(view)[POVERTY] == "near_poor", "two edits of a phone do not outrun a correction"
    assert (view.line.state.value, [one.version_id for one in view.branches]) == ("edited", [receipt.version_id])
    assert [one.code for one in view.findings].count("version.branch") == 1
    asked = {"submission_id": world.records["37"], "branch_id": receipt.version_id, "desk": HERE}
    contested = {one.path: one for one in read_branch(world.services, officer, **asked).contested}
    page = "/data/answers/page_c1/c1_1"
    assert {path: one.is_proposed for path, one in contested.items()} == {POVERTY: False, page: True}
    assert [one.text for one in (contested[POVERTY].before, contested[POVERTY].now, contested[POVERTY].edited)] == [
        "poor",
        "near_poor",
        "none",
    ]
    choice = BranchChoice(
        world.records["37"], view.shown.version_id, receipt.version_id, frozenset({page}), "Hỏi lại hộ"
    )
    assert settle_branch(world.services, officer, choice, HERE)
    after = read(world, officer)
    said = answers(after)
    assert (said[POVERTY], said[page], after.branches) == ("near_poor", "2", ())
    assert said["/data/answers/c1_points"] == "10", "what follows from an answer is worked out again"
    assert "version.branch" not in {one.code for one in after.findings}
    with pytest.raises(NotFound):
        settle_branch(world.services, officer, choice, HERE)


def test_an_edit_of_which_nothing_counts_is_settled_without_a_new_version(world, officer):
    correct(world, officer, {POVERTY: "near_poor"})
    receipt = edit(world, 1037, of=instance_id(37), hh_poverty="none")
    view = read(world, officer)
    seen, nothing = view.shown.version_id, frozenset()
    stale = BranchChoice(world.records["37"], seen + 99, receipt.version_id, nothing, "")
    with pytest.raises(Conflict):
        settle_branch(world.services, officer, stale, HERE)
    choice = BranchChoice(world.records["37"], seen, receipt.version_id, nothing, "")
    assert not settle_branch(world.services, officer, choice, HERE)
    after = read(world, officer)
    assert (after.branches, after.shown.version_id) == ((), seen)
    assert "version.branch" not in {one.code for one in after.findings}


def test_deriving_again_gives_what_is_kept_of_a_corrected_record(world, officer):
    correct(world, officer, {POVERTY: "near_poor"})
    edit(world, 1037, of=instance_id(37), hh_poverty="none")
    with world.services.reading(world.services.operator()) as uow:
        kept = [one for one in uow.versions.after(0, 1000) if one.submission_id == world.records["37"]]
    assert len(kept) == 3
    assert rederive_many(world.services, kept) == Tally(differed=0, underived=0)

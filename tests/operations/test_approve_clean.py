"""Clean records approved by rule: which, when, once, named so, and taken back like any batch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from console_world import example, send
from plan_world import DAK_HA, SURVEY, TU_MO_RONG, VILLAGE_1, PlanWorld, publish, workbook
from sqlalchemy import text

from server.access.deeds import DeedKind
from server.access.roles import Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.approve_clean import Fate, approve_clean, clean_rules, fate_of, list_runs, lot_of, tell_of_rules
from server.operations.figure_questions import FigureQuestion
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import indicator_table
from server.operations.review_submissions import Target, undo_review
from server.operations.run_jobs import run_round
from server.operations.sights import Desk
from server.storage.repositories.deeds import DeedFilters
from server.submissions.review import ReviewState, Verdict

pytestmark = pytest.mark.database
POLICIES = ("form", "policy", "days", "held_back")
EVENTS = "training_event"
COUNT = ("T1", "Hoạt động (mẫu)", f"{EVENTS}.events", "", "count", "up", "commune", "year")


def made_world(services):
    services.now.advance(days=60)  # the examples are of November 2026
    world = PlanWorld(services)
    publish(services, world.project_id, EVENTS)
    put_rule(world)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def send_event(world, by="Y Mẫu", village=VILLAGE_1, **times):
    """Send a meeting that has nothing wrong with it."""
    world._number += 1
    world.services.now.advance(minutes=1)
    place = {"village": village, "commune": village[:5], "unit": village}
    receipt = send(world._phones, by, example(EVENTS, "club_meeting", world._number, **place, **times))
    return Target(receipt.submission_id, receipt.version_id)


def put_rule(world, *rows, name="rules"):
    """Put a rule in force; the smallest share that can be, for tests that are not about the lot."""
    world.services.now.advance(seconds=1)
    rows = rows or ((EVENTS, "clean_after_days", 7, 1),)
    book = workbook(indicators=(COUNT,), targets=(), review_policy=(POLICIES, *rows))
    publish_plan(world.services, world.project_id, PlanSource(name, book))


def states(world):
    with world.services.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, review_state FROM submission")).all()
    return {row.id: row.review_state for row in rows}


def history(world, submission_id):
    with world.services.reading(world.services.operator()) as uow:
        return uow.reviews.history(submission_id)


def sent_clean(world, count=1, **times):
    """Send meetings that no lot of one per cent holds back."""
    found = []
    while len(found) < count:
        target = send_event(world, **times)
        if not lot_of(world.services, world.project_id, root_of(world, target), 1):
            found.append(target)
    return found


def root_of(world, target):
    with world.services.engine.connect() as connection:
        rows = text("SELECT root_instance_id FROM submission WHERE id = :id")
        return connection.execute(rows, {"id": target.submission_id}).scalar_one()


def figure(world):
    total = indicator_table(world.services, world.actor(), FigureQuestion("T1", 2026)).total
    return total.numerator, total.received, total.approved


def test_a_clean_record_is_approved_once_it_has_waited_and_the_figures_move_with_it(world):
    (target,) = sent_clean(world)
    received = figure(world)[1]
    world.services.now.advance(days=6, hours=23)
    assert approve_clean(world.services).approved == 0
    assert figure(world) == (0, received, 0)
    world.services.now.advance(days=1)
    assert run_round(world.services).approved == 1
    assert states(world)[target.submission_id] == "approved"
    assert figure(world) == (1, received, 1)


def deeds_by_rule(world):
    with world.services.reading(world.services.operator()) as uow:
        asked = DeedFilters(is_sensitive=False, kinds=frozenset({DeedKind.APPROVED_BY_RULE}))
        return uow.deeds.page(asked, after=None, size=50)


def test_a_run_is_told_of_once_as_done_by_whoever_put_the_plan_in_force(world):
    world.services.now.advance(seconds=1)
    book = workbook(indicators=(COUNT,), targets=(), review_policy=(POLICIES, (EVENTS, "clean_after_days", 7, 1)))
    publish_plan(world.services, world.project_id, PlanSource("rules-again", book, by=world.actor()))
    sent_clean(world, 3)
    world.services.now.advance(days=8)
    done = approve_clean(world.services)
    (told,) = deeds_by_rule(world)
    assert told.params == {"plan": "rules-again", "form": EVENTS, "records": done.approved}
    assert (told.login, told.batch_id, told.unit_id) == ("duyet.mau", done.batch_id, world.unit(VILLAGE_1))
    tell_of_rules(world.services, done.batch_id, world.services.now() - timedelta(days=1))
    world.services.now.advance(days=1)
    assert approve_clean(world.services).approved == 0
    assert len(deeds_by_rule(world)) == 1, "neither again nor for a day on which nothing was approved"


def test_what_a_run_did_before_it_broke_off_is_told_of_with_the_next(world):
    (target,) = sent_clean(world)
    with world.services.unit_of_work(world.services.operator()) as uow:
        (rule,) = clean_rules(uow)
        assert uow.clean_records.begin_run(world.services.today(), "broken-off", world.services.now())
        uow.reviews.add([{
            "submission_id": target.submission_id, "version_id": target.version_id, "state_before": "received",
            "state": "approved", "comment": "", "account_id": None, "batch_id": "broken-off", "undoes_id": None,
            "decided_at": world.services.now(), "policy_id": rule.policy_id,
        }])  # fmt: skip
    world.services.now.advance(days=1)
    approve_clean(world.services)
    (told,) = deeds_by_rule(world)
    assert (told.login, told.batch_id, told.params["records"]) == ("", "broken-off", 1)


def test_the_history_names_the_rule_and_one_batch_holds_the_run(world):
    targets = sent_clean(world, 3)
    world.services.now.advance(days=8)
    done = approve_clean(world.services)
    lines = [history(world, one.submission_id)[0] for one in targets]
    assert {one.batch_id for one in lines} == {done.batch_id}
    assert {(one.account_name, one.by_rule.days, one.by_rule.held_back, one.by_rule.plan_name) for one in lines} == {
        ("", 7, 1, "rules")
    }
    said = world.services.catalogue.sentence("review.by_rule", {"days": 7, "held_back": 1, "plan": "rules"}, "vi")
    assert said.startswith("Tự động theo quy định")


def test_there_is_one_run_a_day(world):
    sent_clean(world)
    world.services.now.advance(days=8)
    first = approve_clean(world.services)
    sent_clean(world)
    assert approve_clean(world.services) == type(first)("", 0, 0)
    world.services.now.advance(days=8)
    second = approve_clean(world.services)
    assert (first.approved, second.approved) == (1, 1)
    assert first.batch_id != second.batch_id


def test_of_two_runners_at_the_same_moment_one_begins_the_day(world):
    day, at = world.services.today(), world.services.now()
    begun = []
    for batch_id in ("one", "other"):
        with world.services.unit_of_work(world.services.operator()) as uow:
            begun.append(uow.clean_records.begin_run(day, batch_id, at))
    assert begun == [True, False]


def test_whoever_reviews_there_takes_the_run_back_and_no_rule_approves_it_again(world):
    here = sent_clean(world)[0]
    there = send_event(world, "A Mẫu", f"{TU_MO_RONG}-01")
    world.services.now.advance(days=8)
    done = approve_clean(world.services)
    before = states(world)
    outcome = undo_review(world.services, world.actor(Role.SUPERVISOR, DAK_HA), done.batch_id, Desk.EVERYDAY)
    assert here.submission_id in outcome.done
    assert states(world)[here.submission_id] == "received"
    assert states(world)[there.submission_id] == before[there.submission_id]
    world.services.now.advance(days=8)
    approve_clean(world.services)
    assert states(world)[here.submission_id] == "received"
    assert history(world, here.submission_id)[0].account_name == "Người duyệt (mẫu)"


def test_the_lot_holds_back_the_same_records_whatever_run_it_is(world):
    put_rule(world, (EVENTS, "clean_after_days", 7, 50), name="half")
    sent = [send_event(world) for _ in range(12)]
    held = {one.submission_id for one in sent if lot_of(world.services, world.project_id, root_of(world, one), 50)}
    world.services.now.advance(days=8)
    done = approve_clean(world.services)
    assert (done.approved, done.held_back) == (12 - len(held), len(held))
    world.services.now.advance(days=1)
    assert approve_clean(world.services).approved == 0
    assert {one for one, state in states(world).items() if state == "received"} == held
    assert 0 < len(held) < 12


def test_what_is_not_clean_waits_for_a_person(world):
    put_rule(world, (SURVEY, "clean_after_days", 7, 1), (EVENTS, "clean_after_days", 7, 1), name="both")
    flagged, unknown = world.send("bad_required_missing"), world.send_edit(950, 0, "refused")
    times = {"start": "2026-10-04T08:00:00.000+07:00", "end": "2026-10-04T08:00:30.000+07:00"}
    (quick,) = sent_clean(world, **times)
    returned, incomplete, held, underived, unhurried = sent_clean(world, 5)
    world.decide(Verdict.RETURN, returned)
    with world.services.engine.begin() as connection:
        for column, one in (("missing_media = 1", incomplete), ("is_derived = false", underived)):
            connection.execute(
                text(f"UPDATE submission SET {column} WHERE id = :id"),
                {"id": one.submission_id},
            )
    clash_with(world, held)
    world.services.now.advance(days=8)
    approve_clean(world.services)
    found = states(world)
    waiting = [found[one.submission_id] for one in (flagged, unknown, quick, incomplete, held, underived)]
    assert waiting == ["received"] * 6
    assert found[unhurried.submission_id] == "approved"
    assert found[returned.submission_id] == ReviewState.HAS_ISSUES.value


def clash_with(world, target):
    """Send other content under the id of a record: it is held, and the record waits."""
    number = int(root_of(world, target)[-12:])
    receipt = send(world._phones, "Y Mẫu", example(EVENTS, "club_meeting", number, n_total="29"))
    assert receipt.reason == "other_content"


def test_a_form_that_is_reviewed_by_hand_or_became_sensitive_is_left_alone(world):
    (target,) = sent_clean(world)
    put_rule(world, (EVENTS, "by_hand", "", ""), name="later")
    world.services.now.advance(days=8)
    assert approve_clean(world.services).batch_id == ""
    put_rule(world, name="again")
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE form SET is_sensitive = true"))
    assert approve_clean(world.services).approved == 0
    assert states(world)[target.submission_id] == "received"


def test_no_incident_is_ever_approved_by_rule_whatever_the_tables_say(world):
    apart = add_project(world.services, "Công việc riêng (mẫu)", kind="separate").project_id
    publish(world.services, apart, "incident", is_sensitive=True)
    token = add_collaborator(world.services, NewCollaborator(apart, "Cán bộ mẫu", (DAK_HA,))).token
    world._phones.tokens["Cán bộ mẫu"] = (apart, token)
    record = send(world._phones, "Cán bộ mẫu", example("incident", "new_case", 901)).submission_id
    with world.services.engine.begin() as connection:
        plan_id = connection.execute(text("SELECT MAX(id) FROM plan")).scalar_one()
        connection.execute(text("UPDATE plan SET project_id = :apart WHERE id = :id"), {"apart": apart, "id": plan_id})
        connection.execute(text("UPDATE review_policy SET form_id = 'phieu_b'"))
    world.services.now.advance(days=8)
    assert approve_clean(world.services).approved == 0
    assert states(world)[record] == "received"


def test_a_reviewer_is_told_what_the_rule_will_do_with_a_record(world):
    (target,) = sent_clean(world)
    asked = (world.services, world.actor(Role.SUPERVISOR, DAK_HA), target.submission_id)
    received_on = world.services.today()
    assert fate_of(*asked) == Fate(received_on + timedelta(days=7), is_held_back=False)
    put_rule(world, (EVENTS, "clean_after_days", 7, 100), name="all")
    assert fate_of(*asked).is_held_back
    elsewhere = world.actor(Role.SUPERVISOR, TU_MO_RONG)
    assert fate_of(world.services, elsewhere, target.submission_id) is None
    put_rule(world, (EVENTS, "by_hand", "", ""), name="hand")
    assert fate_of(*asked) is None
    put_rule(world, name="again")
    world.decide(Verdict.APPROVE, target)
    assert fate_of(*asked) is None


def test_runs_are_listed_for_the_territory_of_a_reviewer(world):
    sent_clean(world, 2)
    world.services.now.advance(days=8)
    done = approve_clean(world.services)
    (run,) = list_runs(world.services, world.actor(Role.SUPERVISOR, DAK_HA), Desk.EVERYDAY)
    assert (run.batch_id, run.form_id, run.plan_name, run.days) == (done.batch_id, EVENTS, "rules", 7)
    assert (run.approved, run.undone) == (done.approved, 0)
    assert list_runs(world.services, world.actor(Role.SUPERVISOR, TU_MO_RONG), Desk.EVERYDAY) == ()
    undo_review(world.services, world.actor(Role.SUPERVISOR, DAK_HA), done.batch_id, Desk.EVERYDAY)
    (run,) = list_runs(world.services, world.actor(Role.SUPERVISOR, DAK_HA), Desk.EVERYDAY)
    assert run.undone == run.approved

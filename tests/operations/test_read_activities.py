"""Activities are counted by type, topic, campaign, organiser and level, where they were and in the year they were."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, TU_MO_RONG, example, send
from training_field import PROVINCE, TrainingField

from server.access.actors import Visitor
from server.access.roles import Role
from server.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from server.operations.read_activities import ActivityQuestion, activity_choices, activity_table
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict

pytestmark = pytest.mark.database


class Events(TrainingField):
    """Form 3 is published; one phone sends activities of the commune it stands in."""

    def held(self, name, *, commune=DAK_HA, is_approved=True, **answers):
        """Send an activity, and approve it."""
        self._number += 1
        self.services.now.advance(minutes=1)
        village = {} if name == "staff_training" else {"village": ""}
        xml = example("training_event", name, self._number, commune=commune, unit=commune, **village, **answers)
        receipt = send(self._phones, "Y Mẫu", xml)
        if is_approved:
            target = Target(receipt.submission_id, receipt.version_id)
            decision = Decision(Verdict.APPROVE, "", (target,), spares_flagged=False)
            assert not review_submissions(self.services, self.actor(), decision, Desk.EVERYDAY).skipped

    def table(self, code=None, year=2026):
        within = None if code is None else self.unit(code)
        return activity_table(self.services, self.actor(Role.ANALYST), ActivityQuestion(year, within=within))


@pytest.fixture
def events(services):
    return Events(services)


def lines(table, question):
    """Return activities and attendances of the answers that have any."""
    (group,) = (one for one in table.groups if one.question == question)
    return {one.answer: (int(one.events), int(one.attendees)) for one in group.lines if one.events}


def test_one_table_by_every_question_that_adds_up_where_it_can(events):
    events.held("club_meeting", n_total="20", n_female="12", ev_topics="k2 k3", ev_organiser="women_union front")
    events.held("club_meeting", n_total="30", n_female="10", ev_topics="k3", ev_organiser="women_union")
    table = events.table()
    assert (table.events, table.attendees, table.received, table.approved) == (2, 50, 2, 2)
    assert lines(table, "ev_type") == {"club_meeting": (2, 50)}
    assert lines(table, "ev_topics") == {"k2": (1, 20), "k3": (2, 50)}
    assert lines(table, "ev_organiser") == {"women_union": (2, 50), "front": (1, 20)}
    assert [group.question for group in table.groups] == [
        "ev_type", "ev_topics", "ev_campaign", "ev_organiser", "ev_level"
    ]  # fmt: skip
    assert {group.question for group in table.groups if group.is_several} == {"ev_topics", "ev_organiser"}
    assert {one.name: one.amount for one in table.beside}["attendees_female"] == 22
    assert sum(line.events for line in table.groups[0].lines) == table.events
    assert all(line.label("vi") != line.answer for group in table.groups for line in group.lines)


def test_what_waits_or_lies_elsewhere_or_in_another_year_is_not_in_it(events):
    events.held("club_meeting", n_total="20")
    events.held("club_meeting", n_total="99", is_approved=False)
    assert (events.table().events, events.table().received) == (1, 2)
    assert events.table(DAK_HA).events == 1
    assert events.table(TU_MO_RONG).events == 0
    assert events.table(year=2025).events == 0
    assert events.table(PROVINCE).unit_name == "Tỉnh Quảng Ngãi"


def test_inspections_are_counted_apart(events):
    events.held("inspection")
    assert {one.name: one.amount for one in events.table().beside}["inspections"] == 1


def test_who_reads_figures_reads_activities_and_nobody_else(events):
    for actor, refusal in (
        (Visitor(), Unauthenticated),
        (events.actor(Role.ADMINISTRATOR), Forbidden),
        (events.actor(Role.INCIDENT_OFFICER), Forbidden),
    ):
        with pytest.raises(refusal):
            activity_table(events.services, actor, ActivityQuestion(2026))


def test_what_is_not_there_is_refused(events):
    with pytest.raises(NotFound, match=r"figures\.no_activities"):
        activity_table(events.services, events.actor(), ActivityQuestion(2026, project_id=99))
    with pytest.raises(InvalidInput, match=r"figures\.bad_year"):
        activity_table(events.services, events.actor(), ActivityQuestion(1))
    names = {one.name for one in activity_choices(events.services, ActivityQuestion(2026))}
    assert {"Tỉnh Quảng Ngãi", "Xã Đăk Hà"} <= names

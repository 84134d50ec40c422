"""I1: people of the staff roster trained since a year, or in the last 24 months, while they hold the post."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, TU_MO_RONG, example, send
from plan_world import workbook
from sqlalchemy import select
from training_field import TrainingField

from server.access.roles import Role
from server.indicators.plan import PlanRefused
from server.indicators.sources import parse_source
from server.operations.figure_questions import FigureQuestion
from server.operations.open_figure import open_figure
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Cell, Part, indicator_table
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.roster_sums import named_by
from server.operations.sights import Desk
from server.storage.models.registers import EntityRow
from server.submissions.review import Verdict
from tests.import_field import csv_file, loaded, operator_load

pytestmark = pytest.mark.database
MEASURE = "training_event.staff_trained"
ROSTER = ("Mã số", "Họ và tên", "Chức vụ", "Đơn vị", "Từ ngày", "Đến ngày")
SINCE = ("I1", "Từ 2021 (mẫu)", f"roster:{MEASURE}[since=2021]", "register:staff", "%", "up", "commune", "year")
MONTHS = ("I1a", "24 tháng (mẫu)", f"roster:{MEASURE}[months=24]", "register:staff", "%", "up", "commune", "year")


class Staff(TrainingField):
    """Three people on the roster, and trainings that name some of them."""

    def __init__(self, services):
        super().__init__(services)
        people = (
            ("", "Y Bét (mẫu)", "Công chức", DAK_HA, "01/01/2021", ""),
            ("", "A Tik (mẫu)", "Công chức", DAK_HA, "01/07/2025", ""),
            ("", "Y Lan (mẫu)", "Công chức", TU_MO_RONG, "", ""),
        )
        load = operator_load(self, kind="staff", as_of=services.today().replace(year=2021, month=1, day=1))
        loaded(self, csv_file(*people, headings=ROSTER), load)
        publish_plan(services, self.project_id, PlanSource("i1", workbook(indicators=(SINCE, MONTHS), targets=())))

    def person(self, name):
        with self.services.engine.connect() as connection:
            found = connection.execute(select(EntityRow.entity_id).where(EntityRow.label.startswith(name)))
            return found.scalar_one()

    def trained(self, day, *names):
        """Have a training of these people approved."""
        self._number += 1
        self.services.now.advance(minutes=1)
        staff = " ".join(self.person(one) for one in names)
        facts = {"ev_date": day, "ev_day": day, "ev_staff": staff}
        receipt = send(self._phones, "Y Mẫu", example("training_event", "staff_training", self._number, **facts))
        target = Target(receipt.submission_id, receipt.version_id)
        decision = Decision(Verdict.APPROVE, "", (target,), spares_flagged=False)
        assert not review_submissions(self.services, self.actor(), decision, Desk.EVERYDAY).skipped

    def numbers(self, code, year, place=None):
        """Return numerator and denominator of a unit, else of everything."""
        table = indicator_table(self.services, self.actor(Role.ANALYST), FigureQuestion(code, year))
        if place is None:
            return int(table.total.numerator), int(table.total.denominator)
        figure = next(row.figure for row in table.rows if row.unit.unit_id == self.unit(place))
        return int(figure.numerator), int(figure.denominator)


@pytest.fixture
def staff(services):
    return Staff(services)


def test_a_person_trained_once_since_then_counts_in_every_later_year_and_once(staff):
    staff.trained("2022-05-10", "Y Bét")
    staff.trained("2024-05-10", "Y Bét")
    assert [staff.numbers("I1", year)[0] for year in (2021, 2022, 2023, 2024, 2026)] == [0, 1, 1, 1, 1]
    assert staff.numbers("I1", 2026) == (1, 3)


def test_the_last_24_months_are_counted_to_the_end_of_the_year(staff):
    staff.trained("2024-05-10", "Y Bét")
    assert [staff.numbers("I1a", year)[0] for year in (2023, 2024, 2025, 2026)] == [0, 1, 1, 0]
    assert named_by(parse_source(MONTHS[2]), 2026).first_day.isoformat() == "2025-01-01"


def test_a_training_before_the_post_was_taken_does_not_count(staff):
    staff.trained("2025-05-10", "A Tik", "Y Bét")
    assert staff.numbers("I1", 2026)[0] == 1
    staff.trained("2025-08-10", "A Tik")
    assert staff.numbers("I1", 2026)[0] == 2


def test_people_count_where_they_work_and_not_where_they_were_trained(staff):
    staff.trained("2026-05-10", "Y Bét", "Y Lan")
    assert staff.numbers("I1", 2026, DAK_HA) == (1, 2)
    assert staff.numbers("I1", 2026, TU_MO_RONG) == (1, 1)
    assert staff.numbers("I1", 2026) == (2, 3)


def test_the_number_opens_the_people_for_posts_above_them_and_nobody_else(staff):
    staff.trained("2026-05-10", "Y Bét", "Y Lan")
    question, cell = FigureQuestion("I1", 2026), Cell(Part.NUMERATOR, None)
    opened = open_figure(staff.services, staff.actor(), question, cell)
    assert (opened.total, [one.label.partition(" (")[0] for one in opened.entities]) == (2, ["Y Bét", "Y Lan"])
    here = open_figure(staff.services, staff.actor(code=DAK_HA), question, cell)
    assert (here.total, [one.label.partition(" (")[0] for one in here.entities]) == (2, ["Y Bét"])
    assert open_figure(staff.services, staff.actor(Role.ANALYST), question, cell).entities == ()


def test_records_received_and_approved_stand_beside_it(staff):
    staff.trained("2026-05-10", "Y Bét")
    total = indicator_table(staff.services, staff.actor(), FigureQuestion("I1", 2026)).total
    assert (total.received, total.approved) == (1, 1)


def test_a_plan_that_counts_people_by_what_no_form_has_is_refused(staff):
    row = (*SINCE[:2], "roster:training_event.nobody[since=2021]", *SINCE[3:])
    with pytest.raises(PlanRefused) as refused:
        publish_plan(staff.services, staff.project_id, PlanSource("x", workbook(indicators=(row,), targets=())))
    assert {fault.code for fault in refused.value.faults} == {"plan.unknown_measure"}

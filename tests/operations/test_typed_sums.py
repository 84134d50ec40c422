"""Typed figures in tables: they fill what nothing was counted in, are marked, and are never added to counted ones."""

from __future__ import annotations

import pytest
from plan_world import DAK_HA, I6, SURVEY, TU_MO_RONG, PlanWorld, workbook

from server.errors import InvalidInput
from server.indicators.figures import Standing
from server.indicators.plan import PlanRefused
from server.operations.figure_questions import FigureQuestion
from server.operations.import_order import OPERATOR, ImportOrder, Load
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import indicator_table
from server.submissions.review import Verdict
from tests.import_field import counts, csv_file, loaded, undone

pytestmark = pytest.mark.database
HEADINGS = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn", "Cơ quan")
DIVORCES = ("I8a", "Số vụ ly hôn (mẫu)", "import:I8a", "", "count", "down", "province", "year")
FEWER = ("I8b", "Ly hôn so với năm trước (mẫu)", "import:I8a", "", "change", "down", "province", "year")
OLD_PARTS = ("23500@2024-12-31", "23521@2024-12-31", "23524@2024-12-31")


def made_world(services):
    services.now.advance(days=60)
    made = PlanWorld(services)
    publish_plan(services, made.project_id, PlanSource("i8", workbook(indicators=(DIVORCES, FEWER), targets=())))
    return made


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def typed(world, *rows):
    """Load rows of (year, unit, key, value) and return the number of the load."""
    order = ImportOrder(world.project_id, "figures", world.services.today(), "", "Người nhập (mẫu)")
    file = csv_file(*((*row, "Sổ mẫu", "Tòa án (mẫu)") for row in rows), headings=HEADINGS)
    number, report = loaded(world, file, Load(order, OPERATOR))
    assert counts(report) == (len(rows), 0, 0, 0)
    return number


def table(world, code="I6", year=2024, frame=None):
    return indicator_table(world.services, world.actor(), FigureQuestion(code, year, frame=frame))


def figure_of(world, reference, **question):
    unit_id = world.unit(reference)
    return next(one.figure for one in table(world, **question).rows if one.unit.unit_id == unit_id)


def test_what_nobody_counted_is_shown_from_paper_and_says_so(world):
    typed(world, (2024, OLD_PARTS[0], f"{SURVEY}.implementing", 60), (2024, OLD_PARTS[0], f"{SURVEY}.visited", 80))
    figure = figure_of(world, OLD_PARTS[0])
    assert (figure.numerator, figure.denominator, str(figure.value)) == (60, 80, "75")
    assert (figure.numerator_is_typed, figure.denominator_is_typed) == (True, True)
    found = table(world)
    assert found.unplaced is None
    assert found.total.standing is Standing.NO_FIGURE, "a part is no whole"


def test_a_merged_commune_has_the_history_of_all_it_was_made_of(world):
    for part in OLD_PARTS[:2]:
        typed(world, (2024, part, f"{SURVEY}.implementing", 60), (2024, part, f"{SURVEY}.visited", 80))
    new = "from-2025-07-01"
    assert figure_of(world, DAK_HA, frame=new).value is None, "one of its parts is unknown"
    typed(world, (2024, OLD_PARTS[2], f"{SURVEY}.implementing", 0), (2024, OLD_PARTS[2], f"{SURVEY}.visited", 40))
    figure = figure_of(world, DAK_HA, frame=new)
    assert (figure.numerator, figure.denominator) == (120, 200)
    assert figure.numerator_is_typed


def test_a_number_is_counted_or_typed_and_never_both(world):
    world.decide(Verdict.APPROVE, world.send("couple_with_children"))
    typed(
        world,
        (2026, DAK_HA, f"{SURVEY}.implementing", 900),
        (2026, DAK_HA, f"{SURVEY}.visited", 1000),
        (2026, TU_MO_RONG, f"{SURVEY}.implementing", 50),
        (2026, TU_MO_RONG, f"{SURVEY}.visited", 100),
    )
    counted, paper = figure_of(world, DAK_HA, year=2026), figure_of(world, TU_MO_RONG, year=2026)
    assert (counted.numerator, counted.denominator, counted.numerator_is_typed) == (1, 1, False)
    assert (paper.numerator, paper.denominator, paper.numerator_is_typed) == (50, 100, True)
    found = table(world, year=2026)
    assert (found.total.numerator, found.total.denominator, found.total.numerator_is_typed) == (1, 1, False)
    assert found.unplaced is None


def test_the_province_has_its_own_number_else_the_sum_of_all(world):
    typed(world, (2024, "62@2024-12-31", f"{SURVEY}.implementing", 700), (2024, "62", f"{SURVEY}.visited", 1000))
    total = table(world).total
    assert (total.numerator, total.denominator, total.numerator_is_typed) == (700, 1000, True)


def test_undo_takes_a_figure_out_of_the_tables(world):
    number = typed(world, (2024, OLD_PARTS[0], f"{SURVEY}.implementing", 60), (2024, "62", f"{SURVEY}.visited", 9))
    undone(world, number, Load(ImportOrder(world.project_id, "figures", world.services.today()), OPERATOR))
    assert figure_of(world, OLD_PARTS[0]).numerator == 0


def test_what_other_bodies_count_is_typed_and_compared_with_the_year_before(world):
    """I8: without a figure there is none, never 0; a 0 that was typed is one."""
    assert table(world, "I8a", 2023).total.is_known is False
    typed(world, (2022, "62", "I8a", 400), (2023, "62", "I8a", 380), (2021, "62", "Số vụ ly hôn (mẫu)", 0))
    assert [str(table(world, "I8a", year).total.value) for year in (2021, 2022, 2023)] == ["0", "400", "380"]
    fewer = table(world, "I8b", 2023).total
    assert (str(fewer.value), fewer.numerator, fewer.denominator) == ("-5", 380, 400)
    assert (fewer.numerator_is_typed, fewer.received) == (True, 0)
    assert table(world, "I8b", 2022).total.value is None, "nothing can be divided by none"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("I8a", "X", "import:I9", "", "count", "down", "province", "year"), "plan.unknown_import"),
        (
            ("I8a", "X", "import:I8a", "register:households", "%", "up", "province", "year"),
            "plan.count_or_change_alone",
        ),
        ((*I6[:3], "import:I6", *I6[4:]), "plan.count_or_change_alone"),
        ((*I6[:3], "release:vu-theo-quy", *I6[4:]), "plan.count_or_change_alone"),
    ],
)
def test_a_plan_that_divides_what_cannot_be_divided_is_refused(world, row, code):
    with pytest.raises(PlanRefused) as refused:
        publish_plan(world.services, world.project_id, PlanSource("x", workbook(indicators=(row,), targets=())))
    assert code in {fault.code for fault in refused.value.faults}
    assert isinstance(refused.value, InvalidInput)

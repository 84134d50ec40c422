"""I7 is read from release tables and from the province's typed count: what is hidden there is hidden here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from console_world import PROVINCE
from plan_world import workbook
from release_world import BY_COMMUNE, BY_QUARTER, A, B, C, ReleaseWorld

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.indicators.figures import Standing
from server.indicators.periods import Period
from server.operations.add_project import add_project
from server.operations.figure_questions import FigureQuestion, entry_asked_for
from server.operations.figures_beside import figures_beside
from server.operations.import_order import OPERATOR, ImportOrder, Load
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.preview_lock import preview_lock
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import indicator_table
from server.operations.read_locks import read_locked
from server.operations.release_tables import freeze_release
from server.territory.units import Level
from tests.import_field import csv_file, loaded

pytestmark = pytest.mark.database
HEADINGS = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn")
INDICATORS = (
    ("I7", "Số vụ so với năm trước (mẫu)", "release:quy", "previous", "change", "down", "province", "year"),
    ("I7a", "Số vụ (mẫu)", "release:quy", "", "count", "down", "province", "year"),
    ("I7b", "Số xã có báo cáo (mẫu)", "release:xa[state=reported]", "", "count", "up", "province", "year"),
    ("I7c", "Số xã chưa báo cáo (mẫu)", "release:xa[state=not_reported]", "", "count", "down", "province", "year"),
    ("XA", "Số vụ theo xã (mẫu)", "release:xa", "", "count", "down", "province", "year"),
)


class ChangeWorld(ReleaseWorld):
    """The incidents, and beside them the project whose plan has I7."""

    def __init__(self, services):
        super().__init__(services, BY_COMMUNE, BY_QUARTER)
        self.main_id = add_project(services, "Gia đình (mẫu)").project_id
        targets = (("I7", "province", 2026, -10, "official"),)
        publish_plan(services, self.main_id, PlanSource("4002", workbook(indicators=INDICATORS, targets=targets)))

    def freeze(self, **counts):
        """Have so many cases of each commune, and freeze the year."""
        for commune, count in counts.items():
            self.cases({"a": A, "b": B, "c": C}[commune], count)
        freeze_release(self.services, self.order())

    def type(self, year, unit, count):
        """Type the province's count of a year, as an incident officer's file would."""
        order = ImportOrder(self.project_id, "cases", self.services.today(), "", "Người nhập (mẫu)")
        file = csv_file((year, unit, "phieu_b.cases", count, "Sổ mẫu"), headings=HEADINGS)
        loaded(self, file, Load(order, OPERATOR))

    def total(self, code, year=2026):
        """Return the figure of everything."""
        return self.table(FigureQuestion(code, year)).total

    def table(self, question):
        """Return a table as an analyst far from any incident reads it."""
        posts = (Post(Role.ANALYST, self.unit(A), None, None),)
        analyst = Account(AccountId(self._account_id), "xem.mau", posts, elevated=False)
        return indicator_table(self.services, analyst, question)


@pytest.fixture
def beginning():
    return ChangeWorld


@pytest.fixture
def world(begun):
    return begun


def test_without_a_release_or_a_typed_count_there_is_no_figure_and_no_zero(world):
    for code in ("I7", "I7a", "I7b", "I7c"):
        figure = world.total(code)
        assert (figure.value, figure.is_known, figure.is_withheld) == (None, False, False)
        assert (figure.received, figure.approved) == (0, 0)


def test_the_change_is_of_published_counts_over_the_year_before(world):
    world.type(2025, "51@2025-12-31", 30)
    world.freeze(a=9, b=9, c=9)
    change, cases = world.total("I7"), world.total("I7a")
    assert (cases.value, cases.numerator_is_typed) == (27, False)
    assert (change.numerator, change.denominator, change.value) == (27, 30, Decimal(-10))
    assert (change.denominator_is_typed, change.standing) == (True, Standing.MET)
    assert world.total("I7a", 2025).numerator_is_typed


def test_the_preview_of_a_lock_holds_the_typed_counts_that_the_lock_will_freeze(world):
    world.type(2025, "51@2025-12-31", 30)
    order = LockOrder(world.main_id, world.unit(PROVINCE), Period(2025))
    posts = (Post(Role.SUPERVISOR, world.unit(PROVINCE), None, None),)
    signer = Account(AccountId(world._account_id), "ky.mau", posts, elevated=False)
    shown = preview_lock(world.services, signer, order)
    assert [one.total.value for one in shown.tables if one.indicator.code == "I7a"] == [30]
    with world.services.reading(world.services.operator()) as uow:
        assert not uow.locks.revisions(world.main_id, order.unit_id, order.period), "a preview freezes nothing"
    kept = lock_for_the_operator(world.services, order, "Người ký (mẫu)")
    frozen = read_locked(world.services, signer, kept.lock_id).frozen
    assert [one.total for one in shown.tables] == [one.table.total for one in frozen.tables]


def test_few_cases_are_marked_so_that_the_counts_are_read_and_not_the_per_cent(world):
    world.type(2025, "51@2025-12-31", 10)
    world.freeze(a=9)
    assert world.total("I7").is_of_few


def test_cases_that_are_not_frozen_move_nothing(world):
    world.type(2025, "51@2025-12-31", 30)
    world.freeze(a=9, b=9)
    before = [world.total(code) for code in ("I7", "I7a", "I7b", "I7c")]
    world.cases(A, 3)
    assert [world.total(code) for code in ("I7", "I7a", "I7b", "I7c")] == before


def test_communes_that_reported_and_those_that_did_not_stand_beside_it(world):
    world.freeze(a=9, b=1)
    reported, silent = world.total("I7b").value, world.total("I7c").value
    assert reported == 2
    assert reported + silent == 40


def test_read_for_the_province_itself_they_are_what_they_are_for_everything(world):
    """A table of communes has no row of the province; its row on the page and its lock are made of theirs."""
    world.freeze(a=9, b=1)
    province = world.unit(PROVINCE)
    for code in ("I7", "I7a", "I7b", "I7c", "XA"):
        question = FigureQuestion(code, 2026, within=province)
        assert world.table(question).total == world.total(code), code
    assert world.table(FigureQuestion("I7b", 2026)).rows[0].figure.value == 2


def test_a_hidden_count_has_no_number_here_either(world):
    world.type(2025, "51@2025-12-31", 30)
    world.freeze(a=3)
    for code in ("I7", "I7a"):
        figure = world.total(code)
        assert (figure.value, figure.is_withheld, figure.numerator) == (None, True, 0)


@pytest.mark.parametrize(("counts", "shown"), [((3,), None), ((30, 32), None), ((30, 40), 40), ((30, 32, 40), 40)])
def test_a_typed_count_is_hidden_when_it_or_what_changed_is_small(world, counts, shown):
    for count in counts:
        world.type(2025, "51@2025-12-31", count)
    figure = world.total("I7a", 2025)
    assert figure.value == shown
    assert figure.is_withheld is (shown is None)


def test_counts_typed_for_communes_are_read_nowhere(world):
    world.type(2025, A, 30)
    assert world.total("I7a", 2025).is_known is False
    assert world.total("I7", 2026).is_known is False


def test_a_frozen_year_never_falls_back_to_paper(world):
    world.freeze(a=9, b=9)
    world.type(2026, "51", 50)
    assert (world.total("I7a").value, world.total("I7a").numerator_is_typed) == (18, False)


@pytest.mark.parametrize(("typed", "shown"), [(18, 18), (17, None), (22, None), (30, 18)])
def test_a_table_frozen_after_a_count_from_paper_does_not_differ_from_it_by_a_small_count(world, typed, shown):
    world.type(2026, "51", typed)
    assert world.total("I7a").value == typed
    world.freeze(a=9, b=9)
    figure = world.total("I7a")
    assert (figure.value, figure.is_withheld, figure.numerator_is_typed) == (shown, shown is None, False)


def test_a_count_from_paper_is_not_shown_beside_other_tables_of_its_year(world):
    """A plan that names a table anew must not bring a number back which the frozen ones hid."""
    world.freeze(a=3)
    world.type(2026, "51", 6)
    world.publish(("moi", "Bảng mới (mẫu)", "phieu_b.cases", "province", "year", "", 5), name="them")
    book = workbook(
        indicators=(("I7a", "Số vụ (mẫu)", "release:moi", "", "count", "down", "province", "year"),), targets=()
    )
    world.services.now.advance(seconds=1)
    publish_plan(world.services, world.main_id, PlanSource("4002", book))
    figure = world.total("I7a")
    assert (figure.value, figure.is_withheld) == (None, True)


def test_an_old_district_counts_the_new_communes_that_lie_in_it(world):
    territory = world.services.atlas.current().territory
    old = territory.frames()[0]
    districts = {
        code: territory.period(territory.predecessors(world.unit(code))[0], old.valid_to).parent_id for code in (A, B)
    }
    world.freeze(a=9, b=9)
    table = world.table(FigureQuestion("XA", 2026, level=Level.DISTRICT, frame=old.key))
    found = {row.unit.unit_id: row.figure.value for row in table.rows if row.figure.value}
    assert found == dict.fromkeys(districts.values(), 9)


def test_the_counts_that_keep_a_fall_honest_stand_beside_the_change(world):
    world.type(2025, "51@2025-12-31", 30)
    world.freeze(a=9, b=1)
    question = FigureQuestion("I7", 2026)
    with world.services.reading(world.services.operator()) as uow:
        change, cases = (entry_asked_for(uow, FigureQuestion(code, 2026)) for code in ("I7", "I7a"))
    beside = figures_beside(world.services, change, question)
    assert [one.code for one, _ in beside] == ["I7a", "I7b", "I7c"]
    assert [figure.value for _, figure in beside] == [world.total(one.code).value for one, _ in beside] != []
    assert figures_beside(world.services, cases, question) == ()

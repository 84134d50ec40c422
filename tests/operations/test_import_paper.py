"""Figures typed from paper are tried, loaded as one batch, put right version by version, and taken back whole."""

from __future__ import annotations

import pytest
from plan_world import DAK_HA, SURVEY, TU_MO_RONG, PlanWorld
from release_world import ReleaseWorld

from server.access.roles import Role
from server.errors import Forbidden, NotFound
from server.operations.import_order import OPERATOR, ImportOrder, Load, asker_of, check_order
from tests.import_field import counts, csv_file, loaded, tried, undone

pytestmark = pytest.mark.database
HEADINGS = ("Năm", "Kỳ", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn", "Số, ký hiệu", "Ngày văn bản", "Cơ quan")
REPORT = ("Báo cáo mẫu", "12/BC-UBND", "05/12/2021", "UBND xã (mẫu)")
OLD_DAK_HA = "23425@2021-12-31"


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def paper(*rows):
    return csv_file(*rows, headings=HEADINGS)


def row(unit, key, value, *, year=2021, part="", source=REPORT):
    return (year, part, unit, key, value, *source)


def operator(world, *, kind="figures", author="Người nhập (mẫu)"):
    order = ImportOrder(world.project_id, kind, world.services.today(), "", author)
    return Load(order, OPERATOR)


def officer(world, *codes, role=Role.SUPERVISOR, kind="figures", elevated=False):
    account = world.actor(role, *codes, elevated=elevated)
    return Load(ImportOrder(world.project_id, kind, world.services.today()), asker_of(world.services, account, kind))


def figures(world, year=2021):
    """Return what is current of a year: value, document and author by unit name, part of the year and key."""
    territory = world.services.atlas.current().territory
    with world.services.reading(world.services.operator()) as uow:
        found = uow.paper_figures.of_year(world.project_id, year)
    return {
        (territory.name(one.place.unit_id, one.frame_day), one.place.period.label, one.place.key): (
            str(one.value),
            str(one.source),
            one.author,
        )
        for one in found
    }


def codes(report):
    return [fault.code for fault in report.faults]


def test_a_code_of_the_year_means_the_commune_that_had_it_then(world):
    _, report = loaded(world, paper(row("23425", f"{SURVEY}.answered", "1.234")), operator(world))
    assert counts(report) == (1, 0, 0, 0)
    named = "Báo cáo mẫu, số 12/BC-UBND, ngày 05/12/2021 (UBND xã (mẫu))"
    assert figures(world) == {
        ("Xã Đăk Hà", "2021", f"{SURVEY}.answered"): ("1234", named, "Người nhập (mẫu)"),
    }


def test_measures_indicators_and_parts_are_named_by_code_or_label(world):
    rows = (
        row(OLD_DAK_HA, "i6", "71,5"),
        row(OLD_DAK_HA, "Hộ nghèo (mẫu)", 40),
        row(OLD_DAK_HA, f"{SURVEY}.answered[hh_poverty=poor]", 12),
        row(OLD_DAK_HA, f"{SURVEY}.answered", 7, part="Quý III"),
        row(OLD_DAK_HA, f"{SURVEY}.answered", 8, part="6 tháng đầu năm"),
    )
    _, report = loaded(world, paper(*rows), operator(world))
    assert (counts(report), codes(report)) == ((5, 0, 0, 0), [])
    assert {(period, key): found[0] for (_, period, key), found in figures(world).items()} == {
        ("2021", "I6"): "71.5",
        ("2021", "P1"): "40",
        ("2021", f"{SURVEY}.answered[hh_poverty=poor]"): "12",
        ("2021-Q3", f"{SURVEY}.answered"): "7",
        ("2021-H1", f"{SURVEY}.answered"): "8",
    }


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (row(OLD_DAK_HA, "I6", ""), "paper.row.no_value"),
        (row(OLD_DAK_HA, "I6", "0,715"), "paper.row.fraction"),
        (row(OLD_DAK_HA, "I6", "171"), "paper.row.not_a_share"),
        (row(OLD_DAK_HA, "P1", "12,5"), "register.row.not_a_number"),
        (row(OLD_DAK_HA, "P1", "-1"), "register.row.not_a_number"),
        (row(OLD_DAK_HA, "", "1"), "paper.row.no_key"),
        (row(OLD_DAK_HA, "I9", "1"), "paper.row.unknown_key"),
        (row(OLD_DAK_HA, f"{SURVEY}.answered[nowhere=poor]", "1"), "paper.row.unknown_key"),
        (row("", "P1", "1"), "register.row.no_unit"),
        (row("99999", "P1", "1"), "territory.unknown_code"),
        (row("23500-01", "P1", "1"), "register.row.wrong_level"),
        (row(OLD_DAK_HA, "P1", "1", year=2031), "register.row.not_a_number"),
        (row(DAK_HA, "P1", "1", year=2026, part="Quý 4"), ""),
        (row(OLD_DAK_HA, "P1", "1", part="tháng 3"), "paper.row.unknown_period"),
        (row(OLD_DAK_HA, "P1", "1", source=("", "", "", "Tòa án (mẫu)")), "register.row.no_source"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_cell(world, given, wrong):
    report = tried(world, paper(given), operator(world))
    assert codes(report) == ([wrong] if wrong else [])
    assert all((fault.row, bool(fault.column)) == (2, True) for fault in report.faults)
    assert figures(world) == {}


def test_a_share_below_one_per_cent_is_typed_with_its_sign(world):
    loaded(world, paper(row(OLD_DAK_HA, "I6", "0,5%")), operator(world))
    assert [found[0] for found in figures(world).values()] == ["0.5"]


def test_a_second_row_about_the_same_figure_is_wrong(world):
    report = tried(world, paper(row(OLD_DAK_HA, "P1", 1), row("23425", "p1", 2)), operator(world))
    assert (counts(report), codes(report)) == ((1, 0, 0, 1), ["register.row.twice"])


def test_a_figure_put_right_keeps_the_older_one_and_comes_back_with_undo(world):
    first, _ = loaded(world, paper(row(OLD_DAK_HA, "P1", 40), row(OLD_DAK_HA, "I6", 70)), operator(world))
    assert counts(tried(world, paper(row(OLD_DAK_HA, "P1", 40)), operator(world))) == (0, 0, 1, 0)
    second, report = loaded(world, paper(row(OLD_DAK_HA, "P1", 41)), operator(world))
    assert [(cell.title, cell.before, cell.after) for cell in report.changes[0].cells] == [("Số liệu", "40", "41")]
    assert sorted(found[0] for found in figures(world).values()) == ["41", "70"]
    assert (undone(world, second, operator(world)).undone, sorted(one[0] for one in figures(world).values())) == (
        1,
        ["40", "70"],
    )
    assert undone(world, first, operator(world)).undone == 2
    assert figures(world) == {}


def test_undo_leaves_what_somebody_put_right_since(world):
    first, _ = loaded(world, paper(row(OLD_DAK_HA, "P1", 40)), operator(world))
    loaded(world, paper(row(OLD_DAK_HA, "P1", 41)), operator(world))
    done = undone(world, first, operator(world))
    assert (done.undone, done.left, done.left_names) == (0, 1, ("Xã Đăk Hà – 2021 – P1",))
    assert [found[0] for found in figures(world).values()] == ["41"]


def test_a_figure_that_was_taken_back_does_not_return_with_the_one_that_replaced_it(world):
    first, _ = loaded(world, paper(row(OLD_DAK_HA, "P1", 40)), operator(world))
    second, _ = loaded(world, paper(row(OLD_DAK_HA, "P1", 41)), operator(world))
    undone(world, first, operator(world))
    undone(world, second, operator(world))
    assert figures(world) == {}


def test_an_officer_types_inside_the_territory_alone(world):
    """The post of today's Đăk Hà covers the communes it was made of, and not its neighbour."""
    mine = officer(world, DAK_HA)
    rows = (row("23500@2021-12-31", "P1", 1), row(OLD_DAK_HA, "P1", 2), row("62@2021-12-31", "P1", 3))
    _, report = loaded(world, paper(*rows), mine)
    assert (counts(report), codes(report)) == ((1, 0, 0, 2), ["register.row.elsewhere"] * 2)
    (found,) = figures(world).values()
    assert found[2] == "Người duyệt (mẫu)"


@pytest.mark.parametrize(
    ("role", "elevated"), [(Role.ANALYST, False), (Role.INCIDENT_OFFICER, True), (Role.ADMINISTRATOR, False)]
)
def test_nobody_but_a_supervisor_types_everyday_figures(world, role, elevated):
    with pytest.raises(Forbidden):
        officer(world, DAK_HA, role=role, elevated=elevated)


@pytest.mark.parametrize(
    ("role", "elevated"), [(Role.SUPERVISOR, True), (Role.INCIDENT_OFFICER, False), (Role.ANALYST, False)]
)
def test_counts_of_cases_are_typed_by_incident_officers_after_the_second_step(world, role, elevated):
    with pytest.raises(Forbidden):
        officer(world, DAK_HA, role=role, kind="cases", elevated=elevated)


@pytest.mark.parametrize("beginning", [ReleaseWorld])
def test_a_measure_of_incidents_is_no_everyday_figure_and_the_reverse(world, services):
    cases = operator(world, kind="cases")
    file = paper(row("62@2020-12-31", "phieu_b.cases", 97, year=2020))
    _, report = loaded(world, file, cases)
    assert counts(report) == (1, 0, 0, 0)
    with services.reading(services.operator()) as uow:
        (one,) = uow.paper_figures.of_year(world.project_id, 2020)
    assert one.is_sensitive
    with pytest.raises(NotFound):
        check_order(services, operator(world).order)
    file.seek(0)
    assert codes(tried(world, file, operator(world))) == ["paper.row.unknown_key"]


@pytest.mark.parametrize("beginning", [ReleaseWorld])
def test_an_incident_officer_types_what_lies_below_the_post_and_sees_no_more(world, services):
    account = world.actor(Role.INCIDENT_OFFICER, DAK_HA, elevated=True)
    asker = asker_of(services, account, "cases")
    load = Load(ImportOrder(world.project_id, "cases", services.today()), asker)
    rows = (row("23500@2021-12-31", "phieu_b.cases", 1), row(TU_MO_RONG, "phieu_b.cases", 2))
    _, report = loaded(world, paper(*rows), load)
    assert (counts(report), codes(report)) == ((1, 0, 0, 1), ["register.row.elsewhere"])
    loaded(world, paper(row("23293", "phieu_b.cases", 3)), operator(world, kind="cases"))
    with services.reading(asker.sight) as uow:
        assert [str(one.value) for one in uow.paper_figures.of_year(world.project_id, 2021)] == ["1"]

"""The sheet of release tables: its grammar, what it may name, and how tables of one form hang together."""

from __future__ import annotations

import pytest
from suppression_attacker import pinned

from server.forms.logic import compile_expression
from server.forms.sheets import Row, Sheet
from server.indicators.contribution import Combine
from server.indicators.measures import Breakdown, Measure
from server.indicators.plan import PlanRefused, read_plan
from server.indicators.releases import ReleasePeriod, Rows, faults_with, read_releases
from server.indicators.releases_layout import Extent, ReleaseLayout, categories_of, families_of
from server.indicators.suppression import suppress
from server.indicators.suppression_tables import CellKey

RELEASE = {
    "name": "xa",
    "label::vi": "Số vụ theo xã (mẫu)",
    "measure": "b.cases",
    "rows": "commune",
    "period": "year",
    "breakdown": "harm",
    "k": "5",
}
QUARTERLY = {**RELEASE, "name": "quy", "rows": "province", "period": "quarter", "breakdown": ""}


def sheet(*rows):
    header = tuple(dict.fromkeys(column for row in rows for column in row))
    return Sheet("releases", header, tuple(Row(number, row) for number, row in enumerate(rows, start=2)))


def measure(name="cases", where="/data/kind = 'new'", **changed):
    facts = {
        "code": f"b.{name}",
        "label": None,
        "over": None,
        "over_selected": False,
        "where": compile_expression(where) if where else None,
        "value": None,
        "subject": None,
        "combine": Combine.SUM,
        "date": None,
        "place": None,
        "by": (Breakdown("harm", compile_expression("/data/harm")),),
    }
    return Measure(**(facts | changed))


def faults(*rows):
    return [(one.code, one.row, one.column) for one in read_releases(sheet(*rows)).faults]


def test_a_table_says_what_it_shows_by_what_and_from_which_number_on():
    one, quarterly = read_releases(
        sheet({one: text for one, text in RELEASE.items() if one != "k"}, QUARTERLY)
    ).releases
    assert (one.measure, one.rows, one.period, one.question, one.k) == (
        "b.cases",
        Rows.COMMUNE,
        ReleasePeriod.YEAR,
        "harm",
        5,
    )
    assert (quarterly.rows, quarterly.period, quarterly.question) == (Rows.PROVINCE, ReleasePeriod.QUARTER, "")
    assert (one.form_id, one.label_en) == ("b", one.label_vi)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"name": ""}, "plan.empty_cell", "name"),
        ({"name": "x" * 61}, "plan.too_long", "name"),
        ({"label::vi": ""}, "plan.empty_cell", "label::vi"),
        ({"measure": ""}, "plan.empty_cell", "measure"),
        ({"rows": "village"}, "plan.unknown_word", "rows"),
        ({"period": "month"}, "plan.unknown_word", "period"),
        ({"period": "quarter"}, "plan.release_too_fine", "period"),
        ({"k": "1"}, "plan.bad_k", "k"),
        ({"k": "năm"}, "plan.bad_k", "k"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_by_its_cell(cells, code, column):
    assert faults(QUARTERLY, {**RELEASE, **cells}) == [(code, 3, column)]


def test_tables_of_one_name_or_with_another_k_and_missing_columns_are_faults():
    assert faults(RELEASE, RELEASE) == [("plan.repeated_release", 3, "name")]
    assert faults(RELEASE, {**QUARTERLY, "k": "7"}) == [("plan.release_k_differs", 3, "k")]
    assert faults({"name": "xa", "label::vi": "Bảng (mẫu)"}) == [
        ("plan.no_column", 1, column) for column in ("measure", "rows", "period")
    ]


def test_only_counts_of_sensitive_forms_and_their_own_questions_may_be_named():
    counted, summed = measure(), measure("money", value=compile_expression("/data/cost"))
    measures = {one.code: one for one in (counted, summed)}
    rows = (RELEASE, {**RELEASE, "measure": "b.money"}, {**RELEASE, "measure": "a.b"}, {**RELEASE, "breakdown": "sex"})
    found = list(faults_with(read_releases(sheet(*rows)).releases, measures))
    assert [(one.code, one.row, one.column) for one in found] == [
        ("plan.release_not_a_count", 3, "measure"),
        ("plan.release_unknown_measure", 4, "measure"),
        ("plan.release_unknown_breakdown", 5, "breakdown"),
    ]


def test_a_plan_may_hold_release_tables_alone_and_its_faults_are_told_with_the_others():
    assert [one.name for one in read_plan([sheet(RELEASE, QUARTERLY)]).releases] == ["xa", "quy"]
    with pytest.raises(PlanRefused) as refused:
        read_plan([sheet({**RELEASE, "rows": "village"})])
    assert {one.code for one in refused.value.faults} == {"plan.no_sheet", "plan.unknown_word"}


def test_a_measure_with_more_conditions_is_a_part_of_the_other_and_counts_no_case_without_it():
    part = {**RELEASE, "name": "bao", "measure": "b.told", "breakdown": ""}
    whole, told = measure(), measure("told", "/data/kind = 'new' and string-length(/data/told) > 0")
    (family,) = families_of(read_releases(sheet(RELEASE, part)).releases, {one.code: one for one in (whole, told)})
    assert family.memberships == ("b.cases", "b.cases b.told")
    victims = measure("victims", over=compile_expression("/data/victim"))
    other = {**part, "measure": "b.victims"}
    apart = families_of(read_releases(sheet(RELEASE, other)).releases, {one.code: one for one in (whole, victims)})
    assert [one.measures for one in apart] == [("b.cases",), ("b.victims",)]


def layout(*rows, communes=(1, 2, 3)):
    releases = read_releases(sheet(*rows)).releases
    measures = {
        "b.cases": measure(),
        "b.told": measure("told", "/data/kind = 'new' and /data/told = 'yes'"),
    }
    (family,) = families_of(releases, measures)
    answers = {"harm": categories_of("harm", ("low", "high"))[:2]}
    return ReleaseLayout(family, Extent(dict.fromkeys(communes, 9), (1, 3), answers))


def test_every_cell_is_found_from_its_cases_and_its_needs_alike():
    tables = layout(RELEASE, QUARTERLY, {**RELEASE, "name": "bao", "measure": "b.told"})
    every = [
        (c, q, m, h) for c in tables.aspects[0] for q in (1, 3) for m in tables.aspects[2] for h in tables.aspects[3]
    ]
    for key in tables.cells:
        needs = tables.needs_of(key)
        for case in every:
            is_met = all(case[aspect] in wanted for aspect, wanted in needs.items())
            assert is_met == (key in tables.keys_of(case)), (key, case)
    assert CellKey("b.cases", 9, 3, "") in tables.cells
    assert CellKey("b.cases", 1, 3, "") not in tables.cells, "no commune by quarter"


def test_a_part_that_is_the_whole_hides_with_it():
    told = {**RELEASE, "name": "bao", "measure": "b.told", "breakdown": ""}
    tables = layout({**RELEASE, "breakdown": ""}, told)
    cases = [(1, 1, "b.cases b.told", *())] * 2 + [(2, 1, "b.cases b.told")] * 9 + [(3, 3, "b.cases b.told")] * 8
    released = suppress(tables, cases)
    hidden = {(key.measure, key.unit_id) for key in released.unseen}
    assert {unit for measure_, unit in hidden if measure_ == "b.cases"} == {unit for m, unit in hidden if m == "b.told"}


def test_the_attacker_pins_nothing_in_declared_tables():
    tables = layout(RELEASE, QUARTERLY, {**RELEASE, "name": "bao", "measure": "b.told"})
    tables_cases = [
        (commune, 1 + 2 * (n % 2), "b.cases b.told" if n % 3 else "b.cases", f"harm={'low' if n % 4 else 'high'}")
        for commune, count in ((1, 3), (2, 11), (3, 26))
        for n in range(count)
    ]
    released = suppress(tables, tables_cases)
    assert pinned([_Enumerated(released)]) == {}


class _Enumerated:
    """A release whose layout can name every kind of case there may be, as the attacker asks."""

    def __init__(self, published):
        self.layout, self.cases = self, published.cases
        self.small, self.hidden = published.small, published.hidden
        self._layout = published.layout
        self.cells, self.keys_of = self._layout.cells, self._layout.keys_of

    def every_case(self):
        one, two, three, four = self._layout.aspects
        return [(a, b, c, d) for a in one for b in two for c in three for d in four]

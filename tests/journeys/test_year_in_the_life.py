"""A year in the life of a province, counted twice: by the server, and by hand from the papers alone.

Villages, households, clubs and staff of the real numbers (a five-hundredth by default), the reform of 1 July 2025 in
the middle, edits, rejections, late uploads, households merged and parted. Every cell of every indicator of both plans
must say what the hand count says, on the boundaries before and after, and so must every cell of the report workbooks.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from openpyxl import load_workbook

from server.operations.figure_questions import FigureQuestion
from server.operations.load_units import SEED_FILE, seed_text
from server.operations.read_figures import indicator_table
from server.operations.rebuild_figures import rebuild_figures
from tests.journeys.year_count import MAIN, Count
from tests.journeys.year_facts import year_of
from tests.journeys.year_papers import FORMS, written
from tests.journeys.year_reports import ReportCount
from tests.journeys.year_world import PLANS, YearWorld

pytestmark = pytest.mark.database
OLD, NEW = "until-2025-06-30", "from-2025-07-01"
HOUSEHOLDS = {"I2", "I2a", "I2b", "I5", "I5a", "I5b", "I6", "I6a", "I6b"}
POVERTY = {"I5-n": "poor", "I5-cn": "near_poor"}
GROUPS = {"I5-cs": "policy", "I5-kt": "disabled", "I5-kk": "hardship"}
MAIN_CLUBS, OTHER_CLUBS = {"I4a", "I4b"}, {"I4a-k", "I4b-k"}
COMMUNES = {"I3", "I3a"}
STAFF = {"I1": date(2021, 1, 1), "I1a": None, "I1b": None}
"""Since when a course counts; None: for 24 months, and in the year alone."""
ELSEWHERE = ("I7", "I8")
"""Published in release tables and taken from others' books: no paper of these forms says anything of them."""


@pytest.mark.parametrize(
    ("share", "live"),
    [
        pytest.param(0.002, 40, id="a five-hundredth"),
        pytest.param(0.05, 300, id="a twentieth", marks=pytest.mark.full),
        pytest.param(1, 3000, id="whole", marks=pytest.mark.full),
    ],
)
def test_every_cell_of_every_indicator_is_what_the_papers_say(services, share, live):
    year = year_of(2025, share, seed_text(SEED_FILE))
    world = YearWorld(services, year, live=live)
    services.now.advance(days=10)  # into 2026: a year to come has no figures
    hand = HandCount(year, world)
    codes = [code for name in PLANS for code in _codes(name)]
    assert {code for code in codes if not code.startswith(ELSEWHERE)} == hand.codes
    shown = 0
    for code, asked, frame in product(dict.fromkeys(codes), (2025, 2026), (OLD, NEW)):
        table = indicator_table(services, world.account, FigureQuestion(code, asked, frame=frame))
        if code.startswith(ELSEWHERE):
            assert {one.figure.value for one in table.rows} | {table.total.value} == {None}
        else:
            shown += hand.prove(table, code, asked, frame)
    assert shown > 2000
    assert ReportCount(world, hand).prove(every=1 if share >= 0.05 else 60) > 1000
    assert {one.differed for one in rebuild_figures(services)} == {0}


def _codes(plan):
    """Return the codes of a plan's indicators."""
    with closing(load_workbook(FORMS / "plans" / f"{plan}.xlsx")) as book:
        head, *rows = book["indicators"].iter_rows(values_only=True)
    return [row[head.index("code")] for row in rows if any(row)]


class HandCount:
    """What each cell should say: numerator and denominator by the unit's code, on old and new boundaries."""

    codes = HOUSEHOLDS | set(POVERTY) | set(GROUPS) | MAIN_CLUBS | OTHER_CLUBS | COMMUNES | {*STAFF, "I6-kv"}

    def __init__(self, year, world):
        self.year, self.world = year, world
        clubs = {one.entity_id: one.kind for one in year.clubs}
        poverty = {one.entity_id: one.kind for one in year.households}
        groups = {one.entity_id: one.groups for one in year.households}
        going_on = {one.code for one in year.communes if one.goes_on}
        self.count = Count(year.merged, clubs, poverty, groups, going_on)
        for order, paper in sorted(world.counting, key=lambda pair: pair[0]):
            self.count.read(order, written(paper))
        self.lies = {}
        origins = defaultdict(list)
        for commune in year.communes:
            self.lies[commune.code, "before"] = (commune.code, commune.new_code)
            origins[commune.new_code].append(commune.code)
        for code, parts in origins.items():
            self.lies[code, "after"] = (parts[0] if len(parts) == 1 else None, code)
        for one in year.villages:
            for code in (one.code, one.new_code):
                self.lies[code, "village"] = (one.commune.code, one.commune.new_code)

    def prove(self, table, code, asked, frame):
        """Prove every cell of a table and return how many there are."""
        above, below = self._placed(self._numerator(code, asked), frame), self._denominator(code, asked, frame)
        if code in COMMUNES:
            above = {commune: min(1, number) for commune, number in above.items() if commune is not None}
        if code in STAFF:
            above, below = (self._by_province(part, frame) for part in (above, below))
        cells = 0
        for row in table.rows:
            key = self._code_of(row.unit, table.frame)
            expected = above.get(key, 0), below.get(key, 0)
            assert (row.figure.numerator, row.figure.denominator) == expected, (code, asked, frame, key)
            cells += _is_right(row.figure, expected)
        whole = sum(above.values()), sum(below.values())
        assert (table.total.numerator, table.total.denominator) == whole, (code, asked, frame)
        unplaced = (above.get(None, 0), below.get(None, 0))
        found = (table.unplaced.numerator, table.unplaced.denominator) if table.unplaced else (0, 0)
        assert found == unplaced, (code, asked, frame)
        return cells + _is_right(table.total, whole)

    def placed(self, code, asked, frame):
        """Return what the papers say of how each commune stood at the end, on the boundaries of *frame*.

        Where the new commune has told itself, what its parts told before it was made is of the past.
        """
        numbers = self.count.numerator(code, asked)
        if frame == NEW:
            told = {place: self.lies[place[:5], "before"][1] for place in numbers if place[6:] < "2025-07-01"}
            spoken = {place[:5] for place in numbers.keys() - told.keys()}
            numbers = {place: number for place, number in numbers.items() if told.get(place) not in spoken}
        return self._placed(numbers, frame)

    def _numerator(self, code, asked):
        if code in {"I1", "I1a"}:
            return self._trained(STAFF[code] or date(asked - 1, 1, 1), date(asked, 12, 31))
        return self.count.numerator("I6" if code == "I6-kv" else code, asked)

    def _trained(self, first, last):
        """Return how many of the staff of each village were at a course between two days."""
        found = defaultdict(int)
        for one in self.year.staff:
            found[one.village.code] += any(first <= day <= last for day in self.count.trained[one.entity_id])
        return found

    def _denominator(self, code, asked, frame):
        """Return how many of the year's list lie in each commune; lists say what they said on 31 December."""
        year = self.year
        if code == "I6-kv":
            return self._placed(self.count.numerator("visited", asked), frame)
        if code in COMMUNES:
            which = {one.code if frame == OLD else one.new_code for one in year.communes}
            return dict.fromkeys(which, 1)
        entries = [one for one in year.households if one.entity_id not in year.merged]
        if code in POVERTY:
            entries = [one for one in entries if one.kind == POVERTY[code]]
        if code in GROUPS:
            entries = [one for one in entries if GROUPS[code] in one.groups.split()]
        if code in MAIN_CLUBS | OTHER_CLUBS:
            entries = [one for one in year.clubs if (one.kind in MAIN) == (code in MAIN_CLUBS)]
        if code in STAFF:
            entries = year.staff
        found = defaultdict(int)
        for one in entries:
            found[self.lies[one.village.code, "village"][frame == NEW]] += 1
        return found

    def _placed(self, numbers, frame):
        """Return numbers by the commune their places lie in on the boundaries of *frame*."""
        found = defaultdict(int)
        for place, number in numbers.items():
            code, _, day = place.partition("@")
            when = "village" if not day else "before" if day < "2025-07-01" else "after"
            found[self.lies[code, when][frame == NEW]] += number
        return found

    @staticmethod
    def _by_province(numbers, frame):
        """Return what lies in the province; a commune made of several had no place before it was made."""
        placed = {None: numbers[None]} if numbers.get(None) else {}
        inside = sum(number for commune, number in numbers.items() if commune is not None)
        return placed | {"62" if frame == OLD else "51": inside}

    def _code_of(self, unit, frame):
        day = "2025-06-30" if frame == OLD else "2026-01-01"
        periods = self.world.territory.periods
        return next(
            one.code
            for one in periods
            if one.unit_id == unit.unit_id
            and (one.valid_from is None or one.valid_from.isoformat() <= day)
            and (one.valid_to is None or one.valid_to.isoformat() >= day)
        )


def _is_right(figure, expected):
    """Prove the value of one figure."""
    above, below = expected
    if below == 0:
        assert figure.value is None
    else:
        assert abs(Fraction(figure.value) - Fraction(above * 100, below)) < Fraction(1, 10**9)
    return 1

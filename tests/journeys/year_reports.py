"""The report workbooks of the year counted by hand: every cell of every layout, of communes, districts and provinces.

What a cell should say is known from its row's name or its column's heading alone. 2024 is on the old boundaries, 2025
on the new ones. Nobody typed a figure, so those cells are empty; of cases nothing was published, and they say so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import closing
from functools import cache
from io import BytesIO

from openpyxl import load_workbook

from server.indicators.periods import Period
from server.operations.fill_report import fill_report
from server.operations.report_filling import ReportOrder
from tests.journeys.year_papers import FORMS

BY_LEVEL = {
    "province": ("yearly-2017-province",),
    "district": ("district-2011",),
    "commune": ("yearly-2017-commune", "commune-2011"),
}
LAYOUTS = tuple(name for names in BY_LEVEL.values() for name in names)
ALL, CASES, PAPER_OF_CASES = "households", "cases", "typed cases"
MARKS = {CASES: "chưa công bố", PAPER_OF_CASES: "ẩn"}
ROWS = {
    "2017-I.1": ALL, "2017-I.1.1": "one_parent", "2017-I.1.2": "gen1", "2017-I.1.3": "gen2", "2017-I.1.4": "gen3",
    "2017-I.1.5": "other", "2011-I.1": ALL, "2011-I.1.1": "gen2", "2011-I.1.4": "gen3", "2011-I.1.5": "gen1",
    "2011-I.1.7": "other", "2017-III.1": "ministry", "2017-III.2.1": "clb_gdptbv", "2017-III.2.2": "nhom_pcblgd",
    "2017-III.2.3": "addresses", "2017-III.2.4": "hotlines",
}  # fmt: skip
COLUMNS = {
    "Tổng số hộ": ALL, "Hộ một thế hệ": "gen1", "Hộ hai thế hệ": "gen2", "Hộ ba thế hệ": "gen3",
    "Chỉ cha hoặc mẹ với con": "one_parent", "Hộ khác": "other", "Số vụ bạo lực": CASES, "Nạn nhân": CASES,
    "CLB GĐ phát triển bền vững": "clb_gdptbv", "Nhóm PCBLGĐ": "nhom_pcblgd", "Địa chỉ tin cậy": "addresses",
    "Đường dây nóng": "hotlines",
}  # fmt: skip
REPORTED = ("ministry", "addresses", "hotlines")
URBAN = {"phuong", "thi_tran"}


PROVINCES = ((2024, "2024-12-31", "62"), (2025, "2025-12-31", "51"))
"""Each year with the day whose boundaries hold, and the province then."""


class ReportCount:
    """What every cell of the reports should say, from the hand count of the papers and from the lists."""

    def __init__(self, world, hand):
        self.world, self.hand = world, hand
        self.communes = {2024: {}, 2025: {}}
        for one in world.year.communes:
            self.communes[2024][one.code] = (one.name, one.district, one.kind)
            self.communes[2025][one.new_code] = (one.new_name, "51", one.new_kind)
        self.numbers = {year: self._numbers(year) for year in self.communes}

    def prove(self, every):
        """Prove the reports of provinces, and of every *every*-th district and commune; return how many cells."""
        cells = 0
        for asked, day, province in PROVINCES:
            units = {"province": [province], "commune": sorted(self.communes[asked])[::every]}
            units["district"] = sorted({one[1] for one in self.communes[asked].values()} - {province})[::every]
            for level, codes in units.items():
                cells += sum(self._prove(name, code, asked, day) for code in codes for name in BY_LEVEL[level])
        return cells

    def _numbers(self, asked):
        """Return what there is in each commune of the year: households, clubs and what communes reported."""
        found, is_new = defaultdict(lambda: defaultdict(int)), asked == 2025
        year = self.world.year
        gone = year.merged if is_new else {}
        listed = [(ALL, one) for one in year.households if one.entity_id not in gone]
        listed += [(one.hh_type, one) for _, one in listed] + [(one.kind, one) for one in year.clubs]
        listed += [("clubs", one) for one in year.clubs]
        for what, one in listed:
            commune = one.village.commune
            found[commune.new_code if is_new else commune.code][what] += 1
        frame = "from-2025-07-01" if is_new else "until-2025-06-30"
        for what in ("reported", *REPORTED):
            for code, number in self.hand.placed(what, asked, frame).items():
                found[code][what] += number
        return found

    def _says(self, what, codes, asked):
        """Return what a cell should say of these communes together; None: it is empty, as of none there are."""
        if what is None or what in MARKS:
            return MARKS.get(what) if codes or what == PAPER_OF_CASES else None
        whole = "reported" if what in REPORTED else "clubs" if what in {"clb_gdptbv", "nhom_pcblgd"} else ALL
        here = [self.numbers[asked][code] for code in codes if self.numbers[asked][code][whole]]
        return sum(one[what] for one in here) if here else None

    def _prove(self, name, code, asked, day):
        world = self.world
        order = ReportOrder(world.layouts[name], world.unit(f"{code}@{day}"), Period(asked))
        filled = fill_report(world.services, order, has_draft=False).workbook
        below = {one: told for one, told in self.communes[asked].items() if code in {one, told[1], *_above(asked)}}
        cells = 0
        with closing(load_workbook(BytesIO(filled))) as book:
            for cell, key, split, of_cases in _named(name):
                codes = [one for one, told in below.items() if split == "-" or (told[2] in URBAN) == (split == "urban")]
                said = book.worksheets[0][cell].value
                what = of_cases or ROWS.get(key)
                assert said == self._says(what, codes, asked), (name, code, key, split)
                cells += 1
            if "Theo xã, phường" in book.sheetnames:
                cells += self._prove_rows(book["Theo xã, phường"], below, asked)
        return cells

    def _prove_rows(self, sheet, below, asked):
        """Prove the row of each commune and the sum under them."""
        head, *rows = sheet.iter_rows(values_only=True, min_row=4, min_col=2, max_col=2 + len(COLUMNS))
        found = sorted((row for row in rows if row[0]), key=_plain)
        named = [(told[0], [one]) for one, told in below.items()]
        wanted = [
            (label, *(self._says(COLUMNS[title], codes, asked) for title in head[1:]))
            for label, codes in [*named, ("Toàn tỉnh", list(below))]
        ]
        assert [_plain(one) for one in found] == [_plain(one) for one in sorted(wanted, key=_plain)], asked
        return len(wanted) * len(COLUMNS)


def _of_cases(cell):
    if "sensitive" not in cell:
        return None
    return PAPER_OF_CASES if "{{paper" in cell else CASES


def _above(asked):
    return {"62"} if asked == 2024 else set()


def _plain(row):
    return tuple(str(one) for one in row)


@cache
def _named(name):
    """Return the named cells of a layout: where, the name of the row and of the column, what of cases it tells."""
    with closing(load_workbook(FORMS / "reports" / f"{name}.xlsx")) as layout:
        cells = [one for row in layout.worksheets[0].iter_rows() for one in row if "row=" in str(one.value)]
        return [(one.coordinate, *_names(one.value), _of_cases(one.value)) for one in cells]


def _names(text):
    return re.findall(r"\b(?:row|column)=([\w.-]+)", f"{text} column=-")[:2]

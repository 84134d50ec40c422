"""What lies in a unit on other boundaries than those of its year: whole, in part, or not at all."""

from __future__ import annotations

from datetime import date

from server.indicators.releases import Release, ReleasePeriod, Rows
from server.indicators.releases_tables import CellState, ReleasedCell, ReleasedTable
from server.indicators.sources import parse_source
from server.operations.atlas import Map
from server.operations.released_sums import _of_table
from server.operations.typed_sums import laid_out
from server.operations.unit_parts import YearCut
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level
from tests.territory.test_frames import BEFORE, OLD, territory_of

UNITS = (
    "610,Huyện A,district,51,,2025-06-30,", "611,Huyện B,district,51,,2025-06-30,",
    "23001,Xã 1,xa,610,,2025-06-30,24001", "23002,Xã 2,xa,610,,2025-06-30,24001",
    "23003,Xã 3,xa,610,,2025-06-30,24002", "23004,Xã 4,xa,611,,2025-06-30,24002",
    "24001,Xã Một,xa,51,2025-07-01,,", "24002,Xã Hai,xa,51,2025-07-01,,",
)  # fmt: skip
"""Two old districts; one new commune made of communes of the first, one of a commune of each."""


def cut_of_2026():
    territory = territory_of(*UNITS)
    found = {one.code: one.unit_id for one in territory.units_of_level(Level.COMMUNE, date(2026, 1, 1))}
    found |= {one.code: one.unit_id for one in territory.units_of_level(Level.DISTRICT, BEFORE)}
    here = Map(1, territory, {}, (date(2025, 7, 1),), None)
    return found, YearCut(here, Extent(1, 2026, OLD, frozenset({found["610"], found["611"]})), 2026)


def test_a_commune_made_of_several_lies_where_all_of_them_lay_and_in_part_where_some_did():
    found, cut = cut_of_2026()
    told = {
        code: (cut.parts(found[code], Level.COMMUNE), cut.straddling(found[code], Level.COMMUNE))
        for code in ("610", "611")
    }
    assert told == {"610": ({found["24001"]}, {found["24002"]}), "611": (set(), {found["24002"]})}


def test_a_release_table_says_what_of_it_an_old_district_lacks():
    found, cut = cut_of_2026()
    source = parse_source("release:xa")
    cells = tuple(ReleasedCell(one, 0, "", CellState.SHOWN, 9) for one in (found["24001"], found["24002"], 0))
    release = Release("xa", "Bảng", "Table", "f.cases", Rows.COMMUNE, ReleasePeriod.YEAR, "", 5, "", 2)
    sums = _of_table(cut, source, ReleasedTable(release, {}, {}, cells))
    told = {place: (one.thousandths, one.left_out) for (place, _), one in sums.items()}
    assert told == {found["610"]: (9000, 1), None: (9000, 0)}


def test_no_sum_of_typed_numbers_is_made_of_a_part():
    found, cut = cut_of_2026()
    assert laid_out(cut, {found["24001"]: 5, found["24002"]: 7}) == {}

"""What a typed figure is called, and which counts of cases typed from paper may be published."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from server.indicators.paper_figures import PaperFigure, PaperPlace, PaperSource, shown_of
from server.indicators.periods import Period
from server.territory.units import UnitId

AT = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
PLACE = PaperPlace(Period(2020), UnitId(1), "I7")


def versions(*counts, current=None):
    """Return the versions of one figure, of which the last (or the one of that number) is current."""
    current = len(counts) if current is None else current
    return [
        PaperFigure(
            figure_id=number,
            place=PLACE,
            version=number,
            thousandths=None if count is None else count * 1000,
            source=PaperSource("Sổ mẫu"),
            author="Mẫu",
            frame_day=date(2020, 12, 31),
            is_sensitive=True,
            is_current=number == current,
            is_undone=False,
            import_id=1,
            recorded_at=AT,
        )
        for number, count in enumerate(counts, start=1)
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (PaperSource("Báo cáo năm 2021"), "Báo cáo năm 2021"),
        (
            PaperSource("Báo cáo", "12/BC-UBND", date(2021, 12, 5), "Tòa án nhân dân tỉnh"),
            "Báo cáo, số 12/BC-UBND, ngày 05/12/2021 (Tòa án nhân dân tỉnh)",
        ),
        (PaperSource("", "12/BC-UBND"), "số 12/BC-UBND"),
    ],
)
def test_a_document_is_named_on_one_line(source, line):
    assert str(source) == line


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        ((97,), 97),
        ((4,), None),
        ((0,), None),
        ((None,), None),
        ((97, 101), None),  # the difference to what was shown is a count of four
        ((97, 102), 102),
        ((97, 101, 104), 104),  # 101 was never shown
        ((97, 101, 97), 97),
        ((97, 4, 103), 103),
        ((97, None), None),
    ],
)
def test_a_count_of_cases_is_published_if_neither_it_nor_a_difference_is_small(history, shown):
    found = shown_of(versions(*history), k=5)
    assert found == (None if shown is None else shown * 1000)


def test_a_version_that_was_undone_was_seen_all_the_same():
    assert shown_of(versions(97, 102, current=1), k=5) == 97_000
    assert shown_of(versions(97, 102, 100), k=5) is None

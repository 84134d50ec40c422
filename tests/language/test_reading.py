"""Days and hours as people type them."""

from __future__ import annotations

from datetime import date, time

import pytest

from server.language.reading import read_day, read_month, read_time, read_year


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("05/03/2026", date(2026, 3, 5)),
        ("5.3.2026", date(2026, 3, 5)),
        (" 5 / 3 / 2026 ", date(2026, 3, 5)),
        ("05032026", date(2026, 3, 5)),
        ("2026-03-05", date(2026, 3, 5)),
        ("20111210", date(2011, 12, 10)),
        ("20112012", date(2012, 11, 20)),
        ("3/2026", None),
        ("5/3/26", None),
        ("31/02/2026", None),
        ("13/13/2026", None),
        ("٠٥/٠٣/٢٠٢٦", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_day_month_year_and_never_guessed(typed, day):
    assert read_day(typed) == day


@pytest.mark.parametrize(
    ("read", "typed", "found"),
    [
        (read_month, "3/2026", date(2026, 3, 1)),
        (read_month, "032026", date(2026, 3, 1)),
        (read_month, "05/03/2026", date(2026, 3, 1)),
        (read_month, "13/2026", None),
        (read_year, "2026", date(2026, 1, 1)),
        (read_year, "05/03/2026", date(2026, 1, 1)),
        (read_year, "26", None),
        (read_time, "8:30", time(8, 30)),
        (read_time, "0830", time(8, 30)),
        (read_time, "8h30", time(8, 30)),
        (read_time, "24:00", None),
        (read_time, "8", None),
    ],
)
def test_part_of_a_day_is_read_too(read, typed, found):
    assert read(typed) == found

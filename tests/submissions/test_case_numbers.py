"""Of what a phone called a case a masked list shows codes and numbers, never words."""

from __future__ import annotations

import pytest

from server.submissions.case_numbers import case_number


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("B · 573023", "B · 573023"),
        ("B · 2026 · Quý III", "B · 2026 · Quý III"),
        ("573023 · Nguyễn Thị Mẫu", "573023"),
        ("Hộ 41 · 2026 · Gặp được", "2026"),
        ("Nguyễn Thị Mẫu, thôn 1", ""),
        ("B·12", "B"),
        ("", ""),
    ],
)
def test_what_tells_of_nobody_passes(name, shown):
    assert case_number(name) == shown

"""Words are found by their beginnings, as somebody types them who has no accents at hand."""

from __future__ import annotations

import pytest

from server.language.folding import begins_words


@pytest.mark.parametrize(
    ("sought", "is_found"),
    [
        ("", True),
        ("hue", True),
        ("Huệ NGUY", True),
        ("dak.h", True),
        ("uyen", False),
        ("hue lan", False),
    ],
)
def test_each_word_sought_begins_a_word_there(sought, is_found):
    assert begins_words(sought, "Nguyễn Thị Huệ, Xã Đăk Hà") is is_found

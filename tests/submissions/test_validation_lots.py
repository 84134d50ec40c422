"""Numbers drawn by lot are read as the numbers they are, however the device writes them."""

import pytest

LOT = """
| survey | | | | | |
| | type | name | label | relevant | calculation |
| | calculate | lot | | | once(random()) |
| | calculate | half | | | if(${lot} < 0.5, 'a', 'b') |
| | text | if_a | A | ${half} = 'a' | |
"""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("<lot>0.25</lot><half>a</half><if_a/>", []),
        ("<lot>4.2E-4</lot><half>a</half><if_a/>", []),  # as the device writes numbers below a thousandth
        ("<lot>1.5E7</lot><half>b</half>", []),
        ("<lot>0.75</lot><half>a</half>", [("answer.calculate_differs", "/data/half", "error")]),
        ("<lot>word</lot><half>b</half>", []),
    ],
)
def test_a_number_drawn_by_lot_is_the_number_in_whatever_notation(found, answers, expected):
    assert found(LOT, answers) == expected

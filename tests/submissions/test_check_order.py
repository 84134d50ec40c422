"""A circle of calculates or conditions is found, and told at the row it goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.forms.sheets import Row, Sheet
from server.submissions.check_order import cycle_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.submissions.rules import Compiled

HEAD = "| survey | | | | |\n| | type | name | label | relevant | calculation |\n"


@pytest.mark.parametrize(
    "rows",
    [
        "| | calculate | a | | | ${b} + 1 |\n| | calculate | b | | | ${a} + 1 |\n",
        "| | text | a | A | ${b} = 'x' | |\n| | text | b | B | ${a} = 'x' | |\n",
        "| | calculate | a | | | ${b} |\n| | calculate | b | | | ${c} |\n| | calculate | c | | | ${a} |\n",
    ],
)
def test_circle_is_a_fault(compiled: Callable[[str], Compiled], rows: str) -> None:
    found = cycle_faults(compiled(HEAD + rows), ())
    assert found
    assert {fault.code for fault in found} == {"form.logic.cycle"}
    assert all(fault.is_error for fault in found)


def test_circle_is_placed_in_its_row(compiled: Callable[[str], Compiled]) -> None:
    form = compiled(HEAD + "| | calculate | a | | | ${b} |\n| | calculate | b | | | ${a} |\n")
    cells = [{"type": "calculate", "name": name, "calculation": "x"} for name in "ab"]
    survey = Sheet("survey", ("type", "name", "calculation"), tuple(Row(n, one) for n, one in enumerate(cells, 2)))
    (fault, *_) = cycle_faults(form, (survey,))
    assert (fault.sheet, fault.column) == ("survey", "calculation")
    assert fault.row in (2, 3)


def test_chain_of_calculates_is_no_circle(compiled: Callable[[str], Compiled]) -> None:
    rows = "| | integer | n | N | | |\n| | calculate | a | | | ${n} |\n| | calculate | b | | | ${a} + ${n} |\n"
    assert cycle_faults(compiled(HEAD + rows), ()) == ()

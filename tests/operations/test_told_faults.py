"""A fault of a file is told where it is, however much of that is known."""

from __future__ import annotations

from itertools import product

import pytest

from server.forms.faults import Fault
from server.language.catalogue import LANGUAGES, load_catalogue
from server.operations.import_report import told_fault

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("sheet", "row", "column"), [*product(("", "Hộ"), (None, 3), ("", "Mã thôn"))])
def test_whatever_is_known_of_where_a_fault_is_has_its_words(sheet, row, column, language):
    fault = Fault("register.row.excel_fault", {"given": "#N/A"}, sheet=sheet, row=row, column=column)
    where = told_fault(fault, CATALOGUE, language).where
    assert all(str(one) in where for one in (sheet, row, column) if one)
    assert "register.place" not in where
    assert bool(where) == any((sheet, row, column))

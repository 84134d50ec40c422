"""docs/form-logic.md is what its program writes, and leaves out no function."""

from __future__ import annotations

from pathlib import Path

from scripts.pages.form_logic import page
from server.forms.logic import FUNCTIONS

COMMITTED = Path(__file__).parents[2] / "docs" / "form-logic.md"


def test_committed_page_is_what_the_program_writes() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == page()


def test_every_function_has_a_line_with_its_example() -> None:
    text = page()
    assert [name for name in FUNCTIONS if f"| `{name}(" not in text] == []
    assert [one.name for one in FUNCTIONS.values() if f"`{one.example}`" not in text] == []


def test_no_example_fails_but_for_what_only_the_phone_knows() -> None:
    lines = [line for line in page().splitlines() if "logic." in line]
    assert lines == []

"""Each form's folder is whole: the workbook, its snapshot, its media, and examples with what should be found."""

from __future__ import annotations

from pathlib import Path

import pytest

FORMS = Path(__file__).parents[2] / "xlsforms"
FOLDERS = sorted(one.name for one in FORMS.iterdir() if one.is_dir() and one.name not in {"plans", "reports"})


def test_the_five_forms_are_there():
    assert FOLDERS == [
        "commune_register", "household_conduct_survey", "household_register", "incident", "training_event",
    ]  # fmt: skip


@pytest.mark.parametrize("form_id", FOLDERS)
def test_a_form_has_its_workbook_and_its_snapshot(form_id):
    assert (FORMS / form_id / "form.xlsx").is_file()
    assert f'id="{form_id}"' in (FORMS / form_id / "form.xml").read_text(encoding="utf-8") or form_id == "incident"


@pytest.mark.parametrize("form_id", FOLDERS)
def test_every_example_says_what_should_be_found(form_id):
    examples = FORMS / form_id / "examples"
    filled = {one.stem for one in examples.glob("*.xml")}
    expected = {one.name.removesuffix(".expected.json") for one in examples.glob("*.expected.json")}
    assert filled == expected
    assert any(name.startswith("bad_") for name in filled)
    assert any(not name.startswith("bad_") for name in filled)


def test_forms_hold_no_code():
    assert list(FORMS.rglob("*.py")) == []

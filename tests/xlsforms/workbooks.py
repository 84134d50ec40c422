"""The committed workbooks, their snapshots and examples as plain values for the tests of this folder."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lxml import etree
from openpyxl import load_workbook

ROOT = Path(__file__).resolve().parent.parent.parent
XLSFORMS = ROOT / "xlsforms"
FORMS = ("household_register", "household_conduct_survey", "training_event", "incident", "commune_register")
VI, EN = "Tiếng Việt (vi)", "English (en)"
LANGUAGES = (VI, EN)
QUESTION = re.compile(r"\$\{(?:last-saved#)?([^}]+)\}")


@cache
def sheet(workbook, name):
    """Return the filled rows of a sheet as (row number, column → text)."""
    book = load_workbook(workbook, read_only=True)
    rows = book[name].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    numbered = enumerate(rows, start=2)
    filled = [(n, {k: str(v) for k, v in zip(header, row, strict=False) if v is not None}) for n, row in numbered]
    book.close()
    return tuple((number, cells) for number, cells in filled if cells)


def rows(form, name):
    """Return the rows of sheet *name* of a form's workbook."""
    return [cells for _, cells in sheet(XLSFORMS / form / "form.xlsx", name)]


def survey(form):
    """Return the survey rows of a form."""
    return rows(form, "survey")


def settings(form):
    """Return the one settings row of a form."""
    return rows(form, "settings")[0]


def question(form, name):
    """Return the survey row called *name*."""
    return next(row for row in survey(form) if row.get("name") == name and not row["type"].startswith("end_"))


def types(form):
    """Return the first word of every row's type: select_one, integer, note, …."""
    return [row["type"].split()[0] for row in survey(form)]


def xform(form):
    """Return the parsed snapshot of a form."""
    return etree.parse(XLSFORMS / form / "form.xml").getroot()


def examples(form):
    """Return the example instances of a form, by path."""
    return sorted((XLSFORMS / form / "examples").glob("*.xml"))


EVERY_EXAMPLE = [(form, path) for form in FORMS for path in examples(form)]
EVERY_EXAMPLE_ID = [f"{form}/{path.stem}" for form, path in EVERY_EXAMPLE]

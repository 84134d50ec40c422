"""The varied sample forms: each a Markdown table in ``forms/``, converted once, with the files it names beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyxform.xls2xform import convert

from server.forms.attached_lists import attached_lists
from server.forms.xform import read_form
from server.submissions.rules import Compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.lists import ChoiceList

FOLDER = Path(__file__).parent / "forms"
NAMES = sorted(path.stem for path in FOLDER.iterdir() if path.is_file())
SETTINGS = """| settings | | | |
| | form_title | form_id | version |
| | Phiếu mẫu | sample | 1 |
"""


@dataclass(frozen=True, slots=True)
class VariedForm:
    """One sample form ready for both engines."""

    name: str
    xform: bytes
    media: Mapping[str, bytes]
    compiled: Compiled
    lists: Mapping[str, ChoiceList]


@cache
def varied_form(name: str) -> VariedForm:
    """Return the sample form of that name."""
    if name in PROJECT_FORMS:
        folder = PROJECT_FORMS[name]
        files = {path.name: path.read_bytes() for path in (folder / "media").glob("*")}
        return made(name, (folder / "form.xml").read_bytes(), files)
    ready = FOLDER / f"{name}.xml"
    if ready.exists():
        return made(name, ready.read_bytes(), {})
    table = LONG_TABLE if name == "long" else (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    converted = convert(table.rstrip() + "\n" + SETTINGS, file_type=".md")
    media = {path.name: path.read_bytes() for path in (FOLDER / "media").iterdir()}
    if converted.itemsets:
        media["itemsets.csv"] = converted.itemsets.encode()
    return made(name, converted.xform.encode(), media)


def made(name: str, xform: bytes, media: Mapping[str, bytes]) -> VariedForm:
    """Return the form those bytes hold with the lists it names."""
    definition = read_form(xform)
    return VariedForm(name, xform, media, Compiled.of(definition), attached_lists(definition, media.get))


def long_table(questions: int) -> str:
    """Return a form of that many questions in three repeats and the open, each looking back."""
    rows = ["| survey | | | | | | |", "| | type | name | label | required | constraint | relevant | calculation |"]
    for number in range(questions):
        if number in _REPEATS_AT:
            rows.append(f"| | begin repeat | r{number} | Lần | | | | |")
        kind = ("integer", "select_one yn", "text", "decimal", "calculate")[number % 5]
        constraint = ". >= 0 and . <= 100" if kind in ("integer", "decimal") else ""
        looks_at = number - 4 if number % 10 > 4 else 2
        relevant = f"${{q{looks_at}}} != 'zz'" if number > 9 else ""
        calculation = f"concat(${{q{number - 1}}}, '-', ${{q0}})" if kind == "calculate" else ""
        rows.append(f"| | {kind} | q{number} | Câu {number} | | {constraint} | {relevant} | {calculation} |")
        if number - 9 in _REPEATS_AT:
            rows.append("| | end repeat | | | | | | |")
    choices = "| choices | | | |\n| | list_name | name | label |\n| | yn | yes | Có |\n| | yn | no | Không |\n"
    return "\n".join(rows) + "\n" + choices


_REPEATS_AT = (50, 120, 190)
LONG_TABLE = long_table(250)
PROJECT_FORMS = {path.parent.name: path.parent for path in (FOLDER.parents[2] / "xlsforms").glob("*/form.xml")}

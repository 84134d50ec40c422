"""Reading which figures an address asks for, and writing it back into links.

What cannot be read is as if it were not there, as in `asked`; what can be read and does not exist is refused by the
operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for

from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import Part
from server.territory.units import Level
from server.web.console.asked import number, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = {one.value: one for one in Level}


@dataclass(frozen=True, slots=True)
class AskedFigures:
    """A question as its address asks it; *parameters* are the same for links, without what goes without saying."""

    question: FigureQuestion
    parameters: Mapping[str, Any]
    first: int
    """The place of the first row to show."""

    def address(self, endpoint: str, /, **other: object) -> str:
        """Return the address of a page of indicators with the same question, but for *other*; None leaves out."""
        return url_for(f"console.{endpoint}", code=self.question.code, **{**self.parameters, **other})

    def behind(self, part: str, unit_id: int | None, year: int | None = None, after: int | None = None) -> str:
        """Return the address of what makes one number."""
        shown = {"part": None if part == Part.NUMERATOR.value else part, "unit": unit_id, "after": after}
        return self.address("indicator_records", level=None, within=None, **shown, **_year(year))


def asked_figures(arguments: Mapping[str, str], code: str, this_year: int) -> AskedFigures:
    """Return the figures that the parameters of an address ask for."""
    question = FigureQuestion(
        code,
        number(arguments.get("year")) or this_year,
        number(arguments.get("project")),
        arguments.get("frame") or None,
        _LEVELS.get(arguments.get("level", "")),
        unit_of(arguments.get("within")),
    )
    written = {
        "year": question.year,
        "project": question.project_id,
        "frame": question.frame,
        "level": question.level.value if question.level else None,
        "within": question.within,
    }
    return AskedFigures(question, written, number(arguments.get("first")) or 0)


def _year(year: int | None) -> dict[str, int]:
    return {} if year is None else {"year": year}

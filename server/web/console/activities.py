"""The page of activities: how many there were in a year and how many attended, of everything or of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import request

from server.operations.read_activities import ActivityQuestion, activity_choices, activity_table
from server.web.console.asked import number, unit_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.grids import activity_grid

if TYPE_CHECKING:
    from flask import Response

    from server.indicators.activities import ActivityTable
    from server.operations.services import Services
    from server.web.console.screen import Screen

_YEARS_BACK = 6


@dataclass(frozen=True, slots=True)
class ActivityPages:
    """The page of activities and its files."""

    services: Services
    screen: Screen

    def table(self) -> Response:
        """Show the activities of a year."""
        question, this_year = self._question(), self.services.today().year
        return self.screen.page(
            "activities.html",
            table=self._table(question),
            question=question,
            units=activity_choices(self.services, question),
            years=sorted({question.year, *range(this_year - _YEARS_BACK + 1, this_year + 1)}),
        )

    def file(self, kind: str) -> Response:
        """Send the activities as a file."""
        language = chosen_language()
        say = partial(self.screen.say, language=language)
        return grid_file(activity_grid(self._table(self._question()), language, say), kind)

    def _table(self, question: ActivityQuestion) -> ActivityTable:
        return activity_table(self.services, signed_in(self.services).account, question)

    def _question(self) -> ActivityQuestion:
        asked = request.args
        year = number(asked.get("year")) or self.services.today().year
        return ActivityQuestion(
            year, number(asked.get("project")), unit_of(asked.get("within")), asked.get("frame") or None
        )

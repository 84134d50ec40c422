"""The addresses of the JSON door: each reads its parameters, calls one operation and shapes what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from server.errors import NotFound
from server.operations.browse_register import RegisterQuestion, browse_register
from server.operations.browse_submissions import Question, browse_submissions
from server.operations.figure_questions import FigureQuestion
from server.operations.read_entity import read_entity
from server.operations.read_figures import indicator_table, list_indicators
from server.operations.sights import Desk
from server.web.api.parameters import (
    EntityParameters,
    FigureParameters,
    Parameters,
    RegisterParameters,
    SubmissionParameters,
    cursor_text,
    read_cursor,
    read_parameters,
)
from server.web.api.shapes import EntityPageShape, EntityViewShape, IndicatorShape, IndicatorTableShape, RecordPageShape
from server.web.identity import signed_in

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.services import Services
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Views:
    """What programs may ask for."""

    services: Services

    def indicators(self) -> dict[str, Any]:
        """Return every indicator in force, with its project and the years that have a target."""
        read_parameters(Parameters())
        shape = IndicatorShape()
        return {
            "indicators": [
                {
                    "plan": one.plan_name,
                    "project_id": one.project_id,
                    "project": one.project_name,
                    "years": one.years,
                    "indicator": shape.dump(one.indicator),
                }
                for one in list_indicators(self.services, self._account())
            ]
        }

    def figures(self, code: str) -> dict[str, Any]:
        """Return one indicator by unit, or the row of one unit."""
        asked = read_parameters(FigureParameters())
        year = self.services.today().year if asked["year"] is None else asked["year"]
        question = FigureQuestion(code, year, asked["project"], asked["frame"])
        table = indicator_table(self.services, self._account(), question)
        unit_id = self._unit(asked["unit"])
        if unit_id is not None:
            table = replace(table, rows=tuple(row for row in table.rows if row.unit.unit_id == unit_id))
            if not table.rows:
                raise NotFound("api.no_row", unit=asked["unit"])
        shaped: dict[str, Any] = IndicatorTableShape().dump(table)
        return shaped

    def submissions(self) -> dict[str, Any]:
        """Return a page of the records in the asker's territory, newest first."""
        asked = read_parameters(SubmissionParameters())
        question = Question(
            Desk.EVERYDAY,
            is_practice=asked["practice"],
            form_key=asked["form"],
            unit_id=self._unit(asked["unit"]),
            states=frozenset() if asked["state"] is None else frozenset({asked["state"]}),
            is_flagged=asked["flagged"],
            first_day=asked["first_day"],
            last_day=asked["last_day"],
            words=asked["words"],
        )
        page = browse_submissions(self.services, self._account(), question, after=read_cursor(asked["after"]))
        shaped: dict[str, Any] = RecordPageShape().dump(
            {"records": page.records, "total": page.total, "next_after": cursor_text(page.following)}
        )
        return shaped

    def register(self, list_name: str) -> dict[str, Any]:
        """Return a page of a list of the asker's territory, by village."""
        asked = read_parameters(RegisterParameters())
        question = RegisterQuestion(
            list_name,
            is_practice=asked["practice"],
            unit_id=self._unit(asked["unit"]),
            show=asked["show"],
            words=asked["words"],
        )
        page = browse_register(self.services, self._account(), question, after=asked["after"])
        shaped: dict[str, Any] = EntityPageShape().dump(
            {"entities": page.entities, "total": page.total, "next_after": page.following}
        )
        return shaped

    def entity(self, entity_key: int) -> dict[str, Any]:
        """Return one entity of the asker's territory with its history."""
        asked = read_parameters(EntityParameters())
        view = read_entity(self.services, self._account(), entity_key, before=asked["before"])
        shaped: dict[str, Any] = EntityViewShape().dump(view)
        return shaped

    def _account(self) -> Account:
        return signed_in(self.services).account

    def _unit(self, reference: str | None) -> UnitId | None:
        """Return the unit meant by ``CODE`` or ``CODE@day``; raises what `Territory.resolve` raises."""
        if reference is None:
            return None
        return self.services.atlas.current().territory.resolve(reference, self.services.today()).unit_id

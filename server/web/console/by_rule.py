"""The page of what was approved by rule: each run with its rule, how many records, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.operations.approve_clean import list_runs
from server.operations.sights import Desk
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class RulePages:
    """The page of runs; there are none at the desk of incidents."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the runs of late."""
        runs = list_runs(self.services, signed_in(self.services).account, Desk.EVERYDAY)
        return self.screen.page("by_rule.html", runs=runs)

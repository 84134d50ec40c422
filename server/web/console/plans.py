"""The pages of plans: those in force, a workbook sent to look at, what it would change or what is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, cast

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.indicators.plan import PlanRefused
from server.language.names import tidy_name
from server.operations.import_report import told_fault
from server.operations.offer_plan import (
    LONGEST_NAME,
    drop_offer,
    offer_plan,
    plan_desk,
    plan_workbook,
    publish_offer,
    read_offer,
)
from server.operations.publish_plan import PlanSource
from server.web.console.asked import number
from server.web.console.imports import WORKBOOK
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.grids import file_name

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen
    from server.web.openrosa.multipart import PartStream

MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class PlanPages:
    """The pages of plans."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the plans in force and the form to send a workbook with."""
        desk = plan_desk(self.services, self._account())
        return self.screen.page("plans.html", desk=desk, faults=(), did=request.args.get("did"))

    def send(self) -> Response:
        """Look at a workbook: lead to what it would change, or say what is wrong in it."""
        file = request.files.get("file")
        if file is None or not file.filename:
            raise InvalidInput("register.no_file")
        name = tidy_name(request.form.get("name", "")) or tidy_name(PurePath(file.filename).stem)
        part = cast("PartStream", file.stream)
        content = part.content()
        part.close()
        try:
            project_id = number(request.form.get("project")) or 0
            offer_plan(self.services, self._account(), project_id, PlanSource(name, content))
        except PlanRefused as refused:
            return self._refused(name, refused)
        return make_response(redirect(url_for("console.plans_offer"), 303))

    def offer(self) -> Response:
        """Show what publishing would change."""
        shown = read_offer(self.services, self._account())
        return self.screen.page("plan_offer.html", shown=shown, most=MOST_SHOWN)

    def publish(self) -> Response:
        """Let what was seen be in force."""
        published = publish_offer(self.services, self._account(), request.form.get("seen", ""))
        return make_response(redirect(url_for("console.plans", did=published.name), 303))

    def forget(self) -> Response:
        """Keep it no longer."""
        drop_offer(self.services, self._account())
        return make_response(redirect(url_for("console.plans"), 303))

    def workbook(self, plan_id: int) -> Response:
        """Send the workbook of a plan in force."""
        name, content = plan_workbook(self.services, self._account(), plan_id)
        response = make_response(content)
        response.content_type = WORKBOOK
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name) or "plan"}.xlsx"'
        return response

    def _refused(self, name: str, refused: PlanRefused) -> Response:
        told = [told_fault(one, self.services.catalogue, chosen_language()) for one in refused.faults[:MOST_SHOWN]]
        return self.screen.page(
            "plans.html",
            status=400,
            desk=plan_desk(self.services, self._account()),
            faults=told,
            fault_count=len(refused.faults),
            name=name[:LONGEST_NAME],
            did=None,
        )

    def _account(self) -> Account:
        return signed_in(self.services).account

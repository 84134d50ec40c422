"""The pages *Biểu mẫu*: forms in force, who still has an old one, a workbook to look at, a trial in one village."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.forms.faults import FormRefused, tell
from server.operations.try_form import (
    SentForm,
    drop_form_offer,
    end_trial,
    form_desk,
    give_to_all,
    offer_form_files,
    publish_form_offer,
    read_form_offer,
)
from server.web.console.asked import number
from server.web.console.plans import MOST_SHOWN
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response
    from werkzeug.datastructures import FileStorage

    from server.access.actors import Account
    from server.forms.faults import Fault, Told
    from server.operations.services import Services
    from server.web.console.screen import Screen
    from server.web.openrosa.multipart import PartStream


@dataclass(frozen=True, slots=True)
class FormPages:
    """The pages of forms."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the forms in force, and whose phones do not have them yet."""
        desk = form_desk(self.services, self._account())
        return self.screen.page("forms.html", desk=desk, faults=(), did=request.args.get("did"))

    def send(self) -> Response:
        """Look at a workbook: lead to what it would change, or say everything that is wrong in it."""
        file = request.files.get("file")
        if file is None or not file.filename:
            raise InvalidInput("register.no_file")
        beside = {one.filename: _content(one) for one in request.files.getlist("beside") if one.filename}
        project_id = number(request.form.get("project")) or 0
        sent = SentForm(project_id, file.filename, _content(file), beside)
        try:
            offer_form_files(self.services, self._account(), sent)
        except FormRefused as refused:
            return self._refused(file.filename, refused)
        return make_response(redirect(url_for("console.forms_offer"), 303))

    def offer(self) -> Response:
        """Show what publishing would change."""
        shown = read_form_offer(self.services, self._account())
        warnings = self._told(shown.warnings)
        return self.screen.page("form_offer.html", shown=shown, warnings=warnings, most=MOST_SHOWN)

    def publish(self) -> Response:
        """Publish what was seen, for one place or for everybody."""
        unit = request.form.get("unit", "") if request.form.get("to") == "trial" else ""
        if request.form.get("to") == "trial" and not unit:
            raise InvalidInput("form.no_village")
        try:
            publish_form_offer(self.services, self._account(), request.form.get("seen", ""), unit)
        except FormRefused as refused:
            return self._refused("", refused)
        return make_response(redirect(url_for("console.forms", did="trial" if unit else "published"), 303))

    def forget(self) -> Response:
        """Keep it no longer."""
        drop_form_offer(self.services, self._account())
        return make_response(redirect(url_for("console.forms"), 303))

    def give(self, version_id: int) -> Response:
        """Give what was tried to everybody."""
        give_to_all(self.services, self._account(), version_id)
        return make_response(redirect(url_for("console.forms", did="published"), 303))

    def end(self, version_id: int) -> Response:
        """End a trial."""
        end_trial(self.services, self._account(), version_id)
        return make_response(redirect(url_for("console.forms", did="ended"), 303))

    def _refused(self, name: str, refused: FormRefused) -> Response:
        return self.screen.page(
            "forms.html",
            status=400,
            desk=form_desk(self.services, self._account()),
            faults=self._told(refused.faults),
            fault_count=len(refused.faults),
            name=name[:120],
            did=None,
        )

    def _told(self, faults: Iterable[Fault]) -> list[Told]:
        catalogue, language = self.services.catalogue, chosen_language()
        return [tell(one, catalogue, language) for one in list(faults)[:MOST_SHOWN]]

    def _account(self) -> Account:
        return signed_in(self.services).account


def _content(file: FileStorage) -> bytes:
    part = cast("PartStream", file.stream)
    content = part.content()
    part.close()
    return content

"""The JSON door as a part of the application: its addresses, the permissions they need, and refusals as JSON.

It knows its askers by the console's session and adds no right of its own. Sensitive records and measures are not to be
had here at all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify
from werkzeug.exceptions import HTTPException

from server.access.roles import Permission
from server.errors import DomainError
from server.web.api.views import Views
from server.web.guard import requires
from server.web.statuses import status_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from server.operations.services import Services

log = logging.getLogger(__name__)


def register_api(app: Flask, services: Services) -> None:
    """Add the JSON door to *app*, at ``/api/v1``."""
    views = Views(services)
    door = Blueprint("api", __name__, url_prefix="/api/v1")

    @door.get("/figures")
    @requires(Permission.READ_FIGURES)
    def indicators() -> ResponseReturnValue:
        return jsonify(views.indicators())

    @door.get("/figures/<code>")
    @requires(Permission.READ_FIGURES)
    def figures(code: str) -> ResponseReturnValue:
        return jsonify(views.figures(code))

    @door.get("/submissions")
    @requires(Permission.READ_SUBMISSIONS)
    def submissions() -> ResponseReturnValue:
        return jsonify(views.submissions())

    _add_registers(door, views)

    @door.errorhandler(DomainError)
    def refused(fault: DomainError) -> ResponseReturnValue:
        return _refusal(services, fault.code, fault.params, status_of(fault))

    @door.errorhandler(Exception)
    def failed(fault: Exception) -> ResponseReturnValue:
        if isinstance(fault, HTTPException) and fault.code is not None:
            return _refusal(services, "api.bad_request", {}, fault.code)
        log.error("api.failed", exc_info=fault)
        return _refusal(services, "api.failed", {}, 500)

    app.register_blueprint(door)


def _add_registers(door: Blueprint, views: Views) -> None:
    @door.get("/registers/<list_name>")
    @requires(Permission.READ_REGISTER)
    def register(list_name: str) -> ResponseReturnValue:
        return jsonify(views.register(list_name))

    @door.get("/entities/<int:entity_key>")
    @requires(Permission.READ_REGISTER)
    def entity(entity_key: int) -> ResponseReturnValue:
        return jsonify(views.entity(entity_key))


def _refusal(services: Services, code: str, params: dict[str, object], status: int) -> ResponseReturnValue:
    message = services.catalogue.sentence(code, params, "vi")
    told = {"code": code, "message": message}
    return jsonify(error=told | ({"parameters": params["faults"]} if "faults" in params else {})), status

"""The composition root: services become an application.

Nothing is looked up anywhere else; a test makes its own services and hands them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from server.access.roles import Permission
from server.errors import DomainError
from server.operations.open_services import make_services
from server.web.api.register import register_api
from server.web.console.register import console_refusal, register_console
from server.web.guard import check_every_route_is_guarded, guard_routes, requires
from server.web.openrosa.multipart import FieldRequest
from server.web.openrosa.refusals import PREFIX, refuse
from server.web.openrosa.routes import register_openrosa
from server.web.row_ids import RowId

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from server.operations.services import Services

__all__ = ["create_app", "make_services"]


def create_app(services: Services) -> Flask:
    """Return the application with every door open and every route guarded."""
    app = Flask(__name__, static_folder=None)
    app.request_class = FieldRequest
    app.url_map.converters["int"] = RowId
    app.url_map.merge_slashes = False  # its redirect would carry a phone's key to http, whatever TLS stands in front
    app.config.update(
        SECRET_KEY=services.settings.secret_key,
        MAX_CONTENT_LENGTH=services.settings.largest_post_bytes,
        NEW_INCOMING_FILE=services.media.incoming,
    )
    register_openrosa(app, services)
    register_console(app, services)
    register_api(app, services)
    app.add_url_rule("/healthz", "health", requires(Permission.PUBLIC)(lambda: _health(services)))
    guard_routes(app, services)
    _answer_refusals(app, services)
    check_every_route_is_guarded(app)
    return app


def _health(services: Services) -> ResponseReturnValue:
    """Answer a load balancer: 200 while the database answers, 503 otherwise."""
    with services.reading(services.operator()) as uow:
        uow.units.revision()
    return "ok\n", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}


def _answer_refusals(app: Flask, services: Services) -> None:
    """Let every refusal be spoken in the language of the door it happened at."""

    def answer(fault: Exception) -> ResponseReturnValue:
        if request.path.startswith(PREFIX):
            return refuse(services, fault)
        return console_refusal(services, fault)

    for kind in (DomainError, HTTPException, Exception):
        app.register_error_handler(kind, answer)

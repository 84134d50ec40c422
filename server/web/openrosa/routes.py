"""The addresses phones use, in the shape ODK Central gave them.

Each stands twice: below ``/v1/key/<token>/projects/<id>`` and, for Digest and Basic, below ``/v1/projects/<id>``.
Downloads name the version's own id, so that a list, its form and its files can never be of different versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from server.access.roles import Permission
from server.operations.envelope import Held
from server.operations.identify_sender import may_read, may_send, note_contact, note_download
from server.operations.list_forms import entity_states, file_of, files_of, forms_for, version_for
from server.operations.receive_submission import receive_submission
from server.web.guard import requires
from server.web.openrosa.multipart import closing, read_envelope
from server.web.openrosa.responses import (
    download,
    empty,
    forms_xml,
    integrity_xml,
    listing,
    manifest_xml,
    message,
    quoted,
)
from server.web.openrosa.senders import identify

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender

KEYED = "/v1/key/<token>/projects/<int:project_id>"
PLAIN = "/v1/projects/<int:project_id>"
_FORM_FILE = "/forms/<path:form_id>/versions/<int:version_id>"
_CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
    ".geojson": "application/geo+json",
}


def register_openrosa(app: Flask, services: Services) -> None:
    """Add the phones' addresses to *app*."""
    door = Blueprint("openrosa", __name__)
    _Door(services).open(door)
    app.register_blueprint(door)


class _Door:
    def __init__(self, services: Services) -> None:
        self._services = services

    def open(self, door: Blueprint) -> None:
        routes: list[tuple[str, list[str], Callable[..., Response]]] = [
            ("/formList", ["GET"], self.form_list),
            (f"{_FORM_FILE}/form.xml", ["GET"], self.form),
            (f"{_FORM_FILE}/manifest", ["GET"], self.manifest),
            (f"{_FORM_FILE}/files/<name>", ["GET"], self.file),
            ("/entities/<name>/integrity", ["GET"], self.integrity),
            ("/submission", ["GET", "HEAD"], self.submission_limits),
            ("/submission", ["POST"], self.submission),
        ]
        for rule, methods, view in routes:
            guarded = requires(Permission.OPENROSA)(_as_function(view))
            for prefix, kind in ((KEYED, "keyed"), (PLAIN, "plain")):
                endpoint = f"{view.__name__}_{kind}"
                door.add_url_rule(prefix + rule, endpoint, guarded, methods=methods)

    def form_list(self, project_id: int, token: str | None = None) -> Response:
        sender = self._reader(project_id, token)
        note_contact(self._services, sender)
        forms = forms_for(self._services, sender)
        wanted = request.args.get("formID")
        chosen = [one for one in forms if wanted in {None, one.form_id}]
        return listing(forms_xml(chosen, f"{self._base(project_id, token)}/forms"))

    def form(self, *, project_id: int, form_id: str, version_id: int, token: str | None = None) -> Response:
        sender = self._reader(project_id, token)
        version = version_for(self._services, sender, form_id, version_id)
        note_download(self._services, sender, version_id)
        return download(lambda: version.xform, "text/xml; charset=utf-8", version.md5)

    def manifest(self, *, project_id: int, form_id: str, version_id: int, token: str | None = None) -> Response:
        sender = self._reader(project_id, token)
        version = version_for(self._services, sender, form_id, version_id)
        base = self._base(project_id, token)
        address = f"{base}/forms/{quoted(version.form_id)}/versions/{version_id}"
        return listing(
            manifest_xml(
                files_of(self._services, sender, version), address, f"{self._base(project_id, token)}/entities"
            )
        )

    def file(self, *, project_id: int, form_id: str, version_id: int, name: str, token: str | None = None) -> Response:
        sender = self._reader(project_id, token)
        version = version_for(self._services, sender, form_id, version_id)
        body = file_of(self._services, sender, version, name)
        return download(body.read, _content_type(name), body.md5)

    def integrity(self, *, project_id: int, name: str, token: str | None = None) -> Response:
        sender = self._reader(project_id, token)
        ids = [one for given in request.args.getlist("id") for one in given.split(",") if one]
        return listing(integrity_xml(entity_states(self._services, sender, name, ids)))

    def submission_limits(self, project_id: int, token: str | None = None) -> Response:
        may_send(self._services, identify(self._services, project_id, token))
        answer = empty()
        answer.headers["X-OpenRosa-Accept-Content-Length"] = str(self._services.settings.advertised_post_bytes)
        return answer

    def submission(self, project_id: int, token: str | None = None) -> Response:
        sender = may_send(self._services, identify(self._services, project_id, token))
        with closing(read_envelope(request, self._services.settings)) as envelope:
            receipt = receive_submission(self._services, sender, envelope)
        if isinstance(receipt, Held):
            return message(self._services.catalogue.sentence("openrosa.held", {}, "vi"), 202)
        return message(self._services.catalogue.sentence("openrosa.received", {}, "vi"), 201)

    def _reader(self, project_id: int, token: str | None) -> Sender:
        return may_read(identify(self._services, project_id, token))

    def _base(self, project_id: int, token: str | None) -> str:
        key = f"/v1/key/{token}" if token else "/v1"
        return f"{self._services.settings.public_url}{key}/projects/{project_id}"


def _as_function(view: Callable[..., Response]) -> Callable[..., Response]:
    """Return *view* as a plain function, on which a permission can be written."""

    def answer(**arguments: object) -> Response:
        return view(**arguments)

    return answer


def _content_type(name: str) -> str:
    suffix = f".{name.rpartition('.')[2].lower()}"
    return _CONTENT_TYPES.get(suffix, "application/octet-stream")

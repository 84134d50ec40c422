"""Every answer a phone gets is built here: headers, content types and the XML of OpenRosa.

Collect wants ``text/xml`` and X-OpenRosa-Version on lists, and shows the text of the first un-prefixed ``message``
element of a submission's answer. Source: https://docs.getodk.org/openrosa/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from flask import Response, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from server.operations.list_forms import ListedFile
    from server.storage.repositories.forms import PublishedVersion

XML = "text/xml; charset=utf-8"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def message(text: str, status: int) -> Response:
    """Return the OpenRosaResponse that says *text*."""
    return xml(
        f'<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f'<message nature="">{escape(text)}</message></OpenRosaResponse>',
        status,
    )


def xml(body: str, status: int = 200) -> Response:
    """Return *body* as an OpenRosa document."""
    return with_headers(Response(_DECLARATION + body, status, content_type=XML))


def listing(body: str) -> Response:
    """Return a list, or 304 when the phone has exactly this one."""
    answer = xml(body)
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def download(read: Callable[[], bytes], content_type: str, etag: str) -> Response:
    """Return the bytes of a form or file, or 304 when the phone has them: then they are not even made."""
    is_known = request.if_none_match.contains_weak(etag)
    answer = with_headers(Response(b"" if is_known else read(), content_type=content_type))
    answer.set_etag(etag)
    answer.make_conditional(request)
    return answer


def empty() -> Response:
    """Return the 204 that HEAD /submission is for; without a Location, which would redirect the POST."""
    answer = with_headers(Response(status=204))
    del answer.headers["Content-Type"]
    return answer


def with_headers(answer: Response) -> Response:
    """Add what every OpenRosa answer carries."""
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["Content-Language"] = "vi"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    return answer


def forms_xml(forms: Iterable[PublishedVersion], address: str) -> str:
    """Return the xforms list; *address* is the absolute URL of ``…/forms`` without a trailing slash."""
    return (
        '<xforms xmlns="http://openrosa.org/xforms/xformsList">'
        + "".join(_form_xml(one, f"{address}/{quoted(one.form_id)}/versions/{one.version_id}") for one in forms)
        + "</xforms>"
    )


def _form_xml(form: PublishedVersion, address: str) -> str:
    manifest = f"<manifestUrl>{escape(address)}/manifest</manifestUrl>" if form.files else ""
    return (
        f"<xform><formID>{escape(form.form_id)}</formID><name>{escape(form.title)}</name>"
        f"<version>{escape(form.version)}</version><hash>md5:{form.md5}</hash>"
        f"<downloadUrl>{escape(address)}/form.xml</downloadUrl>{manifest}</xform>"
    )


def manifest_xml(files: Iterable[ListedFile], address: str, lists_address: str) -> str:
    """Return the manifest; the addresses are the absolute URLs of the version and of the project's entity lists."""
    return (
        '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">'
        + "".join(_file_xml(one, address, lists_address) for one in files)
        + "</manifest>"
    )


def _file_xml(file: ListedFile, address: str, lists_address: str) -> str:
    kind, integrity = "", ""
    if file.is_entity_list:
        place = f"{lists_address}/{quoted(file.name.removesuffix('.csv'))}/integrity"
        kind, integrity = ' type="entityList"', f"<integrityUrl>{escape(place)}</integrityUrl>"
    return (
        f"<mediaFile{kind}><filename>{escape(file.name)}</filename><hash>md5:{file.md5}</hash>"
        f"<downloadUrl>{escape(address)}/files/{quoted(file.name)}</downloadUrl>{integrity}</mediaFile>"
    )


def integrity_xml(states: Mapping[str, bool]) -> str:
    """Return what became of entities by id: true where the phone must drop it. No comments, which break Collect."""
    entities = "".join(
        f"<entity id={quoteattr(entity_id)}><deleted>{'true' if is_deleted else 'false'}</deleted></entity>"
        for entity_id, is_deleted in states.items()
    )
    return f"<data><entities>{entities}</entities></data>"


def quoted(name: str) -> str:
    """Return *name* as one percent-encoded path segment."""
    return quote(name, safe="")

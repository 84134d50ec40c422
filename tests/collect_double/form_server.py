"""A server of forms, their files and their entity lists, for tests of what a phone asks for and keeps."""

from urllib.parse import parse_qs, urlsplit

from .blank_forms import md5
from .recording_server import OPENROSA, Answer, Recorded, RecordingServer

XML = (("Content-Type", "text/xml; charset=utf-8"), *OPENROSA.items())


def xform(form_id: str, version: str, text: str = "") -> bytes:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>'
        f'<h:title>Mẫu {form_id}{text}</h:title><model><instance><data id="{form_id}" version="{version}"/></instance>'
        "</model></h:head><h:body/></h:html>"
    ).encode()


class FormServer:
    """A server of forms and entity lists held in memory; tests change its shelf and its manners.

    A list in ``lists`` (by name: its version and its CSV) is offered with every form that has media of that name.
    ``deleted`` are the entities it says are gone, ``unknown`` those it does not speak of.
    """

    def __init__(self) -> None:
        self.forms: dict[str, tuple[str, bytes, dict[str, bytes]]] = {}
        self.lists: dict[str, tuple[str, bytes]] = {}
        self.list_type = "entityList"
        self.deleted: set[str] = set()
        self.unknown: set[str] = set()
        self.overrides: dict[str, Answer] = {}
        self.headers = XML
        self.recording: RecordingServer

    def publish(self, form_id: str, version: str, *, text: str = "", media: dict[str, bytes] | None = None) -> None:
        self.forms[form_id] = (version, xform(form_id, version, text), media or {})

    def answer(self, request: Recorded) -> Answer:
        path = request.path.partition("?")[0]
        if path in self.overrides:
            return self.overrides[path]
        if path.endswith("/integrity"):
            return Answer(200, self._integrity(request), self.headers)
        body, headers = self._found(path)
        etag = (("ETag", f'"{md5(body)}"'), ("Cache-Control", "no-cache"))
        if request.header("If-None-Match") == f'"{md5(body)}"':
            return Answer(304, headers=etag)
        return Answer(200, body, (*headers, *etag))

    def _found(self, path: str) -> tuple[bytes, tuple[tuple[str, str], ...]]:
        if path == "/formList":
            return self._form_list(), self.headers
        _, form_id, what = path.split("/", 2)
        _, form, media = self.forms[form_id]
        match what:
            case "form.xml":
                return form, ()
            case "manifest":
                return self._manifest(form_id, media), self.headers
            case _ if what.removesuffix(".csv") in self.lists:
                return self.lists[what.removesuffix(".csv")][1], ()
            case _:
                return media[what], ()

    def _form_list(self) -> bytes:
        items = "".join(
            f"<xform><formID>{form_id}</formID><name>{form_id}</name><version>{version}</version>"
            f"<hash>md5:{md5(form)}</hash><downloadUrl>{self.recording.url}/{form_id}/form.xml</downloadUrl>"
            + (f"<manifestUrl>{self.recording.url}/{form_id}/manifest</manifestUrl>" if media else "")
            + "</xform>"
            for form_id, (version, form, media) in self.forms.items()
        )
        return f'<xforms xmlns="http://openrosa.org/xforms/xformsList">{items}</xforms>'.encode()

    def _manifest(self, form_id: str, media: dict[str, bytes]) -> bytes:
        items = "".join(self._entry(f"{self.recording.url}/{form_id}/{name}", name, media[name]) for name in media)
        return f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{items}</manifest>'.encode()

    def _entry(self, url: str, name: str, content: bytes) -> str:
        told = f"<filename>{name}</filename><downloadUrl>{url}</downloadUrl>"
        listed = self.lists.get(name.removesuffix(".csv"))
        if listed is None:
            return f"<mediaFile>{told}<hash>md5:{md5(content)}</hash></mediaFile>"
        integrity = f"<integrityUrl>{url.removesuffix('.csv')}/integrity</integrityUrl>"
        return f'<mediaFile type="{self.list_type}">{told}<hash>md5:{listed[0]}</hash>{integrity}</mediaFile>'

    def _integrity(self, request: Recorded) -> bytes:
        ids = parse_qs(urlsplit(request.path).query)["id"][0].split(",")
        states = "".join(
            f'<entity id="{one}"><deleted>{"true" if one in self.deleted else "false"}</deleted></entity>'
            for one in ids
            if one not in self.unknown
        )
        return f"<data><entities>{states}</entities></data>".encode()

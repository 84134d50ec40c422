"""A phone with ODK Collect on it, seen from the network: it checks for forms and sends what was filled.

It fills nothing: see ``engine``. Source: ODK Collect v2026.3 OpenRosaServerInstanceUploader, OpenRosaClient,
WebCredentialsUtils, AndroidUserAgent.
"""

import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from .blank_forms import BlankForm, FormShelf, SyncReport, with_query
from .credentials import Credentials
from .entity_forms import form_entities, is_edit
from .entity_store import EntityStore
from .mishaps import Interrupted, Mishap
from .multipart import Body, posts
from .openrosa_xml import submission_message
from .survey import Survey
from .wire import Exchange, Response, Wire

USER_AGENT = "org.odk.collect.android/v2026.3.0 Dalvik/2.1.0 (Linux; U; Android 13; sample Build/TP1A.220624.014)"
DEFAULT_ACCEPT_LENGTH = 10_000_000
FULL_SUCCESS = "full submission upload was successful!"
SMOOTH = Mishap()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one sending: ``message`` is what the person reads.

    ``status`` is that of the last POST (or of the HEAD where it ended there), None where the connection broke.
    """

    ok: bool
    message: str
    status: int | None
    head: Response | None
    posts: tuple[Response, ...]


class Phone:
    """One phone, one project. Threads may send at the same time."""

    def __init__(
        self,
        server_url: str,
        *,
        username: str = "",
        password: str = "",
        device_id: str = "collect:sampledevice0001",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.server_url = server_url
        self.device_id = device_id
        self._own = Wire(USER_AGENT, Credentials(username, password), clock, trust)
        self._others = Wire(USER_AGENT, Credentials("", ""), clock, trust)
        self._shelf = FormShelf(self._get)
        self._filled: dict[str | None, tuple[str, str | None]] = {}
        self._finalising = Lock()
        self._submission_url: str | None = None

    @property
    def meta(self) -> dict[str, str]:
        """The device properties forms read: give them to ``JavaRosa.fill``."""
        return {"deviceid": self.device_id, "username": self._own.credentials.username}

    @property
    def forms(self) -> dict[str, BlankForm]:
        """The blank forms the person sees, by form id; of several versions the one downloaded last.

        Older versions stay on the phone but out of sight (``hide_old_form_versions``).
        """
        return {form.form_id: form for form in self._shelf.forms if not form.hidden}

    @property
    def hidden_forms(self) -> list[BlankForm]:
        """Forms the server dropped, kept out of sight for the filled forms that need them."""
        return [form for form in self._shelf.forms if form.hidden]

    @property
    def entities(self) -> EntityStore:
        """The entities on the phone, shared by all its forms."""
        return self._shelf.entities

    def media(self, form_id: str) -> dict[str, bytes]:
        """The files a form finds when it is filled: the entity lists as they stand now, and before them its own media.

        A form loaded with them does not see later changes: load it anew.
        """
        lists = {f"{name}.csv": self.entities.render(name) for name in self.entities.lists}
        return {**lists, **self.forms[form_id].media}

    @property
    def log(self) -> list[Exchange]:
        """Every request that went out, oldest first."""
        return self._own.log

    def keep_filled(self, survey: Survey) -> None:
        """Lay a finalised form on the phone: what it says of entities is done here at once, sent or not.

        An edit of a form that was sent does nothing to them. From now on the blank form is hidden, not deleted, when
        the server drops it.
        """
        with self._finalising:
            if survey.instance_id not in self._filled:
                self._change_entities(survey)
            self._filled[survey.instance_id] = (survey.form_id, survey.version)

    def sync(self) -> SyncReport:
        """Check the server's list and make the phone match it exactly."""
        with self._online():
            return self._shelf.match_exactly(self.server_url.rstrip("/") + "/formList", set(self._filled.values()))

    def send(self, survey: Survey, mishap: Mishap = SMOOTH, *, accept_length: int | None = None) -> Sent:
        """Send a survey: HEAD, then as many POSTs as it takes. *accept_length* overrides what the server asks for.

        A survey that was not yet kept on the phone is kept first: Collect sends only what it has finalised.
        """
        self.keep_filled(survey)
        with self._online():
            return self._send(survey, mishap, accept_length)

    def send_in_parallel(self, survey: Survey, times: int) -> list[Sent]:
        """Send the same survey *times* at once, each from a thread of its own."""
        with ThreadPoolExecutor(times) as threads:
            return list(threads.map(lambda _: self.send(survey), range(times)))

    def _change_entities(self, survey: Survey) -> None:
        of_its_version = [
            form for form in self._shelf.forms if (form.form_id, form.version) == (survey.form_id, survey.version)
        ]
        if of_its_version:
            instance = ET.fromstring(survey.xml)
            if not is_edit(instance):
                self.entities.apply(form_entities(of_its_version[-1].xform, instance))

    @contextmanager
    def _online(self) -> Iterator[None]:
        """Keep connections alive through one check or one sending; by the next, the server has closed them."""
        try:
            yield
        finally:
            self._own.close()
            self._others.close()

    def _send(self, survey: Survey, mishap: Mishap, accept_length: int | None) -> Sent:
        url = self._submission_url or self._with_device(self.server_url.removesuffix("/") + "/submission")
        head = None
        if self._submission_url is None:
            try:
                head = self._wire(url).head(url)
                url = self._after_head(url, head)
            except ConnectionError as error:
                return Sent(False, str(error), None, None, ())
            except HeadRefused as refusal:
                return Sent(False, str(refusal), head.status if head else None, head, ())
        bodies = posts(survey, accept_length or _accept_length(head), mishap)
        return self._send_posts(url, bodies, mishap, head)

    def _send_posts(self, url: str, bodies: list[Body], mishap: Mishap, head: Response | None) -> Sent:
        answers: list[Response] = []
        for number, body in enumerate(bodies):
            try:
                answer = self._wire(url).post(url, body, mishap if number == mishap.on_post else SMOOTH)
            except (Interrupted, ConnectionError, TimeoutError) as error:
                return Sent(False, str(error) or type(error).__name__, None, head, tuple(answers))
            answers.append(answer)
            if answer.status not in {201, 202}:
                break
        last = answers[-1]
        return Sent(last.status in {201, 202}, _outcome(last), last.status, head, tuple(answers))

    def _after_head(self, url: str, head: Response) -> str:
        """Return where to POST.

        Any 2xx but 204 ends the sending, as does 401; all other codes are ignored.
        """
        if head.status == 401:
            raise HeadRefused(f"Invalid username or password for server: {urlsplit(url).hostname}")
        if head.status != 204:
            if 200 <= head.status < 300:
                raise HeadRefused(
                    f"Failed to send to {url}. Is this an OpenRosa submission endpoint? "
                    f"HEAD request result status code: {head.status}"
                )
            return url
        location = head.header("Location")
        if location is None:
            return url
        moved = urlsplit(location)
        if moved.hostname != urlsplit(url).hostname:
            raise HeadRefused(f"Unexpected redirection attempt to a different host: {location}")
        self._submission_url = moved._replace(query=moved.query or urlsplit(url).query).geturl()
        return self._submission_url

    def _get(self, url: str) -> Response:
        address = self._with_device(url)
        return self._wire(address).get(address)

    def _wire(self, url: str) -> Wire:
        """The project's user and password go to the project's own host and to no other."""
        same_host = urlsplit(url).hostname == urlsplit(self.server_url).hostname
        return self._own if same_host else self._others

    def _with_device(self, url: str) -> str:
        return with_query(url, "deviceID", self.device_id)


class HeadRefused(Exception):
    """The HEAD before the POSTs ended the sending."""


def _accept_length(head: Response | None) -> int:
    text = head.header("X-OpenRosa-Accept-Content-Length") if head is not None and head.status == 204 else None
    return int(text) if text is not None and text.isdecimal() else DEFAULT_ACCEPT_LENGTH


def _outcome(answer: Response) -> str:
    message = submission_message(answer.body)
    match answer.status:
        case 201 | 202:
            return "Success" if message in {None, FULL_SUCCESS} else str(message)
        case 200:
            return "Error: Network login failure? Again?"
        case 204:
            return "java.lang.Exception"
        case 401:
            return f"Error: {answer.reason} (401) at {answer.url}"
        case 400 if message is None:
            return "Failed to upload. Please make sure the form is configured to accept submissions on the server"
        case _ if message is not None:
            return f"Error: {message}"
        case _:
            return f"Error: {answer.reason} ({answer.status}) at {answer.url}"

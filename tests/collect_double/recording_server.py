"""A tiny HTTP server that writes down every request as it came and answers as the test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPENROSA = {"X-OpenRosa-Version": "1.0"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request: header lines in order, the body as received (shorter than announced where it was cut)."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say: headers may repeat, hence pairs."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def openrosa(status: int, message: str) -> Answer:
    """Return an OpenRosaResponse."""
    body = (
        f'<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>{message}</message></OpenRosaResponse>'
    )
    return Answer(status, body.encode(), (("Content-Type", "text/xml"), *OPENROSA.items()))


def accepting(length: int | None = None) -> Callable[[Recorded], Answer]:
    """Return answers of a server that takes every submission, in POSTs of *length* bytes."""
    limit = () if length is None else (("X-OpenRosa-Accept-Content-Length", str(length)),)

    def answer(request: Recorded) -> Answer:
        if request.method == "HEAD":
            return Answer(204, headers=(*OPENROSA.items(), *limit))
        return openrosa(201, "full submission upload was successful!")

    return answer


@dataclass(slots=True)
class RecordingServer:
    """The running server: its address, what it has recorded, and how it answers (exchangeable at any time)."""

    url: str
    answer: Callable[[Recorded], Answer]
    requests: list[Recorded] = field(default_factory=list)
    seen: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int) -> list[Recorded]:
        """Return the requests once there are *count*, for those whose sender does not wait for the answer."""
        with self.seen:
            assert self.seen.wait_for(lambda: len(self.requests) >= count, timeout=5)
            return list(self.requests)

    def posts(self) -> list[Recorded]:
        return [request for request in self.requests if request.method == "POST"]


@contextmanager
def recording_server(answer: Callable[[Recorded], Answer]) -> Iterator[RecordingServer]:
    """Run a server on a free port for the time of a test."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Recorder)
    httpd.daemon_threads = True
    server = RecordingServer(f"http://127.0.0.1:{httpd.server_address[1]}", answer)
    httpd.recording = server  # type: ignore[attr-defined]  # the handler class knows its server only
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


class _Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        recording: RecordingServer = self.server.recording  # type: ignore[attr-defined]  # see recording_server
        announced = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(announced)
        request = Recorded(self.command, self.path, tuple(self.headers.items()), body)
        with recording.seen:
            recording.requests.append(request)
            recording.seen.notify_all()
        if len(body) < announced:
            self.close_connection = True
            return
        answer = recording.answer(request)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing: the requests are recorded."""

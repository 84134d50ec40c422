"""One HTTP client as Collect configures OkHttp: headers, keep-alive, redirects, 401 answers, the disk cache.

It knows HTTP and nothing of forms or submissions. Sources: ODK Collect v2026.3 OkHttpOpenRosaServerClientProvider;
OkHttp 5 RetryAndFollowUpInterceptor, BridgeInterceptor, CacheInterceptor.
"""

import gzip
import http.client
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import SplitResult, urljoin, urlsplit

from .credentials import Credentials
from .mishaps import Interrupted, Mishap
from .multipart import Body

MOST_FOLLOW_UPS = 20
TIMEOUT_SECONDS = 60
REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
REDIRECTS_THAT_KEEP_THE_BODY = frozenset({307, 308})
STALE_CONNECTION = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the app, before redirects and 401 answers."""

    method: str
    url: str
    body: Body | None = None
    mishap: Mishap = field(default_factory=Mishap)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as Collect's code sees it: after redirects, 401 answers, the cache and gunzipping."""

    url: str
    status: int
    reason: str
    headers: http.client.HTTPMessage
    body: bytes
    from_cache: bool = False

    def header(self, name: str) -> str | None:
        """Return a header by name, whatever its case."""
        return self.headers.get(name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that went over the wire and the status that came back."""

    method: str
    url: str
    status: int
    authorized: bool


@dataclass(slots=True)
class Wire:
    """Requests in the name of one user. Threads may share it; each has connections of its own."""

    user_agent: str
    credentials: Credentials
    clock: Callable[[], datetime]
    trust: ssl.SSLContext | None
    log: list[Exchange] = field(default_factory=list)
    _cache: dict[str, tuple[datetime, Response]] = field(default_factory=dict)
    _local: threading.local = field(default_factory=threading.local)

    def get(self, url: str) -> Response:
        """GET, from the cache where it is fresh, checked by ETag or date where it is not."""
        kept = self._cache.get(url)
        if kept is not None and _is_fresh(kept[1], (self.clock() - kept[0]).total_seconds()):
            return replace(kept[1], from_cache=True)
        response = self._follow(Request("GET", url, headers=_conditions(kept)))
        if response.status == http.client.NOT_MODIFIED and kept is not None:
            self._cache[url] = (self.clock(), kept[1])
            return replace(kept[1], from_cache=True)
        self._keep(url, response)
        return response

    def head(self, url: str) -> Response:
        """HEAD, following redirects."""
        return self._follow(Request("HEAD", url))

    def post(self, url: str, body: Body, mishap: Mishap) -> Response:
        """POST a body; a *mishap* breaks the connection in the middle (``Interrupted``)."""
        return self._follow(Request("POST", url, body, mishap))

    def close(self) -> None:
        """Close the connections of this thread."""
        for connection in self._connections().values():
            connection.close()
        self._connections().clear()

    def _keep(self, url: str, response: Response) -> None:
        directives = response.headers.get("Cache-Control", "")
        if response.status == http.client.OK and "no-store" not in directives and response.header("Vary") != "*":
            self._cache[url] = (self.clock(), response)

    def _follow(self, request: Request) -> Response:
        for _ in range(MOST_FOLLOW_UPS + 1):
            response = self._authenticated(request)
            location = response.header("Location")
            if response.status not in REDIRECTS or location is None:
                return response
            request = replace(request, url=urljoin(request.url, location))
            if request.method == "POST" and response.status not in REDIRECTS_THAT_KEEP_THE_BODY:
                # OkHttp turns the POST into a GET: the submission is silently not sent.
                request = replace(request, method="GET", body=None)
        raise ConnectionError(f"Too many follow-up requests: {MOST_FOLLOW_UPS + 1}")

    def _authenticated(self, request: Request) -> Response:
        sent = self.credentials.unasked(request.method, request.url)
        was_unasked = sent is not None
        for _ in range(MOST_FOLLOW_UPS + 1):
            response = self._send(request, sent)
            if response.status != http.client.UNAUTHORIZED:
                return response
            challenges = response.headers.get_all("WWW-Authenticate", [])
            answer = self.credentials.answer(request.method, request.url, challenges, sent)
            if answer is None and was_unasked:
                # What was taken before is refused now: forget it and ask once more without.
                self.credentials.forget(request.url)
                was_unasked = False
            elif answer is None:
                return response
            sent = answer
        return response

    def _send(self, request: Request, authorization: str | None) -> Response:
        address = urlsplit(request.url)
        reused = address.netloc in self._connections()
        try:
            response = self._exchange(request, authorization)
        except STALE_CONNECTION:
            self._drop(address)
            if not reused:
                raise
            # The server had closed the idle connection; OkHttp tries a fresh one without telling the app.
            response = self._exchange(request, authorization)
        self.log.append(Exchange(request.method, request.url, response.status, authorization is not None))
        return response

    def _exchange(self, request: Request, authorization: str | None) -> Response:
        address = urlsplit(request.url)
        connection = self._connection(address)
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in self._headers(request, authorization).items():
            connection.putheader(name, value)
        connection.endheaders()
        if request.body is not None:
            self._write(connection, request.body.chunks(), request.mishap)
        if request.mishap.cut_after is not None or request.mishap.hang_up:
            self._drop(address)
            raise Interrupted("the connection was cut on purpose")
        return self._answer(connection, address)

    def _answer(self, connection: http.client.HTTPConnection, address: SplitResult) -> Response:
        answer = connection.getresponse()
        try:
            content = answer.read()
        except http.client.IncompleteRead as error:
            self._drop(address)
            raise ConnectionError("unexpected end of stream") from error
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if answer.will_close:
            self._drop(address)
        return Response(address.geturl(), answer.status, answer.reason, answer.headers, content)

    def _headers(self, request: Request, authorization: str | None) -> dict[str, str]:
        # The hour is on a 12-hour clock: a bug of Collect's date pattern (hh), kept on purpose.
        headers = {
            "User-Agent": self.user_agent,
            "X-OpenRosa-Version": "1.0",
            "Date": self.clock().astimezone(UTC).strftime("%a, %d %b %Y %I:%M:%S GMT"),
        }
        if authorization is not None:
            headers["Authorization"] = authorization
        if request.body is not None:
            headers |= {"Content-Type": request.body.content_type, "Content-Length": str(request.body.size_bytes)}
        headers |= {"Host": urlsplit(request.url).netloc, "Connection": "Keep-Alive", "Accept-Encoding": "gzip"}
        return headers | request.headers

    def _write(self, connection: http.client.HTTPConnection, chunks: Iterator[bytes], mishap: Mishap) -> None:
        left = mishap.cut_after
        for chunk in chunks:
            connection.send(chunk if left is None else chunk[:left])
            left = None if left is None else left - len(chunk)
            if left is not None and left <= 0:
                return

    def _connections(self) -> dict[str, http.client.HTTPConnection]:
        if not hasattr(self._local, "connections"):
            self._local.connections = {}
        connections: dict[str, http.client.HTTPConnection] = self._local.connections
        return connections

    def _connection(self, address: SplitResult) -> http.client.HTTPConnection:
        connections = self._connections()
        if address.netloc not in connections:
            connections[address.netloc] = (
                http.client.HTTPSConnection(address.netloc, timeout=TIMEOUT_SECONDS, context=self.trust)
                if address.scheme == "https"
                else http.client.HTTPConnection(address.netloc, timeout=TIMEOUT_SECONDS)
            )
        return connections[address.netloc]

    def _drop(self, address: SplitResult) -> None:
        connection = self._connections().pop(address.netloc, None)
        if connection is not None:
            connection.close()


def _is_fresh(response: Response, age_seconds: float) -> bool:
    """OkHttp guesses no lifetime for an address with a query, and Collect's all have one: only max-age counts."""
    directives = response.headers.get("Cache-Control", "")
    lifetime = re.search(r"max-age=(\d+)", directives)
    return "no-cache" not in directives and lifetime is not None and age_seconds < int(lifetime[1])


def _conditions(kept: tuple[datetime, Response] | None) -> dict[str, str]:
    if kept is None:
        return {}
    etag, modified = kept[1].header("ETag"), kept[1].header("Last-Modified")
    if etag is not None:
        return {"If-None-Match": etag}
    return {} if modified is None else {"If-Modified-Since": modified}

"""The load: phones' connections kept alive, one request at a time each, in a process apart from what is measured.

Raw sockets, for the machine's cores belong to the server.
"""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """One request's bytes; the load's filler goes in between *before* and *after* where there is an *after*."""

    before: bytes
    after: bytes = b""


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be sent: each request once, or over and over, by so many connections for so many seconds."""

    port: int
    requests: tuple[Request, ...]
    connections: int
    seconds: float
    filler: bytes = b""
    is_repeated: bool = False


@dataclass(slots=True)
class Outcome:
    """What came back: seconds each answered request took, how many answers of each status, how long all took."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    connections: int = 0
    last_answer: bytes = b""


def drive_apart(load: Load) -> Outcome:
    """Send the load from a new process and return what came back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(drive, load).result()


def drive(load: Load) -> Outcome:
    """Send the load and return what came back."""
    numbers = _numbers(load)
    outcome, lock = Outcome(connections=load.connections), threading.Lock()
    start = time.monotonic()

    def phone() -> None:
        with socket.create_connection(("127.0.0.1", load.port), _TIMEOUT_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            own = _send_all(connection, load, numbers, until=start + load.seconds)
        with lock:
            join(outcome, own)

    phones = [threading.Thread(target=phone) for _ in range(load.connections)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    outcome.seconds = time.monotonic() - start
    return outcome


def _numbers(load: Load) -> Iterator[int]:
    """Yield the places of the requests to send. The threads share it, which iterators written in C allow."""
    places = range(len(load.requests))
    return cycle(places) if load.is_repeated else iter(places)


def _send_all(connection: socket.socket, load: Load, numbers: Iterator[int], *, until: float) -> Outcome:
    own = Outcome()
    while (began := time.monotonic()) < until:
        number = next(numbers, None)
        if number is None:
            break
        request = load.requests[number]
        connection.sendall(request.before)
        if request.after:
            connection.sendall(load.filler)
            connection.sendall(request.after)
        status, own.last_answer = _read_answer(connection)
        own.latencies.append(time.monotonic() - began)
        own.statuses[status] = own.statuses.get(status, 0) + 1
    return own


def _read_answer(connection: socket.socket) -> tuple[int, bytes]:
    answer = _received(connection)
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    missing = _content_length(head) - len(body)
    while missing > 0:
        chunk = _received(connection)
        answer += chunk
        missing -= len(chunk)
    return int(head[9:12]), answer


def _received(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server hung up")
    return chunk


def _content_length(head: bytes) -> int:
    if head[9:12] in {b"204", b"304"}:
        return 0
    place = head.lower().find(b"\r\ncontent-length:")
    return int(head[place + 17 :].split(b"\r\n", 1)[0]) if place >= 0 else 0


def join(whole: Outcome, part: Outcome) -> None:
    """Add what *part* says to *whole*, but for the time it took."""
    whole.latencies.extend(part.latencies)
    whole.last_answer = part.last_answer or whole.last_answer
    for status, times in part.statuses.items():
        whole.statuses[status] = whole.statuses.get(status, 0) + times

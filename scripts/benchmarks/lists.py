"""Entity lists of a province: phones that have them as they are, phones whose list changed, what one change costs."""

from __future__ import annotations

import http.client
import re
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.app import make_services
from server.operations.carry_lists import list_content
from server.operations.entity_shelf import EntityShelf, PieceKey
from server.operations.identify_sender import sender_by_token
from server.settings import read_settings

from .client import Load, Outcome, Request, drive_apart, join
from .measurement import Bench, Wanted, measured, started
from .province import LARGE, LIST, Province, set_up_province
from .search import Searched, measure_searches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.operations.services import Services

    from .figures import Figures

_CONNECTIONS = 16
_ROUND_SECONDS = 120.0
_MANIFEST = re.compile(rb"<manifestUrl>([^<]+)</manifestUrl>")
_DOWNLOAD = re.compile(rb"<downloadUrl>([^<]+/" + LIST.encode() + rb"\.csv)</downloadUrl>")


@dataclass(frozen=True, slots=True)
class OneChange:
    """What is made anew for everybody when one household changes; sizes in bytes."""

    load: str
    lists: int
    pieces: int
    pieces_made_anew: int
    largest_village_bytes: int
    largest_list_bytes: int

    def as_json(self) -> dict[str, object]:
        """Return the counts as a JSON object."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the counts as lines."""
        return "\n".join(
            (
                f"{self.load} · {self.lists} lists of {self.pieces} villages",
                f"  made anew    {self.pieces_made_anew} piece(s)",
                f"  largest      {self.largest_village_bytes} bytes of a village, {self.largest_list_bytes} of a list",
            )
        )


@dataclass(frozen=True, slots=True)
class _Polled:
    """What one phone asks for, each with the ETag of what it has."""

    form_list: Request
    manifest: Request
    entities: Request


class _CountingShelf(EntityShelf):
    """A shelf that counts what is put on it."""

    def __init__(self) -> None:
        super().__init__()
        self.put_so_far: list[int] = []

    def put(self, key: PieceKey, piece: bytes) -> None:
        """Keep a piece and its size."""
        self.put_so_far.append(len(piece))
        super().put(key, piece)


def measure_lists(wanted: Wanted) -> Iterator[Figures | OneChange | Searched]:
    """Yield what unchanged form lists, manifests and entity lists cost, changed entity lists, one change, searches."""
    with ExitStack() as stack:
        province, bench = started(wanted, lambda services: set_up_province(services, wanted.share), stack)
        polled = [_polled(key, bench.port) for key in province.keys]
        for name in ("form_list", "manifest", "entities"):
            requests = tuple(getattr(one, name) for one in polled)
            yield measured(bench, f"lists: {name}, unchanged", partial(_repeat, bench, requests))
        large = tuple(polled[province.keys.index(key)].entities for key in province.large)
        yield measured(bench, f"lists: {LARGE} households, changed", partial(_changed_rounds, bench, large))
        yield _one_change(bench, province)
        yield from measure_searches(bench)


def _polled(key: str, port: int) -> _Polled:
    """Fetch everything once, as a phone does on its first day."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    form_list, forms = _fetched(connection, f"{key}/formList")
    manifest, files = _fetched(connection, _place(_MANIFEST, forms))
    entities, _ = _fetched(connection, _place(_DOWNLOAD, files))
    connection.close()
    return _Polled(form_list, manifest, entities)


def _place(pattern: re.Pattern[bytes], document: bytes) -> str:
    found = pattern.search(document)
    assert found is not None, "every phone is offered the form and its list"
    return urlsplit(found[1].decode()).path


def _fetched(connection: http.client.HTTPConnection, path: str) -> tuple[Request, bytes]:
    """Return the request of a phone that has what is at *path*, and what that is."""
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == HTTPStatus.OK, (path, answer.status)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\n"
    return Request(f"{head}If-None-Match: {answer.headers['ETag']}\r\n\r\n".encode()), content


def _repeat(bench: Bench, requests: Sequence[Request]) -> Outcome:
    connections = bench.wanted.connections or _CONNECTIONS
    return drive_apart(Load(bench.port, tuple(requests), connections, bench.wanted.seconds, is_repeated=True))


def _changed_rounds(bench: Bench, requests: Sequence[Request]) -> Outcome:
    """Let something change in every village, ask each list once, and again for as long as wanted."""
    whole, began = Outcome(connections=bench.wanted.connections or _CONNECTIONS), time.monotonic()
    services = make_services(read_settings(bench.environment))
    while not whole.latencies or time.monotonic() - began < bench.wanted.seconds:
        with services.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE entity_counter SET revision = revision + 1")
        part = drive_apart(Load(bench.port, tuple(requests), whole.connections, _ROUND_SECONDS))
        join(whole, part)
        whole.seconds += part.seconds
    services.engine.dispose()
    return whole


def _one_change(bench: Bench, province: Province) -> OneChange:
    shelf = _CountingShelf()
    services = replace(make_services(read_settings(bench.environment)), lists=shelf)
    sizes = _everybodys_lists(services, province)
    pieces = list(shelf.put_so_far)
    with services.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE entity_counter SET revision = revision + 1 WHERE unit_id = (SELECT max(unit_id) FROM entity)"
        )
    shelf.put_so_far.clear()
    _everybodys_lists(services, province)
    services.engine.dispose()
    return OneChange(
        load="lists: one household changed",
        lists=len(sizes),
        pieces=len(pieces),
        pieces_made_anew=len(shelf.put_so_far),
        largest_village_bytes=max(pieces),
        largest_list_bytes=max(sizes),
    )


def _everybodys_lists(services: Services, province: Province) -> list[int]:
    """Return the size of everybody's list of households."""
    senders = (sender_by_token(services, province.project_id, key.split("/")[3]) for key in province.keys)
    return [len(list_content(services, sender, LIST)[0]) for sender in senders]

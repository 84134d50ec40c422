"""The three loads: surveys, photographs, and phones that ask for their list of forms."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .client import Load, Request, drive
from .field import EVENT, PHOTO_NAME, SURVEY, events
from .field import surveys as new_surveys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .field import Field

PHOTO_BYTES = 2_000_000
_OWN_BYTES = 16
"""At the beginning of each photograph, so that no two are the same; the rest is the load's filler."""
_BOUNDARY = "bench-0f6c2a"
_XML_PART = 'Content-Disposition: form-data; name="xml_submission_file"; filename="phieu.xml"\r\nContent-Type: text/xml'
_PHOTO_PART = (
    f'Content-Disposition: form-data; name="{PHOTO_NAME}"; filename="{PHOTO_NAME}"\r\nContent-Type: image/jpeg'
)
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of load: what it sends, how fast at most (requests made up front), which status is a success."""

    make: Callable[[Field, int], tuple[Request, ...]]
    forms: tuple[str, ...]
    most_per_second: int
    phones: int
    connections: int
    filler_bytes: int = 0
    is_repeated: bool = False


def surveys(field: Field, wanted: int) -> tuple[Request, ...]:
    """Return *wanted* POSTs of a survey each."""
    return tuple(
        _post(field.keys[number % len(field.keys)], xml) for number, xml in enumerate(islice(new_surveys(), wanted))
    )


def photographs(field: Field, wanted: int) -> tuple[Request, ...]:
    """Return *wanted* POSTs of an event with a photograph each; no two photographs are the same."""
    return tuple(
        _post_with_photo(field.keys[number % len(field.keys)], xml)
        for number, xml in enumerate(islice(events(), wanted))
    )


def lists(field: Field, wanted: int) -> tuple[Request, ...]:
    """Return a request for the form list from each phone; they are asked over and over."""
    assert wanted >= len(field.keys), "each phone asks at least once"
    return tuple(_get_list(key) for key in field.keys)


def known_lists(field: Field, port: int) -> tuple[Request, ...]:
    """Return the same requests from phones that have the list as it is, by its ETag."""
    return tuple(_get_list(key, _etag_of(_get_list(key), port)) for key in field.keys)


KINDS: Mapping[str, Kind] = {
    "submit": Kind(surveys, (SURVEY,), most_per_second=1000, phones=50, connections=16),
    "photo": Kind(
        photographs, (EVENT,), most_per_second=150, phones=50, connections=8, filler_bytes=PHOTO_BYTES - _OWN_BYTES
    ),
    "formlist": Kind(lists, (SURVEY, EVENT), most_per_second=5000, phones=200, connections=16, is_repeated=True),
}


def _post(key: str, xml: bytes) -> Request:
    body = _part(_XML_PART, xml) + _END
    return Request(_head(key, len(body)) + body)


def _post_with_photo(key: str, xml: bytes) -> Request:
    start = _part(_XML_PART, xml) + b"\r\n" + _part(_PHOTO_PART, os.urandom(_OWN_BYTES))
    size = len(start) + PHOTO_BYTES - _OWN_BYTES + len(_END)
    return Request(_head(key, size) + start, _END)


def _part(head: str, content: bytes) -> bytes:
    return f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + content


def _head(key: str, size: int) -> bytes:
    return (
        f"POST {key}/submission?deviceID=collect%3Abench HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


def _get_list(key: str, etag: str = "") -> Request:
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    return Request(
        f"GET {key}/formList HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\n{condition}\r\n".encode()
    )


def _etag_of(request: Request, port: int) -> str:
    answer = drive(Load(port, (request,), connections=1, seconds=60)).last_answer
    found = re.search(rb'\r\nETag: ("[^"\r]+")', answer, re.IGNORECASE)
    assert found is not None, "every list has an ETag"
    return found[1].decode()

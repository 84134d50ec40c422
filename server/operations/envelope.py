"""What comes in by a POST and what goes out as its receipt: the values intake passes from hand to hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import Unavailable
from server.media.store import Spooled
from server.submissions.instance import kept_name, name_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.media.incoming import IncomingFile
    from server.media.store import Placed
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.decision import Decision


_LONGEST_CONTENT_TYPE = 100


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as the phone named it; *content* is an incoming file of the media store, not yet kept."""

    name: str
    content_type: str
    content: IncomingFile


@dataclass(frozen=True, slots=True)
class Envelope:
    """One POST, taken apart."""

    xml: bytes
    files: tuple[SentFile, ...]
    device_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file whose bytes are safe; *name_key* is the NFC form that names are compared by."""

    name: str
    name_key: str
    content_type: str
    """As the phone says, cut to what the tables keep."""
    placed: Placed


@dataclass(frozen=True, slots=True)
class Filed:
    """The POST became, or was already, part of a record."""

    submission_id: int
    version_id: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Held:
    """The POST waits in the tray."""

    upload_id: int
    reason: str


Receipt = Filed | Held


def arrived_files(files: Sequence[SentFile], placed: Sequence[Placed]) -> tuple[Arrived, ...]:
    """Return *files* with where they are; of two with one name and one content, the first."""
    found: dict[tuple[str, str], Arrived] = {}
    for file, place in zip(files, placed, strict=True):
        kind = file.content_type[:_LONGEST_CONTENT_TYPE]
        arrived = Arrived(kept_name(file.name), name_key(file.name), kind, place)
        found.setdefault((arrived.name_key, place.sha256), arrived)
    return tuple(found.values())


def spool_waiting(uow: UnitOfWork, arrived: Sequence[Arrived]) -> None:
    """Write what the object store could not take into the spool table and ask for it to be moved later."""
    waiting = [one.placed for one in arrived if isinstance(one.placed, Spooled)]
    for place in waiting:
        try:
            with place.path.open("rb") as content:
                uow.spool.add(place.key, content)
        except OSError as fault:
            raise Unavailable("media.unavailable", reason="spool") from fault

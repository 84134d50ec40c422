"""Taking a POST apart without holding it in memory.

Small parts stay in memory, larger ones go straight to the media store's own folder, hashed as they come. What arrives
cut short, without its closing boundary or without its XML part is refused: fewer bytes than were sent are never kept.
Part names are raw UTF-8, as OkHttp writes them.
"""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import Request, current_app
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser

from server.errors import InvalidInput, TooLarge
from server.operations.envelope import Envelope, SentFile
from server.web.storable import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

    from werkzeug.datastructures import FileStorage, MultiDict

    from server.media.incoming import IncomingFile
    from server.settings import Settings

XML_PART = "xml_submission_file"
_IN_MEMORY_BYTES = 128 * 1024
_IN_MEMORY_OF_A_POST_BYTES = 2 * 1024 * 1024
"""Of all parts of one request together: a thousand small ones, in a dozen requests, would take all there is."""
_READ_BYTES = 256 * 1024
"""Read at a time; the server keeps what it received ahead and copies that whole at every read, so few are better."""
_MOST_PARTS = 1000


class Room:
    """How many bytes the parts of one request may still keep in memory."""

    def __init__(self, size_bytes: int) -> None:
        self._left = size_bytes

    def take(self, size_bytes: int) -> bool:
        """Take that much if it is there, and tell whether it was."""
        has_room = size_bytes <= self._left
        self._left -= size_bytes if has_room else 0
        return has_room


class PartStream(io.RawIOBase):
    """A part being received: in memory while it is small and there is *room*, then a file of the media store."""

    def __init__(self, new_file: Callable[[], IncomingFile], room: Room) -> None:
        super().__init__()
        self._new_file = new_file
        self._room = room
        self._memory = io.BytesIO()
        self._file: IncomingFile | None = None
        self.size_bytes = 0

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]  # the parser writes bytes
        """Append *chunk*."""
        self.size_bytes += len(chunk)
        if self._file is None and (self.size_bytes > _IN_MEMORY_BYTES or not self._room.take(len(chunk))):
            self._file = self._rolled_over()
        return self._file.write(chunk) if self._file else self._memory.write(chunk)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Do nothing that matters: the parser rewinds every part once it is complete."""
        return self._file.seek(offset, whence) if self._file else self._memory.seek(offset, whence)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def seekable(self) -> bool:
        """Say that it can be rewound."""
        return True

    def content(self) -> bytes:
        """Return all of it; for the XML part, whose size was checked."""
        if self._file is None:
            return self._memory.getvalue()
        self._file.seek(0)
        return self._file.read()

    def as_file(self) -> IncomingFile:
        """Return it as a file of the media store."""
        if self._file is None:
            self._file = self._rolled_over()
        return self._file

    def close(self) -> None:
        """Let go of the bytes; a file that was not kept is removed."""
        if self._file is not None:
            self._file.close()
        super().close()

    def _rolled_over(self) -> IncomingFile:
        file = self._new_file()
        file.write(self._memory.getvalue())
        self._memory = io.BytesIO()
        return file


class StrictParser(FormDataParser):
    """The form parser that says when a body is broken, instead of returning what it got so far."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options["silent"] = False
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # passed through

    def _parse_multipart(
        self,
        stream: IO[bytes],
        mimetype: str,  # noqa: ARG002 the base's signature
        content_length: int | None,
        options: dict[str, str],
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Parse as the base does, but read more at a time."""
        parser = MultiPartParser(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            buffer_size=_READ_BYTES,
            cls=self.cls,
            max_form_parts=self.max_form_parts,
        )
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("Missing boundary")
        form, files = parser.parse(stream, boundary, content_length)
        return stream, form, files


class FieldRequest(Request):
    """The application's request: large parts of an upload stream to the media store."""

    form_data_parser_class = StrictParser
    max_form_parts = _MOST_PARTS
    incoming: Callable[[], IncomingFile]

    def _get_file_stream(  # the hook werkzeug documents for this purpose
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return cast("IO[bytes]", PartStream(current_app.config["NEW_INCOMING_FILE"], self._room))

    @cached_property
    def _room(self) -> Room:
        return Room(_IN_MEMORY_OF_A_POST_BYTES)


@contextmanager
def closing(envelope: Envelope) -> Iterator[Envelope]:
    """Let go of the envelope's files afterwards; those that were not kept are removed."""
    with ExitStack() as files:
        for one in envelope.files:
            files.callback(one.content.close)
        yield envelope


def read_envelope(request: Request, settings: Settings) -> Envelope:
    """Return the POST taken apart; the caller closes its files. Raises InvalidInput or TooLarge by cause."""
    _check_length(request, settings)
    try:
        parts = request.files
        fields = request.form
    except RequestEntityTooLarge as fault:
        if request.content_length is not None:  # which was looked at above: so it is parts, or names without end
            raise TooLarge("openrosa.too_many") from fault
        raise TooLarge("openrosa.too_large", limit_mb=settings.largest_post_bytes // 1_000_000) from fault
    except (ClientDisconnected, OSError, ValueError) as fault:  # OSError: gunicorn, of a broken or silent connection
        raise InvalidInput("openrosa.cut_short") from fault
    if len(parts.getlist(XML_PART)) + len(fields.getlist(XML_PART)) != 1:
        raise InvalidInput("openrosa.wrong_multipart")
    xml = parts.get(XML_PART)
    if xml is None:
        return Envelope(fields[XML_PART].encode(), _files(parts.items(multi=True)), _device(request))
    stream = cast("PartStream", xml.stream)
    if stream.size_bytes > settings.largest_xml_bytes:
        raise TooLarge("openrosa.too_large", limit_mb=settings.largest_xml_bytes // 1_000_000)
    return Envelope(stream.content(), _files(parts.items(multi=True)), _device(request))


def _check_length(request: Request, settings: Settings) -> None:
    if request.mimetype != "multipart/form-data":
        raise InvalidInput("openrosa.wrong_multipart")
    if (request.content_length or 0) > settings.largest_post_bytes:
        raise TooLarge("openrosa.too_large", limit_mb=settings.largest_post_bytes // 1_000_000)


def _files(parts: Iterable[tuple[str, FileStorage]]) -> tuple[SentFile, ...]:
    return tuple(_file(name, part) for name, part in parts if name != XML_PART)


def _file(name: str, part: FileStorage) -> SentFile:
    content = cast("PartStream", part.stream).as_file()
    kind = part.mimetype or "application/octet-stream"
    return SentFile(storable(part.filename or name), storable(kind), content)


def _device(request: Request) -> str:
    return storable(request.args.get("deviceID", ""))[:120]

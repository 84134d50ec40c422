"""The bytes of a submission POST as OkHttp writes them, and Collect's way of splitting one over several POSTs.

Sources: OkHttp 5 MultipartBody (raw UTF-8 names, only CR, LF and quote escaped, no Content-Length per part); ODK
Collect v2026.3 OkHttpConnection.uploadSubmissionAndFiles.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .mishaps import Mishap
from .survey import StoredFile, Survey, size_bytes

MOST_FILES_BEYOND_THE_FIRST = 100
COLLECT_TYPES = {"amr": "audio/amr", "oga": "audio/ogg", "ogv": "video/ogg", "webm": "video/webm"}
ANDROID_TYPES = {
    "3gp": "video/3gpp",
    "csv": "text/comma-separated-values",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "wav": "audio/x-wav",
    "xml": "text/xml",
}
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """A multipart body in pieces, so that a large file never sits in memory."""

    content_type: str
    pieces: tuple[StoredFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(size_bytes(piece) for piece in self.pieces)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in order."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            with piece.open("rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk


def content_type(file_name: str) -> str:
    """Return the type Collect gives a file by its extension: its own map, then Android's, then octet-stream."""
    extension = Path(file_name).suffix[1:].lower()
    return COLLECT_TYPES.get(extension) or ANDROID_TYPES.get(extension) or "application/octet-stream"


def posts(survey: Survey, accept_length: int, mishap: Mishap) -> list[Body]:
    """Return the bodies of the POSTs that carry a survey: the same XML in each, the files spread over them."""
    batches = _batches(survey, accept_length)
    last = len(batches) - 1
    bodies = [_body(survey, batch, mishap, incomplete=number < last) for number, batch in enumerate(batches)]
    return bodies[::-1] if mishap.reverse_posts else bodies


def _batches(survey: Survey, accept_length: int) -> list[dict[str, StoredFile]]:
    """Split as Collect counts: the XML and the files' own bytes, no overhead; one file at least in each POST."""
    batches: list[dict[str, StoredFile]] = [{}]
    taken_bytes = len(survey.xml)
    for name, file in survey.files.items():
        batch = batches[-1]
        too_long = taken_bytes + size_bytes(file) > accept_length
        if batch and (too_long or len(batch) > MOST_FILES_BEYOND_THE_FIRST):
            batches.append({})
            taken_bytes = len(survey.xml)
        batches[-1][name] = file
        taken_bytes += size_bytes(file)
    return batches


def _body(survey: Survey, files: Mapping[str, StoredFile], mishap: Mishap, *, incomplete: bool) -> Body:
    boundary = str(uuid.uuid4())
    xml = _part(boundary, "xml_submission_file", survey.file_name, "text/xml"), survey.xml, b"\r\n"
    attachments = tuple(
        piece
        for name, file in files.items()
        for piece in (_part(boundary, name, name, content_type(name)), file, b"\r\n")
    )
    pieces = (*attachments, *xml) if mishap.reverse_parts else (*xml, *attachments)
    if incomplete and not mishap.drop_incomplete:
        pieces = (*pieces, f'--{boundary}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\n'.encode())
        pieces = (*pieces, b"yes\r\n")
    return Body(f"multipart/form-data; boundary={boundary}", (*pieces, f"--{boundary}--\r\n".encode()))


def _part(boundary: str, name: str, file_name: str, kind: str) -> bytes:
    disposition = f"form-data; name={_quoted(name)}; filename={_quoted(file_name)}"
    return f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n".encode()


def _quoted(name: str) -> str:
    return '"' + name.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22") + '"'

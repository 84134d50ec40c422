"""The pages' own files: style, script and the vendored libraries, served with names that change with their content.

They are packed for whoever takes that: the first page over a slow line brings all of them. Pages are not: packed, their
length would tell of what stands in them.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Response, request, send_from_directory, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(__file__).parent / "static"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_PACKED: Final = (".css", ".js")


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name, with the short hash each address carries."""

    hashes: Mapping[str, str]

    def address(self, name: str) -> str:
        """Return the address of a file; raises KeyError for a file we do not have."""
        return url_for("console.static_file", name=name, v=self.hashes[name])

    def file(self, name: str) -> Response:
        """Send a file; for ever, if asked for by its hash."""
        answer = self._packed(name) or send_from_directory(FOLDER, name)
        answer.vary.add("Accept-Encoding")
        if request.args.get("v") == self.hashes.get(name):
            answer.cache_control.no_cache = None
            answer.cache_control.public = True
            answer.cache_control.immutable = True
            answer.cache_control.max_age = _YEAR_SECONDS
        return answer

    def _packed(self, name: str) -> Response | None:
        """Return a file packed, None where it is none of those that gain by it or the browser would not take it so."""
        if name not in self.hashes or not name.endswith(_PACKED) or not request.accept_encodings.quality("gzip"):
            return None
        answer = Response(_packed_bytes(name), mimetype=mimetypes.guess_type(name)[0])
        answer.content_encoding = "gzip"
        return answer


@cache
def _packed_bytes(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


@cache
def read_assets() -> Assets:
    """Return the files of the package, which do not change while it runs."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    return Assets({path.relative_to(FOLDER).as_posix(): _short_hash(path) for path in files})


def _short_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

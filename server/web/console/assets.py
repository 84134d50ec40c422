"""The pages' own files: style, script and the vendored libraries, served with names that change with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import request, send_from_directory, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

FOLDER: Final = Path(__file__).parent / "static"
_YEAR_SECONDS: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name, with the short hash each address carries."""

    hashes: Mapping[str, str]

    def address(self, name: str) -> str:
        """Return the address of a file; raises KeyError for a file we do not have."""
        return url_for("console.static_file", name=name, v=self.hashes[name])

    def file(self, name: str) -> Response:
        """Send a file; for ever, if asked for by its hash."""
        answer = send_from_directory(FOLDER, name)
        if request.args.get("v") == self.hashes.get(name):
            answer.cache_control.no_cache = None
            answer.cache_control.public = True
            answer.cache_control.immutable = True
            answer.cache_control.max_age = _YEAR_SECONDS
        return answer


@cache
def read_assets() -> Assets:
    """Return the files of the package, which do not change while it runs."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    return Assets({path.relative_to(FOLDER).as_posix(): _short_hash(path) for path in files})


def _short_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

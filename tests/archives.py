"""Archives put together part by part, as no program would write them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Mapping


def archived(parts: Mapping[str, bytes]) -> bytes:
    """Return the bytes of an archive of these parts, by name."""
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()

"""One filled form as it lies on the phone: its XML, its files, its names. Not how it is filled or sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

StoredFile: TypeAlias = bytes | Path
"""An attachment: its bytes, or where they lie (for files too large to hold)."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A finalised instance with the files of its folder, by file name (references and orphans alike)."""

    form_id: str
    version: str | None
    instance_id: str | None
    file_name: str
    xml: bytes
    files: Mapping[str, StoredFile]

    def with_files(self, files: Mapping[str, StoredFile]) -> "Survey":
        """Return the same survey with other files in its folder."""
        return replace(self, files=files)

    def with_xml(self, xml: bytes) -> "Survey":
        """Return the same survey with other bytes, for what an honest phone would not send."""
        return replace(self, xml=xml)


def instance_file_name(title: str, at: datetime) -> str:
    """Return Collect's name of an instance file: letters and digits of the title (any script), then local time.

    Source: ODK Collect, FormNameUtils and LocalInstancesUseCases.
    """
    kept = "".join(letter if letter.isalpha() or letter.isdigit() else " " for letter in title)
    return f"{' '.join(kept.split())}_{at:%Y-%m-%d_%H-%M-%S}.xml"


def size_bytes(file: StoredFile) -> int:
    """Return how many bytes an attachment has."""
    return len(file) if isinstance(file, bytes) else file.stat().st_size

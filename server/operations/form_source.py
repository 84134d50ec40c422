"""Read a form from the disk of whoever publishes it: one file, or the folder of a form with its media beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.forms.sheets import SourceKind, kind_of
from server.operations.publish_form import FormSource

if TYPE_CHECKING:
    from pathlib import Path

MEDIA_FOLDER: Final = "media"
MEASURES_FILE: Final = "measures.csv"
_PREFERENCE: Final = (SourceKind.XLSX, SourceKind.XLS, SourceKind.MARKDOWN, SourceKind.CSV, SourceKind.XFORM)
"""A folder that holds a workbook and its snapshot is published from the workbook."""


def read_form_source(path: Path) -> FormSource:
    """Return the form at *path*: a file, or a folder with ``form.xlsx`` (or another kind) and ``media/``.

    Raises NotFound ``form.no_file`` and InvalidInput ``form.unknown_kind``.
    """
    file = _form_file(path) if path.is_dir() else path
    if not file.is_file():
        raise NotFound("form.no_file", path=str(path))
    kind = kind_of(file.name)
    measures = file.parent / MEASURES_FILE
    return FormSource(
        content=file.read_bytes(),
        kind=kind,
        files=_media(file.parent / MEDIA_FOLDER),
        measures=measures.read_bytes() if kind is SourceKind.XFORM and measures.is_file() else None,
    )


def form_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders directly below *folder* that hold a form, in the order of their names."""
    return tuple(sorted(one for one in folder.iterdir() if one.is_dir() and _form_file(one).is_file()))


def _form_file(folder: Path) -> Path:
    names = [folder / f"form{kind.value}" for kind in _PREFERENCE]
    return next((one for one in names if one.is_file()), names[0])


def _media(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}

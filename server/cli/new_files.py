"""Files a command writes: refused before any work is done when they cannot be written. Not for files it reads."""

from __future__ import annotations

import os
from pathlib import Path

import click

from server.errors import InvalidInput


class NewFile(click.Path):
    """A file to write. What is shown once must not be lost because the folder was mistyped."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path; raises InvalidInput ``cli.file_not_writable`` when its folder takes no file."""
        folder = Path(value).parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise InvalidInput("cli.file_not_writable", path=os.fspath(value))
        return super().convert(value, param, ctx)


NEW_FILE = NewFile()

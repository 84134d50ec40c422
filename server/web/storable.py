"""The one character PostgreSQL has no text for, NUL: taken out of what arrives, so that nothing stumbles over it.

No keyboard types it and no page shows it; it comes in files, from other programs, and from whoever tries what happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.datastructures import ImmutableMultiDict

if TYPE_CHECKING:
    from flask import Request

_NUL = "\0"


def storable(text: str) -> str:
    """Return *text* with a sign in place of each NUL."""
    return text.replace(_NUL, "\N{REPLACEMENT CHARACTER}")


def make_storable(request: Request) -> None:
    """Have the fields of *request*, and the names of files sent with it, read as `storable` texts."""
    if any(_NUL in part for field in request.form.items(multi=True) for part in field):
        fields = [(storable(name), storable(text)) for name, text in request.form.items(multi=True)]
        request.form = ImmutableMultiDict(fields)
    for file in request.files.values():
        file.filename = None if file.filename is None else storable(file.filename)

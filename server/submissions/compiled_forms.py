"""Forms read and compiled, kept while they are asked for: a tenth of a second for each of the project's own.

A designer's form is checked, compared with the one before it, and filed under, all within minutes and from the same
bytes; what is made of bytes never changes, so it is made once.
"""

from __future__ import annotations

from functools import lru_cache

from server.forms.xform import read_form
from server.submissions.rules import Compiled


@lru_cache(maxsize=16)
def compiled_form(xform: bytes) -> Compiled:
    """Return the form those bytes define, compiled; raises what `read_form` raises."""
    return Compiled.of(read_form(xform))

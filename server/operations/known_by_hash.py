"""A published workbook as what is remembered of it knows it: by its hash, for its bytes never change.

Passed to a function that is cached, it is read only where nobody has read it yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class KnownByHash(Generic[Content]):
    """A workbook, and how to read what is wanted of it."""

    sha256: str
    read: Callable[[], Content] = field(compare=False)

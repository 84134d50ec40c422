"""What a page is to the application: an address, a permission and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from server.access.roles import Permission

    View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One page: what it is asked for by, what it needs, what answers."""

    method: str
    rule: str
    endpoint: str
    permission: Permission
    view: View

"""Reading what an address or a form asks of the list of collaborators, and writing it back into links.

What cannot be read is as if it were not there, as in `asked`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.operations.browse_collaborators import PeopleSought
from server.web.console.asked import number, unit_of, words_sought

if TYPE_CHECKING:
    from collections.abc import Mapping

SILENT: Final = "silent"
"""What the list shows that is of those alone from whom nothing came for long."""


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """What the address of the list asks for."""

    show: str
    sought: PeopleSought

    def with_(self, **changed: object) -> dict[str, Any]:
        """Return the parameters of this list, some changed; what is empty is left out."""
        every = {"show": self.show, "unit": self.sought.unit_id, "q": self.sought.words} | changed
        return {name: value for name, value in every.items() if value}


def asked_people(given: Mapping[str, str]) -> AskedPeople:
    """Return what is asked for, in an address or a form."""
    return AskedPeople(given.get("show", ""), PeopleSought(unit_of(given.get("unit")), words_sought(given)))


def people_within(arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of the list somebody came from, and where the page of it began that was in view."""
    return asked_people(arguments).with_(**{"from": number(arguments.get("from"))})

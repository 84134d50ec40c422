"""Reading what an address asks of a register's list, and writing it back into links.

What cannot be read is as if it were not there, as in `asked`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.operations.browse_register import RegisterQuestion, Show
from server.operations.browse_suspects import STATES
from server.operations.sights import Desk
from server.registers.reach import HOUSEHOLDS
from server.web.console.asked import number, unit_of, words_sought

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAIRS: Final = "pairs"
"""Which pairs were listed, where somebody came from the list of those found."""
_OF_HOUSEHOLDS: Final = tuple(Show)
_OF_OTHERS: Final = (Show.ACTIVE, Show.CONFLICT, Show.DELETED, Show.ALL)


@dataclass(frozen=True, slots=True)
class AskedRegister:
    """A list as its address asks for it, with the same as parameters for links, and what it can be narrowed to."""

    question: RegisterQuestion
    parameters: Mapping[str, str]
    shows: tuple[Show, ...]
    beside: int | None
    """The household another one is looked for to stand beside."""


def asked_register(arguments: Mapping[str, str], list_name: str, desk: Desk) -> AskedRegister:
    """Return the list that the parameters of an address ask for."""
    shows = _OF_HOUSEHOLDS if list_name == HOUSEHOLDS else _OF_OTHERS
    wanted = arguments.get("show", Show.ACTIVE.value)
    question = RegisterQuestion(
        list_name,
        desk,
        is_practice=arguments.get("practice") == "1",
        unit_id=unit_of(arguments.get("unit")),
        show=next((one for one in shows if one.value == wanted), Show.ACTIVE),
        words=words_sought(arguments),
    )
    beside = number(arguments.get("beside")) if list_name == HOUSEHOLDS else None
    written = {
        "practice": "1" if question.is_practice else "",
        "unit": str(question.unit_id or ""),
        "show": "" if question.show is Show.ACTIVE else question.show.value,
        "q": question.words,
        "beside": str(beside or ""),
    }
    return AskedRegister(question, {name: text for name, text in written.items() if text}, shows, beside)


def register_within(
    arguments: Mapping[str, str], list_name: str = HOUSEHOLDS, desk: Desk = Desk.EVERYDAY
) -> dict[str, str]:
    """Return the parameters of the list an entity was opened from, and where the page of it began that was in view.

    Every list can be narrowed as that of households can, and to less; who does not know which it was asks for that one.
    """
    place, pairs = number(arguments.get("after")), arguments.get(_PAIRS, "")
    narrowed = asked_register(arguments, list_name, desk).parameters
    begins = {} if place is None else {"after": str(place)}
    return {**narrowed, **begins, **({_PAIRS: pairs} if pairs in STATES else {})}


def pairs_within(arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of the list of pairs that a pair was opened from."""
    of_list = register_within(arguments)
    found = {"state": of_list.get(_PAIRS), "practice": of_list.get("practice")}
    return {name: text for name, text in found.items() if text}

"""The pages of households that may be registered twice: the pairs found, two side by side, merging and parting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.operations.browse_suspects import (
    COUNTED_AT_MOST,
    STATES,
    SuspectQuestion,
    browse_suspects,
    dismiss,
    read_pair,
    reasons_in_words,
    reopen,
)
from server.operations.merge_entities import MergeOrder, merge, undo_merge
from server.operations.places import place_names
from server.storage.repositories.suspects import SuspectCursor
from server.web.console.asked import number
from server.web.console.asked_register import pairs_within, register_within
from server.web.console.property_words import PropertyWords, places_on
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.registers.likeness import Likeness
    from server.storage.repositories.suspects import LikeEntity
    from server.web.console.screen import Screen

_TAKE: Final = "take."


@dataclass(frozen=True, slots=True)
class DuplicatePages:
    """The pages of suspected duplicates."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show a page of pairs, the likeliest first."""
        state = request.args.get("state", "")
        question = SuspectQuestion(state if state in STATES else STATES[0], request.args.get("practice") == "1")
        page = browse_suspects(self.services, self._account(), question, after=_read_cursor(request.args.get("after")))
        following = f"{page.following.score}-{page.following.suspect_id}" if page.following else None
        return self.screen.page(
            "duplicates.html",
            page=page,
            question=question,
            states=STATES,
            following=following,
            bound=COUNTED_AT_MOST,
            place=self._places(),
            why=self._why,
            may_decide=self._may_decide(),
            did=request.args.get("did"),
        )

    def pair(self, entity_key: int, other_key: int) -> Response:
        """Show two entities side by side; the first is the one that would stay."""
        view = read_pair(self.services, self._account(), entity_key, other_key)
        both = (view.survivor.properties, view.other.properties)
        here, today = self.services.atlas.current(), self.services.today()
        places = places_on(here.territory, today, both)
        return self.screen.page(
            "duplicate.html",
            view=view,
            words=PropertyWords(self.services.catalogue, chosen_language(), view.meanings, places, {}),
            place=self._places(),
            why=self._why(view.likeness),
            may_decide=self._may_decide(),
            of_list=register_within(request.args),
            of_pairs=pairs_within(request.args),
        )

    def merge(self, entity_key: int, other_key: int) -> Response:
        """Make the two one."""
        typed = request.form
        names = (name.removeprefix(_TAKE) for name, text in typed.items() if name.startswith(_TAKE) and text == "other")
        order = MergeOrder(
            entity_key,
            other_key,
            number(typed.get("seen")) or 0,
            number(typed.get("other_seen")) or 0,
            frozenset(names),
            typed.get("comment", ""),
        )
        merged = merge(self.services, self._account(), order)
        return _to_entity(merged.survivor_key, "merged")

    def undo(self, batch_id: int) -> Response:
        """Part two that were merged."""
        parted = undo_merge(self.services, self._account(), batch_id, comment=request.form.get("reason", ""))
        return _to_entity(parted.survivor_key, "unmerged")

    def dismiss(self, suspect_id: int) -> Response:
        """Say that the two are two."""
        dismiss(self.services, self._account(), suspect_id, reason=request.form.get("reason", ""))
        return _to_list("dismissed")

    def reopen(self, suspect_id: int) -> Response:
        """Take that back."""
        reopen(self.services, self._account(), suspect_id)
        return _to_list("reopened")

    def _places(self) -> Callable[[LikeEntity], str]:
        here, today = self.services.atlas.current(), self.services.today()
        return lambda one: ", ".join(place_names(here, one.unit_id, today))

    def _may_decide(self) -> bool:
        return may_use(self._account(), Permission.MANAGE_REGISTER, self.services.today())

    def _why(self, likeness: Likeness) -> str:
        return reasons_in_words(likeness, self.services.catalogue, chosen_language())

    def _account(self) -> Account:
        return signed_in(self.services).account


def _read_cursor(text: str | None) -> SuspectCursor | None:
    score, _, last = (text or "").partition("-")
    found = number(score), number(last)
    return None if found[0] is None or found[1] is None else SuspectCursor(found[0], found[1])


def _to_entity(entity_key: int, did: str) -> Response:
    """Lead to the entity, whose page leads back to the list it was opened from: not to choose another one any more."""
    of_list: dict[str, Any] = {name: text for name, text in register_within(request.args).items() if name != "beside"}
    return make_response(redirect(url_for("console.register_entity", entity_key=entity_key, did=did, **of_list), 303))


def _to_list(did: str) -> Response:
    return make_response(redirect(url_for("console.register_duplicates", did=did, **pairs_within(request.args)), 303))

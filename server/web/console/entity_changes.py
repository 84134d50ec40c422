"""The pages on which a register is put right by hand: choose between versions, correct, remove, answer a visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.operations.change_entity import (
    STATUSES,
    EntityEdit,
    answer_proposal,
    edit_entity,
    read_entity_form,
    remove_entity,
    restore_entity,
)
from server.operations.entity_hand import EntityTarget
from server.operations.settle_conflict import Settlement, read_conflict, settle_conflict
from server.web.console.asked import number
from server.web.console.asked_register import register_within
from server.web.console.property_words import PropertyWords, places_told
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from server.access.actors import Account
    from server.operations.read_entity import HistoryStep
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.web.console.screen import Screen

_CHOICE = "choose."
_VALUE = "value."


@dataclass(frozen=True, slots=True)
class EntityChangePages:
    """The pages of changes to one entity."""

    services: Services
    screen: Screen

    def conflict(self, entity_key: int) -> Response:
        """Show what there is to choose."""
        view = read_conflict(self.services, self._account(), entity_key)
        words = self._words(view.meanings, view.steps.values())
        return self.screen.page("entity_conflict.html", view=view, words=words, of_list=register_within(request.args))

    def settle(self, entity_key: int) -> Response:
        """Write what was chosen."""
        typed = request.form
        keeps = typed.get("keep") == "1"
        named = {name.removeprefix(_CHOICE): number(text) for name, text in typed.items() if name.startswith(_CHOICE)}
        choices = {} if keeps else {name: version for name, version in named.items() if version is not None}
        settlement = Settlement(self._target(entity_key), choices, typed.get("comment", ""))
        has_changed = settle_conflict(self.services, self._account(), settlement)
        return _back(entity_key, "settled" if has_changed else "kept")

    def editing(self, entity_key: int) -> Response:
        """Show the form for corrections."""
        return self._form(entity_key, status=200)

    def edit(self, entity_key: int) -> Response:
        """Write corrections; what is not sound is asked for again with what was typed."""
        typed = request.form
        several = {name for name in typed if name.startswith(_VALUE)}
        values = {name.removeprefix(_VALUE): " ".join(filter(None, typed.getlist(name))) for name in sorted(several)}
        edit = EntityEdit(self._target(entity_key), typed.get("label", ""), values, typed.get("reason", ""))
        try:
            has_changed = edit_entity(self.services, self._account(), edit)
        except InvalidInput as fault:
            return self._form(entity_key, status=400, problem=fault, typed=edit)
        return _back(entity_key, "changed" if has_changed else "kept")

    def remove(self, entity_key: int) -> Response:
        """Take an entity off the register."""
        remove_entity(self.services, self._account(), self._target(entity_key), request.form.get("reason", ""))
        return _back(entity_key, "removed")

    def restore(self, entity_key: int) -> Response:
        """Put it back."""
        restore_entity(self.services, self._account(), self._target(entity_key), request.form.get("reason", ""))
        return _back(entity_key, "restored")

    def answer(self, entity_key: int) -> Response:
        """Say whether a household has left."""
        leaves, reason = request.form.get("leaves") == "1", request.form.get("reason", "")
        answer_proposal(self.services, self._account(), self._target(entity_key), leaves=leaves, reason=reason)
        return _back(entity_key, "left" if leaves else "stayed")

    def _form(
        self, entity_key: int, *, status: int, problem: InvalidInput | None = None, typed: EntityEdit | None = None
    ) -> Response:
        form = read_entity_form(self.services, self._account(), entity_key)
        words = self._words(form.meanings, ())
        values = typed.values if typed else form.line.properties
        told = None
        if problem is not None:
            params = problem.params
            told = (problem.code, {**params, "name": words.label(str(params["name"]))} if "name" in params else params)
        return self.screen.page(
            "entity_form.html",
            status=status,
            form=form,
            words=words,
            problem=told,
            values=values,
            label=typed.label if typed else form.line.label,
            reason=typed.reason if typed else "",
            statuses=STATUSES,
            of_list=register_within(request.args),
        )

    def _words(self, meanings: Mapping[str, PropertyMeaning], steps: Iterable[HistoryStep]) -> PropertyWords:
        places = places_told(self.services, steps)
        return PropertyWords(self.services.catalogue, chosen_language(), meanings, places, {})

    @staticmethod
    def _target(entity_key: int) -> EntityTarget:
        return EntityTarget(entity_key, number(request.form.get("seen")) or 0)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _back(entity_key: int, did: str) -> Response:
    """Lead back to the entity, whose page leads back to the list that it was opened from."""
    of_list: dict[str, Any] = {**register_within(request.args)}
    return make_response(redirect(url_for("console.register_entity", entity_key=entity_key, did=did, **of_list), 303))

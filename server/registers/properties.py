"""What the properties of a list are called and what their values mean, in the words of the forms that save them.

A property that is saved from a question has that question's label and choices; one saved from a calculation that only
hands an answer on has those of the answer. What no form has words for is for the catalogue to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.forms.definition import Choice, ControlKind, Datatype, Node, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.forms.definition import FormDefinition
    from server.forms.entities import EntityBlock

_HANDED_ON: Final = re.compile(r"\s*(?:normalize-space\()?\s*(/[\w./-]+)\s*\)?\s*")


class PropertyKind(StrEnum):
    """How a value is written and typed."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ONE = "one"
    SEVERAL = "several"


_KIND_OF: Final = {Datatype.INTEGER: PropertyKind.NUMBER, Datatype.DATE: PropertyKind.DATE}


@dataclass(frozen=True, slots=True)
class PropertyMeaning:
    """A property in the words of a form; no label where the form has none, no choices where there are none."""

    name: str
    label: Text
    kind: PropertyKind
    choices: tuple[Choice, ...] = ()

    def chosen(self, value: str) -> tuple[Text, ...]:
        """Return the labels of the choices a value stands for; a value no form knows is its own label."""
        labels = {one.value: one.label for one in self.choices}
        picked = value.split() if self.kind is PropertyKind.SEVERAL else [value]
        return tuple(labels.get(one) or Text((("", one),)) for one in picked)


def meanings(
    forms: Iterable[tuple[FormDefinition, tuple[EntityBlock, ...]]], list_name: str
) -> dict[str, PropertyMeaning]:
    """Return what each property of the list means; forms that make its entities are asked before others."""
    saved = [
        (not block.creates, definition, path, name)
        for definition, blocks in forms
        for block in blocks
        if block.dataset == list_name
        for path, name in block.save_tos.items()
    ]
    found: dict[str, PropertyMeaning] = {}
    for _, definition, path, name in sorted(saved, key=lambda one: one[0]):
        meaning = _meaning(definition, definition.nodes[path], name)
        if name not in found or not (found[name].label.by_language or found[name].choices):
            found[name] = meaning
    return found


def choices_of(definition: FormDefinition, node: Node) -> tuple[Choice, ...]:
    """Return the choices of a question that stand in the form itself."""
    itemset = node.control.itemset
    if itemset is None:
        return node.control.choices
    inside = definition.instance(itemset.instance_id) if itemset.instance_id else None
    return inside.choices if inside is not None and not inside.src else ()


def _meaning(definition: FormDefinition, saved: Node, name: str) -> PropertyMeaning:
    node = next((one for one in _worded(definition, saved, name) if _has_words(definition, one)), saved)
    choices = choices_of(definition, node)
    match node.control.kind:
        case ControlKind.SELECT_ONE if choices:
            kind = PropertyKind.ONE
        case ControlKind.SELECT_MULTIPLE if choices:
            kind = PropertyKind.SEVERAL
        case _:
            kind = _KIND_OF.get(node.datatype, PropertyKind.TEXT)
    return PropertyMeaning(name, node.label, kind, choices)


def _worded(definition: FormDefinition, saved: Node, name: str) -> Iterator[Node]:
    """Yield the nodes that may have words for what is saved, the nearest first."""
    yield saved
    handed_on = _HANDED_ON.fullmatch(saved.calculate)
    if handed_on and handed_on[1] in definition.nodes:
        yield definition.nodes[handed_on[1]]
    yield from (node for node in definition.leaves() if node.name == name)


def _has_words(definition: FormDefinition, node: Node) -> bool:
    return bool(node.label.by_language or choices_of(definition, node))


def by_name(definition: FormDefinition) -> Mapping[str, Node]:
    """Return the form's leaves by name; of several of one name the first."""
    return {node.name: node for node in reversed(tuple(definition.leaves()))}

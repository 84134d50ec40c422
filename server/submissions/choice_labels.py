"""What the choices in an answer are called, in every language there is: for pages and exports.

A choice may stand in the form, in a list beside it, or in the answers of a repeat of the same record. A value nobody
has a label for is its own. Which choices were offered is not asked here: see `validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from server.forms.definition import Text
from server.forms.xml_reader import children, first_child

if TYPE_CHECKING:
    from lxml.etree import _Element

    from server.forms.definition import Choice, FormDefinition, Itemset, Node, SecondaryInstance
    from server.forms.lists import ChoiceList

NamedElsewhere = Callable[[str, str], str | None]
"""(instance id, value) → what a list that is no file calls the value, None if it does not know it."""

_LANGUAGE_MARK = "::"
_SPOKEN = "jr:itext("
"""How a label's reference begins when the form speaks several languages; such labels are read with the choice."""


@dataclass(frozen=True, slots=True)
class ChoiceLabels:
    """Who knows the labels: the form, the *lists* beside it by instance id, and *elsewhere* for lists made anew."""

    definition: FormDefinition
    lists: Mapping[str, ChoiceList]
    elsewhere: NamedElsewhere

    def label(self, node: Node, value: str, record: _Element) -> Text:
        """Return what the question *node* of *record* calls the choice *value*."""
        return self.labels(node, record)(value)

    def labels(self, node: Node, record: _Element) -> Callable[[str], Text]:
        """Return who says what the question *node* of *record* calls a choice; for many choices of one question."""
        known = self._known(node, record)
        return lambda value: known(value) or Text((("", value),))

    def _known(self, node: Node, record: _Element) -> Callable[[str], Text | None]:
        itemset = node.control.itemset
        if itemset is None:
            return partial(_written, node.control.choices)
        if itemset.nodeset:
            return partial(_label_in_record, itemset, record=record)
        inside = self.definition.instance(itemset.instance_id)
        if inside is None or inside.src:
            return self._listed(itemset)
        if itemset.label_ref != "label" and not itemset.label_ref.startswith(_SPOKEN):
            return partial(_label_in_column, inside, itemset)
        return partial(_written, inside.choices)

    def _listed(self, itemset: Itemset) -> Callable[[str], Text | None]:
        held = self.lists.get(itemset.instance_id)
        if held is None:
            return lambda value: _plain(self.elsewhere(itemset.instance_id, value))

        def listed(value: str) -> Text | None:
            found = held.where(itemset.value_ref, value)
            if not found:  # no more, or not here: it may be called something all the same
                return _plain(self.elsewhere(itemset.instance_id, value))
            return label_of_row(held.rows[found[0]], itemset.label_ref)

        return listed


def label_of_row(row: Mapping[str, str], column: str) -> Text | None:
    """Return the label a list's row has: columns ``label::English (en)`` by language, then the plain column."""
    mark = f"{column}{_LANGUAGE_MARK}"
    spoken = [(name.removeprefix(mark).strip(), cell) for name, cell in row.items() if name.startswith(mark) and cell]
    plain = row.get(column, "")
    pairs = (*spoken, ("", plain)) if plain else tuple(spoken)
    return Text(pairs) if pairs else None


def _written(choices: Iterable[Choice], value: str) -> Text | None:
    return next((one.label for one in choices if one.value == value and one.label.by_language), None)


def _plain(name: str | None) -> Text | None:
    return Text((("", name),)) if name else None


def _label_in_column(inside: SecondaryInstance, itemset: Itemset, value: str) -> Text | None:
    pairs = zip(inside.column(itemset.value_ref), inside.column(itemset.label_ref), strict=True)
    return next((_plain(label) for held, label in pairs if held == value and label), None)


def _label_in_record(itemset: Itemset, value: str, *, record: _Element) -> Text | None:
    """Return the label of the first row of the repeat that has *value*."""
    rows = [record]
    for name in itemset.nodeset.strip("/").split("/")[1:]:
        rows = [below for row in rows for below in children(row, name)]
    labels = (_text_at(row, itemset.label_ref) for row in rows if _text_at(row, itemset.value_ref) == value)
    return next((Text((("", label),)) for label in labels if label), None)


def _text_at(row: _Element, reference: str) -> str:
    node: _Element | None = row
    for step in reference.split("/"):
        node = None if node is None else first_child(node, step)
    return "" if node is None else (node.text or "").strip()

"""The answers of an instance beside the questions of its form, in the form's order, for people to read.

Nodes the device left out are left out here; nodes the form does not know are shown as they came. What choices
are called is `choice_labels`' to say. Nothing is judged: see `validation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.definition import ControlKind, Node, NodeKind, Text
from server.forms.xml_reader import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition
    from server.submissions.choice_labels import ChoiceLabels

MOST_CHOSEN = 500
"""Values of one answer: more than anybody ticks, and what holds more is a text. Each is looked up and labelled."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was picked; a value the list does not hold has itself for a label."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with what was answered; *text* is the answer as the device wrote it, maybe empty."""

    path: str
    """Absolute, with [n] on every repeat instance and nowhere else."""
    node: Node | None
    name: str
    text: str
    chosen: tuple[Chosen, ...] = ()

    @property
    def label(self) -> Text:
        """Return the question as the form asks it; no text for what the device fills in by itself."""
        return self.node.label if self.node else Text()

    @property
    def is_question(self) -> bool:
        """Tell whether a person was asked."""
        return self.node is not None and self.node.control.kind is not ControlKind.NONE


@dataclass(frozen=True, slots=True)
class Section:
    """A group, or the *number*-th instance of a repeat, with what it holds."""

    path: str
    node: Node | None
    name: str
    number: int | None
    parts: tuple[Answer | Section, ...]

    @property
    def label(self) -> Text:
        """Return the heading the form gives it, which may be no text."""
        return self.node.label if self.node else Text()

    def answers(self) -> Iterator[Answer]:
        """Yield every answer below, in order."""
        for part in self.parts:
            if isinstance(part, Answer):
                yield part
            else:
                yield from part.answers()


def read_answers(root: _Element, labels: ChoiceLabels) -> Section:
    """Return what *root* answers to the form *labels* are of."""
    path = labels.definition.root.path
    return _Reading(labels.definition, labels, root).section(root, path, path, None)


@dataclass(frozen=True, slots=True)
class _Reading:
    definition: FormDefinition
    labels: ChoiceLabels
    record: _Element

    def section(self, element: _Element, plain: str, numbered: str, number: int | None) -> Section:
        """Return the section of *element*; *plain* is its path without positions."""
        node = self.definition.nodes.get(plain)
        parts: list[Answer | Section] = []
        seen: dict[str, int] = {}
        for name, child in _in_order(element, node):
            seen[name] = seen.get(name, 0) + 1
            parts.append(self._part(child, f"{plain}/{name}", f"{numbered}/{name}", position=seen[name], name=name))
        return Section(numbered, node, local_name(element), number, tuple(parts))

    def _part(self, child: _Element, plain: str, numbered: str, *, position: int, name: str) -> Answer | Section:
        node = self.definition.nodes.get(plain)
        if node is not None and node.kind is NodeKind.REPEAT:
            return self.section(child, plain, f"{numbered}[{position}]", position)
        if len(child) or (node is not None and node.kind is NodeKind.GROUP):
            return self.section(child, plain, numbered, None)
        text = (child.text or "").strip()
        return Answer(numbered, node, name, text, self._chosen(node, text))

    def _chosen(self, node: Node | None, text: str) -> tuple[Chosen, ...]:
        if node is None or not node.control.kind.is_choosing:
            return ()
        values = values_of(node, text)
        return tuple(Chosen(value, self.labels.label(node, value, self.record)) for value in values)


def values_of(node: Node, text: str) -> list[str]:
    """Return the values an answer holds, in its order: of one choice or of `several`; none of no answer."""
    if node.control.kind.takes_several:
        return several(text)
    return [text] if text else []


def several(text: str) -> list[str]:
    """Return the values of an answer of several choices; none when there are more than `MOST_CHOSEN`."""
    values = text.split(maxsplit=MOST_CHOSEN)
    return values if len(values) <= MOST_CHOSEN else []


def _in_order(element: _Element, node: Node | None) -> list[tuple[str, _Element]]:
    """Return the children by name in the form's order, which devices may change; strangers come last."""
    children = [(local_name(child), child) for child in element.iterchildren("*")]
    known = () if node is None else node.children
    if [name for name, _ in children] == [child.name for child in known]:
        return children
    places = {child.name: place for place, child in enumerate(known)}
    return sorted(children, key=lambda child: places.get(child[0], len(places)))

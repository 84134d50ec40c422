"""What a new version of a form changes against the old one, as far as records and reports would feel it.

New questions, new choices and other words harm nothing: they are told apart, so that whoever brings a form out sees
that it is the one they mean. Whether a change may be published is for operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.forms.definition import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import Choice, FormDefinition, Node

_LONGEST_LABEL = 80


class ChangeKind(StrEnum):
    """How a node differs, as the sentence ``form.change.<kind>`` tells it."""

    REMOVED = "removed"
    TYPE_CHANGED = "type_changed"
    REPEAT_CHANGED = "repeat_changed"
    CHOICES_REMOVED = "choices_removed"
    ADDED = "added"
    CHOICES_ADDED = "choices_added"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; *before* and *after* are types, labels, or the choices that went and came."""

    kind: ChangeKind
    path: str
    before: str = ""
    after: str = ""

    @property
    def code(self) -> str:
        """Return the code of its sentence, with the parameters path, before and after."""
        return f"form.change.{self.kind}"


def changes(old: FormDefinition, new: FormDefinition) -> tuple[Change, ...]:
    """Return what *new* takes away or alters, in the order of *old*'s questions."""
    return tuple(change for node in old.root.walk() for change in _node_changes(node, old, new))


def additions(old: FormDefinition, new: FormDefinition) -> tuple[Change, ...]:
    """Return what *new* asks, offers or says that *old* did not, in the order of *new*'s questions."""
    return tuple(change for node in new.root.walk() for change in _node_additions(node, old, new))


def _node_additions(node: Node, old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    before, said = old.nodes.get(_moved(node.path, new, old)), _said(node)
    if before is None:
        if node.kind is NodeKind.LEAF:
            yield Change(ChangeKind.ADDED, node.path, after=said)
        return
    if said != _said(before):
        yield Change(ChangeKind.REWORDED, node.path, _said(before), said)
    came = _values(node, new) - _values(before, old)
    if came and before.control.kind.is_choosing and not _is_external(before, old):
        yield Change(ChangeKind.CHOICES_ADDED, node.path, after=", ".join(sorted(came)))


def _said(node: Node) -> str:
    label = " ".join(node.label.in_language("vi").split())
    return label if len(label) <= _LONGEST_LABEL else f"{label[:_LONGEST_LABEL]}…"


def _node_changes(node: Node, old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    after = new.nodes.get(_moved(node.path, old, new))
    if after is None:
        if node.kind is NodeKind.LEAF:
            yield Change(ChangeKind.REMOVED, node.path)
        return
    if (node.kind is NodeKind.REPEAT) != (after.kind is NodeKind.REPEAT):
        yield Change(ChangeKind.REPEAT_CHANGED, node.path, node.kind, after.kind)
    if node.kind is after.kind is NodeKind.LEAF:
        yield from _leaf_changes(node, after, old=old, new=new)


def _leaf_changes(before: Node, after: Node, *, old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    old_type, new_type = answer_type(before), answer_type(after)
    if old_type != new_type:
        yield Change(ChangeKind.TYPE_CHANGED, before.path, old_type, new_type)
    gone = _values(before, old) - _values(after, new)
    if gone and after.control.kind.is_choosing and not _is_external(after, new):
        yield Change(ChangeKind.CHOICES_REMOVED, before.path, ", ".join(sorted(gone)))


def answer_type(node: Node) -> str:
    """Return what an answer of *node* is: how it is chosen if it is chosen, else its datatype."""
    return node.control.kind.value if node.control.kind.is_choosing else node.datatype.value


def choices_of(node: Node, definition: FormDefinition) -> tuple[Choice, ...]:
    """Return the choices *node* offers before any filter, none when they stand in a file."""
    if node.control.choices or node.control.itemset is None:
        return node.control.choices
    instance = definition.instance(node.control.itemset.instance_id)
    return instance.choices if instance else ()


def _values(node: Node, definition: FormDefinition) -> set[str]:
    return {choice.value for choice in choices_of(node, definition)}


def _is_external(node: Node, definition: FormDefinition) -> bool:
    instance = definition.instance(node.control.itemset.instance_id) if node.control.itemset else None
    return instance is not None and bool(instance.src)


def _moved(path: str, old: FormDefinition, new: FormDefinition) -> str:
    """Return *path* under the new root: the name of the root is no question's."""
    return new.root.path + path.removeprefix(old.root.path)

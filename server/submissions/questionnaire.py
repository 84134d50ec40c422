"""What there is to ask of a record that is being filled in: its questions in the form's order, with what may be chosen.

Made from a document that was worked out (`filling`); how a page draws it is for the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from server.forms.definition import ControlKind, NodeKind
from server.forms.logic import LogicError, compile_expression
from server.submissions.answers import Chosen, values_of
from server.submissions.filling import is_typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import Itemset, Node, Text
    from server.forms.logic import Expression, InstanceNode
    from server.submissions.choice_labels import ChoiceLabels
    from server.submissions.filling import Worked


@dataclass(frozen=True, slots=True)
class Question:
    """One question; *options* is None where nothing is chosen, or the list is not known here."""

    path: str
    """Absolute, with [n] on every repeat instance and nowhere else."""
    node: Node
    text: str
    options: tuple[Chosen, ...] | None
    stale: tuple[Chosen, ...]
    """What is chosen and not offered: by now, or ever."""
    is_required: bool
    is_typed: bool
    """Whether it can be answered at the office."""
    is_asked: bool = True
    """Whether the answers so far lead to it; on paper all questions stand, whatever is answered."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the values that are picked, in their order."""
        return tuple(values_of(self.node, self.text))

    def says(self, text: str) -> bool:
        """Return whether *text* is the same answer; in which order boxes were ticked tells nothing."""
        if not self.node.control.kind.takes_several:
            return text == self.text
        values = tuple(values_of(self.node, text))
        return values == self.chosen or (not self.is_ordered and set(values) == set(self.chosen))

    @property
    def is_ordered(self) -> bool:
        """Tell whether it is the order of the choices that is asked for."""
        return self.node.control.kind is ControlKind.RANK

    def offers(self, text: str) -> bool:
        """Return whether *text* may be the answer: what is chosen from a list must stand in it."""
        if self.options is None or not text:
            return True
        return {one.value for one in self.options}.issuperset(values_of(self.node, text))


@dataclass(frozen=True, slots=True)
class Told:
    """Words the form shows between its questions."""

    path: str
    label: Text


@dataclass(frozen=True, slots=True)
class Page:
    """A group, or the *number*-th instance of a repeat."""

    path: str
    label: Text
    number: int | None
    parts: tuple[Part, ...]
    may_be_dropped: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """The instances of a repeat; *path* is that of the repeat itself, below its numbered parent."""

    path: str
    label: Text
    instances: tuple[Page, ...]
    may_be_added: bool


Part = Question | Told | Page | Repeat


def questionnaire(worked: Worked, labels: ChoiceLabels) -> Page:
    """Return what there is to ask of the whole record."""
    return _Asking(worked, labels).page(worked.tree, None, may_be_dropped=False)


def every_question(worked: Worked, labels: ChoiceLabels) -> Page:
    """Return all the form asks, as it stands on paper; of repeats what there is."""
    return _Asking(worked, labels, is_of_paper=True).page(worked.tree, None, may_be_dropped=False)


def asked_fields(worked: Worked) -> Iterator[Question]:
    """Yield the questions of `questionnaire` without what may be chosen, which costs most to say."""
    yield from questions(_Asking(worked, None).page(worked.tree, None, may_be_dropped=False))


def all_fields(worked: Worked) -> Iterator[Question]:
    """Yield the questions of `every_question` in the same way."""
    yield from questions(_Asking(worked, None, is_of_paper=True).page(worked.tree, None, may_be_dropped=False))


def questions(page: Page) -> Iterator[Question]:
    """Yield every question below *page*, in order."""
    for part in page.parts:
        match part:
            case Question():
                yield part
            case Page():
                yield from questions(part)
            case Repeat(instances=instances):
                for one in instances:
                    yield from questions(one)
            case _:
                continue


def passed_by(page: Page) -> frozenset[str]:
    """Return the paths of the questions after which another one was answered, in the order of *page*.

    What the form itself answers when it is begun is nobody's answer.
    """
    asked = [one for one in questions(page) if one.is_typed]
    last = max((at for at, one in enumerate(asked) if one.text and one.text != one.node.default), default=0)
    return frozenset(one.path for one in asked[:last])


@dataclass(frozen=True, slots=True)
class _Asking:
    worked: Worked
    labels: ChoiceLabels | None
    """None where nobody asks what may be chosen."""
    is_of_paper: bool = False

    def page(self, node: InstanceNode, number: int | None, *, may_be_dropped: bool) -> Page:
        definition = node.shape.node
        assert definition is not None, "only what the form knows is asked"
        parts = tuple(part for child in definition.children for part in self._parts(node, child))
        return Page(node.path(), definition.label, number, parts, may_be_dropped)

    def _parts(self, above: InstanceNode, child: Node) -> Iterator[Part]:
        found = above.children.get(child.name, [])
        if child.kind is NodeKind.REPEAT:
            yield from self._repeat(above, child, found)
            return
        for node in found:
            if not (node.relevant or self.is_of_paper) or node.shape.node is not child:
                continue
            if child.kind is NodeKind.GROUP:
                page = self.page(node, None, may_be_dropped=False)
                if page.parts:
                    yield page
            elif child.control.kind is not ControlKind.NONE:
                yield self._leaf(node, child)

    def _repeat(self, above: InstanceNode, child: Node, found: list[InstanceNode]) -> Iterator[Repeat]:
        is_free = not child.repeat_count
        shown = [node for node in found if node.relevant or self.is_of_paper]
        pages = tuple(self.page(node, node.position, may_be_dropped=is_free) for node in shown)
        is_shown = not found or bool(pages)
        if is_shown and (pages or is_free):
            yield Repeat(f"{above.path()}/{child.name}", child.label, pages, may_be_added=is_free)

    def _leaf(self, node: InstanceNode, child: Node) -> Part:
        if child.control.kind is ControlKind.INPUT and child.readonly == "true()" and not node.text.strip():
            return Told(node.path(), child.label)
        rules = self.worked.record.rules(node)
        is_required = rules is not None and self.worked.record.is_required(node, rules)
        text, values = node.text.strip(), None
        if self.labels is not None and child.control.kind.is_choosing:
            values = self._offered(node, child)
        stale = [one for one in values_of(child, text) if values is not None and one not in values]
        return Question(
            node.path(),
            child,
            text,
            None if values is None else self._named(child, values),
            self._named(child, stale),
            is_required,
            is_typed(child),
            node.relevant,
        )

    def _named(self, child: Node, values: list[str]) -> tuple[Chosen, ...]:
        if self.labels is None or not values:
            return ()
        label = self.labels.labels(child, self.worked.root)
        return tuple(Chosen(one, label(one)) for one in values)

    def _offered(self, node: InstanceNode, child: Node) -> list[str] | None:
        itemset = child.control.itemset
        if "search(" in child.control.appearance:
            return None
        if itemset is None:
            return [one.value for one in child.control.choices]
        expression = _rows_of(itemset)
        if expression is None:
            return None
        try:
            rows = expression.nodes(self.worked.context.at(node))
        except LogicError:
            return None
        values = (_text_below(row, itemset.value_ref) for row in rows)
        return list(dict.fromkeys(value for value in values if value))


def _rows_of(itemset: Itemset) -> Expression | None:
    narrowed = f"[{itemset.predicate}]" if itemset.predicate else ""
    nodeset = itemset.nodeset or f"instance('{itemset.instance_id}')/{itemset.rows}"
    return _compiled(f"{nodeset}{narrowed}")


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except LogicError:
        return None


def _text_below(row: InstanceNode, reference: str) -> str:
    node = row
    for step in reference.split("/"):
        found = node.children.get(step)
        if not found:
            return ""
        node = found[0]
    return node.text.strip()

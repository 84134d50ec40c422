"""What a measure is broken down by: a question, and the names its answers are kept under.

A cell ``by`` holds comma-separated entries ``${question}``. A form version that renames a question or its choices keeps
the figures going by saying what they were: ``${poverty} as hh_poverty (ngheo=poor can_ngheo=near_poor)`` files the
answer *ngheo* of the question *poverty* as ``hh_poverty=poor``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.definition import FormDefinition, Node
    from server.forms.logic import Expression

_CHOICE: Final = r"[^\s=(),]+"
_ENTRY: Final = re.compile(
    rf"(?P<question>\$\{{[^{{}}]*\}})(?:\s+as\s+(?P<name>[A-Za-z_][A-Za-z0-9_.-]*))?"
    rf"(?:\s*\((?P<renamed>\s*{_CHOICE}={_CHOICE}(?:\s+{_CHOICE}={_CHOICE})*\s*)\))?"
)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A question to break a measure down by, and how to read its answer."""

    question: str
    """The name its answers are kept under: the question's own, or the one it bore before."""
    answer: Expression
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What each choice that was renamed was before."""
    values: frozenset[str] | None = None
    """The answers there can be, as they are kept; None where a list outside the form decides."""

    def category(self, given: str) -> str:
        """Return the category of an answer as given on the phone."""
        return f"{self.question}={self.renamed.get(given, given)}"

    def may_be(self, kept: str) -> bool:
        """Tell whether an answer can be kept as *kept*."""
        return self.values is None or kept in self.values


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of a cell ``by``: a reference to a question, what it was called (or empty), what its choices were."""

    reference: str
    name: str
    renamed: Mapping[str, str]

    def of(self, node: Node, answer: Expression, definition: FormDefinition) -> Breakdown:
        """Return the breakdown by the question *node*."""
        choices = choices_of(node, definition)
        kept = None if choices is None else frozenset(self.renamed.get(one, one) for one in choices)
        return Breakdown(self.name or node.name, answer, self.renamed, kept)

    def unknown_choice(self, node: Node, definition: FormDefinition) -> str:
        """Return the first choice said to be renamed that the question does not have, or empty."""
        choices = choices_of(node, definition)
        return next((one for one in self.renamed if choices is not None and one not in choices), "")


def read_entry(entry: str) -> Written | None:
    """Return an entry of ``by`` taken apart, or None if it does not have the shape of one."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        return None
    pairs = [one.partition("=") for one in (found["renamed"] or "").split()]
    if any(count > 1 for count in Counter(new for new, _, _ in pairs).values()):
        return None
    return Written(found["question"], found["name"] or "", {new: old for new, _, old in pairs})


def choices_of(node: Node, definition: FormDefinition) -> frozenset[str] | None:
    """Return the values a choice question offers, or None where a file, an entity list or a repeat decides."""
    itemset = node.control.itemset
    if itemset is None:
        return frozenset(one.value for one in node.control.choices)
    within = definition.instance(itemset.instance_id) if itemset.instance_id else None
    if within is None or within.src:
        return None
    return frozenset(one for one in within.column(itemset.value_ref) if one)

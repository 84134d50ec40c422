"""What an expression may look at while it runs, and how much work it may do.

Time enters here: an expression never asks the machine's clock. Nothing here evaluates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.forms.logic.errors import LogicError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from server.forms.definition import FormDefinition
    from server.forms.lists import ChoiceList
    from server.forms.logic.tree import InstanceNode

EXPRESSION_STEPS = 200_000
"""Nodes one evaluation may visit: a 450-instance repeat compared with itself. No form a person can fill comes near."""

TOTAL_STEPS = 2_000_000
"""Nodes all evaluations that share one `Steps` may visit: about a second of work."""


class Steps:
    """The work still allowed. One per submission: it bounds each evaluation and their sum."""

    __slots__ = ("floor", "left")

    def __init__(self, total: int = TOTAL_STEPS) -> None:
        self.left = total
        self.floor = 0

    def begin(self) -> None:
        """Start a new evaluation."""
        floor = self.left - EXPRESSION_STEPS
        self.floor = floor if floor > 0 else 0  # noqa: FURB136 a call less, of very many

    def spend(self, count: int) -> None:
        """Count *count* steps; raises LogicError ``logic.too_costly`` when they are used up."""
        self.left -= count
        if self.left < self.floor:
            raise LogicError("logic.too_costly")


@dataclass(slots=True)
class Context:
    """Where an expression runs: at *node* of the tree under *root*, at the moment *now* (aware) in *timezone*.

    *instances* are the secondary instances by id: a `ChoiceList`, or a tree whose root is the instance's document (its
    child is the XML root). *definition* serves ``version()`` and ``jr:choice-name()``, which names only what *offers*
    says the question at a path offers, asked from a node; None takes every choice there is. *current* is what
    ``current()`` means, by default *node*; *position* is that of a predicate's candidate, 0 outside predicates.
    """

    node: InstanceNode
    root: InstanceNode
    now: datetime
    timezone: tzinfo
    instances: Mapping[str, ChoiceList | InstanceNode] = field(default_factory=dict)
    definition: FormDefinition | None = None
    language: str = "vi"
    steps: Steps = field(default_factory=Steps)
    current: InstanceNode | None = None
    position: int = 0
    offers: Callable[[InstanceNode, str, str], bool] | None = None

    def at(self, node: InstanceNode) -> Context:
        """Return the same surroundings seen from *node*."""
        return Context(
            node,
            self.root,
            self.now,
            self.timezone,
            self.instances,
            self.definition,
            self.language,
            self.steps,
            offers=self.offers,
        )

    def candidate(self) -> Context:
        """Return a context for a predicate's candidates; the caller sets *node* and *position*."""
        inner = self.at(self.node)
        inner.current = self.current or self.node
        return inner

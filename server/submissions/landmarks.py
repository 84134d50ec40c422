"""Where in a form its records say when and where: found once per form, read off each record.

The day: a question named ``event_date``, else the first day the form asks for outside repeats, else ``today``, else
``start``. The place: the unit chosen last, in the form's order, from the list ``units`` outside repeats. The point: the
first that somebody was asked for outside repeats, else the first that the phone noted by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from server.forms.definition import ControlKind, Datatype, Node, NodeKind
from server.submissions.fixes import read_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition
    from server.forms.logic import InstanceNode
    from server.submissions.fixes import Fix

EVENT_DATE: Final = "event_date"
UNITS_LIST: Final = "units"
_FILL_RANKS: Final = (2, 3)
"""The ranks of `_day_rank` that the phone's clock writes."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Paths of the nodes that say the day and the place, the best first; steps are local names below the root."""

    day_paths: tuple[tuple[str, ...], ...]
    fill_paths: tuple[tuple[str, ...], ...]
    place_paths: tuple[tuple[str, ...], ...]
    point_paths: tuple[tuple[str, ...], ...]

    @staticmethod
    def of(definition: FormDefinition) -> Landmarks:
        """Return the landmarks of a form; worth keeping per form version."""
        leaves = list(_leaves_outside_repeats(definition.root))
        ranked = sorted(
            (rank, place, leaf.path) for place, leaf in enumerate(leaves) if (rank := _day_rank(leaf)) is not None
        )
        filled = [path for rank, _, path in ranked if rank in _FILL_RANKS]
        places = [
            leaf.path for leaf in leaves if leaf.control.itemset and leaf.control.itemset.instance_id == UNITS_LIST
        ]
        points = [leaf for leaf in leaves if leaf.datatype is Datatype.GEOPOINT]
        asked_first = sorted(points, key=lambda leaf: leaf.control.kind is ControlKind.NONE)
        return Landmarks(
            tuple(_steps(path) for _, _, path in ranked),
            tuple(_steps(path) for path in filled),
            tuple(_steps(path) for path in reversed(places)),
            tuple(_steps(leaf.path) for leaf in asked_first),
        )

    def paths_below(self, root: str) -> frozenset[str]:
        """Return the absolute paths of all these nodes, in a form whose root is at *root*."""
        every = (*self.day_paths, *self.fill_paths, *self.place_paths, *self.point_paths)
        return frozenset("/".join((root, *steps)) for steps in every)

    def day(self, tree: InstanceNode) -> date | None:
        """Return the record's day, None if it says none that can be read."""
        return _first_day(tree, self.day_paths)

    def filled_on(self, tree: InstanceNode) -> date | None:
        """Return the day the form was filled, by the phone's clock: ``today``, else ``start``."""
        return _first_day(tree, self.fill_paths)

    def place(self, tree: InstanceNode) -> InstanceNode | None:
        """Return the node whose answer is the code of the lowest unit chosen, None if none was."""
        found = (_at(tree, steps) for steps in self.place_paths)
        return next((node for node in found if node is not None and node.text.strip()), None)

    def point(self, tree: InstanceNode) -> tuple[InstanceNode, Fix] | None:
        """Return the node that says on which spot the record was made, and the spot; None if none does."""
        for node in (_at(tree, steps) for steps in self.point_paths):
            fix = None if node is None else read_fix(node.text)
            if node is not None and fix is not None:
                return node, fix
        return None


def _first_day(tree: InstanceNode, paths: tuple[tuple[str, ...], ...]) -> date | None:
    for steps in paths:
        node = _at(tree, steps)
        if node is not None and node.text:
            try:
                return date.fromisoformat(node.text[:10])
            except ValueError:
                continue
    return None


def _leaves_outside_repeats(node: Node) -> Iterator[Node]:
    if node.kind is NodeKind.LEAF:
        yield node
    elif node.kind is NodeKind.GROUP:
        for child in node.children:
            yield from _leaves_outside_repeats(child)


def _day_rank(leaf: Node) -> int | None:
    if leaf.name == EVENT_DATE:
        return 0
    if leaf.datatype is Datatype.DATE and leaf.control.kind is ControlKind.INPUT:
        return 1
    if leaf.datatype is Datatype.DATE and leaf.preload == "date":
        return 2
    return 3 if leaf.datatype is Datatype.DATETIME and leaf.preload == "timestamp" else None


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[2:])


def _at(tree: InstanceNode, steps: tuple[str, ...]) -> InstanceNode | None:
    node = tree
    for step in steps:
        below = node.children.get(step)
        if not below:
            return None
        node = below[0]
    return node

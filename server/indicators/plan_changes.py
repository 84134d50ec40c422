"""What a plan says otherwise than the one before it: indicators and targets that come, go or change.

Values are as the workbook writes them, so that whoever edits it finds the cell. Nothing is read or written here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from server.indicators.plan import Indicator

_COLUMNS: Final = {
    "label_vi": "label::vi",
    "label_en": "label::en",
    "definition_vi": "definition::vi",
    "definition_en": "definition::en",
}
_Key = TypeVar("_Key", bound="Hashable")


@dataclass(frozen=True, slots=True)
class PlannedValue:
    """A target: *name* tells it from the others (``I6 2025 commune``), *value* is in the indicator's own unit."""

    name: str
    value: str
    is_draft: bool


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """What *name*, an indicator or a target, says otherwise in *column*."""

    name: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """Everything people would read otherwise; *is_first* if there is no plan of that name yet."""

    is_first: bool
    indicators_added: tuple[str, ...]
    indicators_removed: tuple[str, ...]
    indicators_changed: tuple[ChangedCell, ...]
    targets_added: tuple[str, ...]
    targets_removed: tuple[str, ...]
    targets_changed: tuple[ChangedCell, ...]
    release_names: tuple[str, ...] = ()
    """The release tables the workbook declares, whether they differ or not: they change as a whole."""
    rules_added: tuple[str, ...] = ()
    """Deadlines and review policies, as one line each."""
    rules_removed: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Tell whether nothing would change."""
        indicators = (*self.indicators_added, *self.indicators_removed, *self.indicators_changed)
        targets = (*self.targets_added, *self.targets_removed, *self.targets_changed)
        rules = (*self.rules_added, *self.rules_removed)
        return not (*indicators, *targets, *self.release_names, *rules)


def changed_indicators(before: Iterable[Indicator], after: Iterable[Indicator]) -> tuple[ChangedCell, ...]:
    """Return the cells of indicators that are in both plans and say something else."""
    known = {one.code: one for one in before}
    return tuple(cell for one in after if one.code in known for cell in _cells(known[one.code], one))


def changed_targets(before: Mapping[_Key, PlannedValue], after: Mapping[_Key, PlannedValue]) -> tuple[ChangedCell, ...]:
    """Return the cells of targets that are in both plans and say something else."""
    return tuple(cell for key, one in after.items() if key in before for cell in _goal_cells(before[key], one))


def _cells(before: Indicator, after: Indicator) -> Iterator[ChangedCell]:
    for one in fields(after):
        old, new = _text(getattr(before, one.name)), _text(getattr(after, one.name))
        if old != new:
            yield ChangedCell(after.code, _COLUMNS.get(one.name, one.name), old, new)


def _goal_cells(before: PlannedValue, after: PlannedValue) -> Iterator[ChangedCell]:
    if before.value != after.value:
        yield ChangedCell(after.name, "value", before.value, after.value)
    if before.is_draft != after.is_draft:
        yield ChangedCell(after.name, "status", _status(before), _status(after))


def _status(one: PlannedValue) -> str:
    return "draft" if one.is_draft else "official"


def _text(value: object) -> str:
    return "" if value is None else str(value)

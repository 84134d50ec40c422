"""Secondary instances as trees: the choices inside a form and the lists beside it.

A `ChoiceList` looks to a path like ``root/item/<column>``; only the rows an expression touches are made into nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.lists import ChoiceList
from server.forms.logic.tree import InstanceNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.definition import Choice, SecondaryInstance
    from server.forms.logic.values import Scalar


def list_of(instance: SecondaryInstance) -> ChoiceList:
    """Return the choices written inside the form as a list; a label in several languages is no column of it."""
    rows = tuple({"name": choice.value, **_plain_label(choice), **dict(choice.columns)} for choice in instance.choices)
    return ChoiceList(instance.instance_id, rows)


def _plain_label(choice: Choice) -> dict[str, str]:
    literal = dict(choice.label.by_language).get("")
    return {} if literal is None else {"label": literal}


def document_of(source: ChoiceList | InstanceNode) -> InstanceNode:
    """Return the document node above the XML root of *source*."""
    if isinstance(source, InstanceNode):
        return source
    document = InstanceNode("")
    root = document.append("root")
    for row in source.rows:
        _fill(root.append("item"), row)
    return document


def indexed_rows(source: ChoiceList | InstanceNode, column: str, value: Scalar) -> list[InstanceNode] | None:
    """Return the rows of *source* whose *column* is *value*, None where only a scan can tell.

    An index compares texts; a number or a date looked for compares by its own rules. So does the empty text, which is
    also equal to a column the row does not have.
    """
    if not isinstance(source, ChoiceList) or type(value) is not str:
        return None
    return [row_node(source, number) for number in source.where(column, value)]


def row_node(source: ChoiceList, number: int) -> InstanceNode:
    """Return row *number* (from 0) as an ``item`` node."""
    item = InstanceNode("item", position=number + 1)
    _fill(item, source.rows[number])
    return item


def _fill(item: InstanceNode, row: Mapping[str, str]) -> None:
    for column, cell in row.items():
        item.append(column, cell)

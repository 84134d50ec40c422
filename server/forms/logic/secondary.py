"""Secondary instances as trees: the choices inside a form and the lists beside it.

A `ChoiceList` looks to a path like ``root/item/<column>``, or as its root and rows are named. Where an index can find
the rows an expression touches only those are made into nodes; where it must scan, the list is made into a tree once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.forms.lists import ChoiceList
from server.forms.logic.tree import InstanceNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.definition import Choice, SecondaryInstance
    from server.forms.logic.values import Scalar

_ROWS_KEPT: Final = 2_000


def list_of(instance: SecondaryInstance) -> ChoiceList:
    """Return the choices written inside the form as a list; a label in several languages is no column of it."""
    value_ref = instance.value_ref
    rows = tuple({value_ref: one.value, **_plain_label(one), **dict(one.columns)} for one in instance.choices)
    return ChoiceList(instance.instance_id, rows, value_ref, instance.path)


def _plain_label(choice: Choice) -> dict[str, str]:
    literal = dict(choice.label.by_language).get("")
    return {} if literal is None else {"label": literal}


def document_of(source: ChoiceList | InstanceNode) -> InstanceNode:
    """Return the document node above the XML root of *source*."""
    if isinstance(source, InstanceNode):
        return source
    return source.once(_document)


def _document(source: ChoiceList) -> InstanceNode:
    document = InstanceNode(source.name)
    root_name, row_name = source.path
    root = document.append(root_name)
    for row in source.rows:
        _fill(root.append(row_name), row)
    return document


def indexed_rows(
    source: ChoiceList | InstanceNode, row_name: str, column: str, value: Scalar
) -> list[InstanceNode] | None:
    """Return the rows of *source* called *row_name* whose *column* is *value*, None where only a scan can tell.

    An index compares texts; a number or a date looked for compares by its own rules. So does the empty text, which is
    also equal to a column the row does not have.
    """
    if not isinstance(source, ChoiceList) or type(value) is not str or row_name != source.path[1]:
        return None
    return [row_node(source, number) for number in source.where(column, value)]


def row_node(source: ChoiceList, number: int) -> InstanceNode:
    """Return row *number* (from 0) as a node; those looked at last are kept, so that a long list fills no memory."""
    rows = source.once(_rows_by_number)
    found = rows.get(number)
    if found is None:
        found = InstanceNode(source.path[1], parent=source.once(_bare_root), position=number + 1)
        _fill(found, source.rows[number])
        if len(rows) >= _ROWS_KEPT:
            rows.clear()
        rows[number] = found
    return found


def _rows_by_number(_source: ChoiceList) -> dict[int, InstanceNode]:
    return {}


def _bare_root(source: ChoiceList) -> InstanceNode:
    """Return the XML root of *source* without its rows, for rows that are made one by one."""
    return InstanceNode(source.path[0], parent=InstanceNode(source.name))


def _fill(item: InstanceNode, row: Mapping[str, str]) -> None:
    for column, cell in row.items():
        item.append(column, cell)

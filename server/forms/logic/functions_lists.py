"""Functions on selects and on choice lists: ``selected``, ``jr:choice-name``, ``pulldata``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.lists import ChoiceList
from server.forms.logic.code import Kind
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Function, contextual, plain
from server.forms.logic.functions_logic import java_integer
from server.forms.logic.values import scalar_of_node, to_text
from server.forms.paths import resolve_path

if TYPE_CHECKING:
    from server.forms.definition import Itemset, Node
    from server.forms.logic.context import Context
    from server.forms.logic.tree import InstanceNode
    from server.forms.logic.values import Scalar


def _chosen(value: Scalar) -> str:
    if type(value) is not str:
        raise LogicError("logic.type")
    return value


def _selected(answer: Scalar, choice: Scalar) -> bool:
    return f" {_chosen(choice).strip()} " in f" {_chosen(answer)} "


def _count_selected(answer: Scalar) -> float:
    return float(len(_choices(answer)))


def _selected_at(answer: Scalar, place: float) -> str:
    choices, index = _choices(answer), java_integer(place)
    return choices[index] if 0 <= index < len(choices) else ""


def _choices(answer: Scalar) -> list[str]:
    return [choice for choice in _chosen(answer).split(" ") if choice]


def _choice_name(context: Context, value: str, path: str) -> str:
    """Return the label of a choice of the question at *path* in the context's language, ``""`` if there is none."""
    if context.definition is None:
        raise LogicError("logic.unrepeatable")
    here = "/" + "/".join(one.name for one in context.node.chain())
    node = context.definition.nodes.get(resolve_path(path, here))
    if node is None or (context.offers is not None and not context.offers(context.node, node.path, value)):
        return ""
    return _label(context, node, value)


def _label(context: Context, node: Node, value: str) -> str:
    for choice in node.control.choices:
        if choice.value == value:
            return choice.label.in_language(context.language)
    itemset = node.control.itemset
    if itemset is None or context.definition is None:
        return ""
    if itemset.nodeset:
        return _label_in_record(context, itemset, value)
    inside = context.definition.instance(itemset.instance_id)
    for choice in inside.choices if inside else ():
        if choice.label.by_language and dict(choice.columns).get(itemset.value_ref, choice.value) == value:
            return choice.label.in_language(context.language)
    return _cell(context, itemset.instance_id, itemset.label_ref, (itemset.value_ref, value))


def _label_in_record(context: Context, itemset: Itemset, value: str) -> str:
    """Return the label of the first row of the repeat the choices come from that has *value*."""
    rows = [context.root]
    for name in itemset.nodeset.strip("/").split("/")[1:]:
        rows = [below for row in rows for below in row.children.get(name, ()) if below.relevant]
    context.steps.spend(len(rows))
    found = (row for row in rows if _text_at(context, row, itemset.value_ref) == value)
    return next((_text_at(context, row, itemset.label_ref) for row in found), "")


def _text_at(context: Context, row: InstanceNode, reference: str) -> str:
    node: InstanceNode | None = row
    for step in reference.split("/"):
        node = next(iter(node.children.get(step, ())), None) if node is not None else None
    return to_text(scalar_of_node(node, context)) if node is not None else ""


def _pulldata(context: Context, *arguments: str) -> str:
    name, column, key, value = arguments
    instance_id = name.rpartition("/")[2].removesuffix(".csv")
    if instance_id not in context.instances:
        raise LogicError("logic.unknown_list", list=instance_id)
    return _cell(context, instance_id, column, (key, value))


def _cell(context: Context, instance_id: str, column: str, wanted: tuple[str, str]) -> str:
    source = context.instances.get(instance_id)
    if not isinstance(source, ChoiceList):
        return ""
    context.steps.spend(1)
    rows = source.where(*wanted)
    return source.rows[rows[0]].get(column, "") if rows else ""


def _itext(_: str) -> str:
    raise LogicError("logic.unrepeatable")


LIST_FUNCTIONS = (
    Function("selected", "ss", "Whether a choice is among those selected.", "selected('a b', 'b')",
             plain("ss", Kind.BOOLEAN, _selected)),
    Function("is-selected", "ss", "The same as selected.", "is-selected('a b', 'c')",
             plain("ss", Kind.BOOLEAN, _selected)),
    Function("count-selected", "s", "How many choices are selected.", "count-selected('a b')",
             plain("s", Kind.NUMBER, _count_selected)),
    Function("selected-at", "sn", "The choice at a place, counted from 0.", "selected-at('a b', 1)",
             plain("sn", Kind.TEXT, _selected_at)),
    Function("jr:choice-name", "tt", "The label of a choice of a question.", "jr:choice-name('yes', '/data/consent')",
             contextual("tt", Kind.TEXT, _choice_name)),
    Function("jr:itext", "t", "A text of the form, on the device only.", "jr:itext('label')",
             plain("t", Kind.TEXT, _itext), is_repeatable=False),
    Function("pulldata", "tttt", "A cell of the first row of a list whose key column has a value.",
             "pulldata('units', 'label', 'name', '23500')", contextual("tttt", Kind.TEXT, _pulldata)),
)  # fmt: skip

"""Choice lists of an XForm: the secondary instances, and how an itemset points into one.

Rows of attached files are not read here; a list that lives in a file is known by its name only.
Source: ODK XForms specification, Secondary Instances and itemset.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.forms.definition import Choice, Itemset, SecondaryInstance, Text
from server.forms.itext import plain_text
from server.forms.paths import resolve_path
from server.forms.xml_reader import first_child, local_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from server.forms.itext import Itext

_INSTANCE = re.compile(r"^instance\(\s*(['\"])(.+?)\1\s*\)")
_RANDOMIZE = re.compile(r"^randomize\((.*)\)$", re.DOTALL)


def read_itemset(nodeset: str, *, value_ref: str, label_ref: str, context: str) -> Itemset:
    """Return where the choices of a control come from.

    *nodeset* is ``instance('units')/root/item[filter]``, a repeat's path, or ``randomize(…)`` around either; several
    filters become one joined by ``and``.
    """
    shuffled = _RANDOMIZE.match(nodeset.strip())
    source = _first_argument(shuffled.group(1)) if shuffled else nodeset
    path, predicate = _split_predicates(source.strip())
    instance = _INSTANCE.match(path)
    return Itemset(
        instance_id=instance.group(2) if instance else "",
        predicate=predicate,
        value_ref=value_ref or "name",
        label_ref=label_ref or "label",
        nodeset="" if instance else resolve_path(path, context),
        rows=path[instance.end() :].strip().strip("/") or "root/item" if instance else "root/item",
    )


def read_instance_list(instance: _Element, itext: Itext, value_refs: Mapping[str, str]) -> SecondaryInstance:
    """Return the secondary instance; *value_refs* names the value column by instance id where it is not ``name``."""
    instance_id, src = instance.get("id", ""), instance.get("src", "")
    root = next(iter(instance), None)
    if src or root is None:
        return SecondaryInstance(instance_id, src)
    value_ref = value_refs.get(instance_id, "name")
    row_name = local_name(root[0]) if len(root) else "item"
    choices = tuple(_choice(row, itext, value_ref) for row in root if local_name(row) == row_name)
    return SecondaryInstance(instance_id, "", choices, (local_name(root), row_name), value_ref)


def read_inline_choice(element: _Element, itext: Itext) -> Choice:
    """Return the choice of an ``item`` that stands in the body."""
    value = first_child(element, "value")
    return Choice("" if value is None else plain_text(value), itext.label(first_child(element, "label")))


def _choice(row: _Element, itext: Itext, value_ref: str) -> Choice:
    columns: dict[str, str] = {}
    for child in row:
        columns.setdefault(local_name(child), plain_text(child))
    value = columns.pop(value_ref, "")
    literal = columns.pop("label", "")
    label = itext.text(columns["itextId"]) if "itextId" in columns else Text((("", literal),) if literal else ())
    return Choice(value, label, tuple(columns.items()))


def _split_predicates(nodeset: str) -> tuple[str, str]:
    """Return the path and the filter of ``path[filter]``, minding brackets and quotes inside the filter."""
    path: list[str] = []
    filters: list[str] = []
    depth, quote, start = 0, "", 0
    for index, character in enumerate(nodeset):
        if quote or character in "'\"":
            quote = "" if character == quote else quote or character
        elif character == "[":
            depth += 1
            start = index + 1 if depth == 1 else start
        elif character == "]":
            depth -= 1
            filters += [nodeset[start:index].strip()] if depth == 0 else []
            continue
        if depth == 0:
            path.append(character)
    joined = filters[0] if len(filters) == 1 else " and ".join(f"({one})" for one in filters)
    return "".join(path).strip(), joined


def _first_argument(arguments: str) -> str:
    """Return what stands before the first comma that is outside brackets and quotes."""
    depth, quote = 0, ""
    for index, character in enumerate(arguments):
        if quote or character in "'\"":
            quote = "" if character == quote else quote or character
        elif character == "," and depth == 0:
            return arguments[:index]
        else:
            depth += (character in "([") - (character in ")]")
    return arguments

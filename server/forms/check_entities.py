"""Whether the entity blocks of a form can work: lists and properties with usable names, each answer saved to one.

pyxform refuses most of it in a workbook; a ready XForm may hold any of it, and Collect then stops or saves nothing.
Source: ODK Entities specification, https://getodk.github.io/xforms-spec/entities, and Collect's reading of it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from server.forms.definition import NodeKind
from server.forms.entities import entity_blocks, owning_block
from server.forms.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.forms.definition import FormDefinition, Node
    from server.forms.entities import EntityBlock
    from server.forms.sheets import Row, Sheet
    from server.forms.survey_rows import SurveyRows

GENERATED_LISTS = frozenset({"units"})
"""Lists the server makes of other things; no form can add to them."""

_VERSIONS = ("2022.1", "2023.1", "2024.1", "2025.1")
_SEVERAL = "2025.1"
"""The first version that knows several blocks in one form, and blocks in groups and repeats."""
_NAME = re.compile(r"[A-Za-z_][\w\-]{0,63}")
_RESERVED_PROPERTIES = frozenset({"name", "label"})
_LIST_COLUMNS = ("list_name", "dataset")


def entity_faults(definition: FormDefinition, rows: SurveyRows, sheets: Sequence[Sheet]) -> Iterator[Fault]:
    """Yield what keeps entities from being made or changed as the form means it."""
    blocks = entity_blocks(definition)
    yield from _version_faults(definition, blocks)
    for block in blocks:
        for code, column in _block_faults(block, definition):
            yield _in_sheet(code, block, column=column, sheets=sheets)
        yield from _twice(block, definition, rows)
    for node in definition.root.walk():
        if node.save_to:
            yield from (_at(code, node, rows) for code in _save_to_faults(node, definition, blocks))


def _version_faults(definition: FormDefinition, blocks: Sequence[EntityBlock]) -> Iterator[Fault]:
    version = definition.entities_version
    if not blocks and not version:
        return
    is_alone_at_root = len(blocks) <= 1 and all(block.container == definition.root.path for block in blocks)
    if not version.startswith(_VERSIONS if is_alone_at_root else _SEVERAL):
        yield Fault("form.entities_version", {"version": version or "–"})


def _block_faults(block: EntityBlock, definition: FormDefinition) -> Iterator[tuple[str, str]]:
    """Yield codes, each with the column of the sheet entities it is about."""
    if not _is_name(block.dataset) or "." in block.dataset:
        yield "form.entity_list_name", "list_name"
    elif block.dataset in GENERATED_LISTS:
        yield "form.entity_list_generated", "list_name"
    if not block.creates and not block.updates:
        yield "form.entity_no_action", "create_if"
    if block.creates and not block.has_label:
        yield "form.entity_no_label", "label"
    if not _has_id(block, definition):
        yield "form.entity_no_id", "entity_id"


def _has_id(block: EntityBlock, definition: FormDefinition) -> bool:
    """Return whether something gives the entity its id: a calculate, or what the phone does when the form is opened."""
    path = f"{block.path}/@id"
    calculated = any(bind.path == block.path and bind.attribute == "id" for bind in definition.attribute_binds)
    return calculated or any(action.path == path for action in definition.actions)


def _twice(block: EntityBlock, definition: FormDefinition, rows: SurveyRows) -> Iterator[Fault]:
    uses = Counter(block.save_tos.values())
    for path, name in block.save_tos.items():
        if uses[name] > 1:
            yield _at("form.entity_property_twice", definition.nodes[path], rows)


def _save_to_faults(node: Node, definition: FormDefinition, blocks: Sequence[EntityBlock]) -> Iterator[str]:
    if node.save_to.lower() in _RESERVED_PROPERTIES or not _is_name(node.save_to.replace(".", "_")):
        yield "form.entity_property_name"
    owner = owning_block(node.path, definition)
    block = next((one for one in blocks if one.path == owner), None)
    if block is None:
        yield "form.save_to_without_entity"
    elif _is_repeated_within(block, node, definition):
        yield "form.save_to_repeated"
    if node.kind is not NodeKind.LEAF:
        yield "form.save_to_group"


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not text.startswith("__")


def _is_repeated_within(block: EntityBlock, node: Node, definition: FormDefinition) -> bool:
    """Return whether a repeat lies between the block's container and *node*, which then has several values for one."""
    names = node.path.removeprefix(f"{block.container}/").split("/")[:-1]
    between = ("/".join((block.container, *names[:depth])) for depth in range(1, len(names) + 1))
    return any(definition.nodes[path].kind is NodeKind.REPEAT for path in between)


def _at(code: str, node: Node, rows: SurveyRows) -> Fault:
    row = rows.row(node.path)
    said = {"path": node.path, "name": node.save_to}
    if row is None:
        return Fault(code, said)
    return Fault(code, said, sheet="survey", row=row.number, column=rows.column(row, "save_to"))


def _in_sheet(code: str, block: EntityBlock, *, column: str, sheets: Sequence[Sheet]) -> Fault:
    said = {"path": block.path, "list": block.dataset or "–"}
    row = _row_of(block, sheets)
    if row is None:
        return Fault(code, said)
    return Fault(code, said, sheet="entities", row=row.number, column=column)


def _row_of(block: EntityBlock, sheets: Sequence[Sheet]) -> Row | None:
    found = (row for sheet in sheets if sheet.name.lower() == "entities" for row in sheet.rows)
    return next((row for row in found if block.dataset in (row.cells.get(one) for one in _LIST_COLUMNS)), None)

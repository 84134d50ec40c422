"""Which entities a form makes and changes, and which columns of their lists it reads.

It is the form's side only: what a submission then carries is for `server.registers`, and whether the form's wishes
make sense is said by `server.forms.check_entities`.
Source: ODK Entities specification, https://getodk.github.io/xforms-spec/entities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.definition import NodeKind
from server.forms.expressions import written_expressions
from server.forms.logic import LogicError, compile_expression
from server.forms.logic.syntax import Call, Literal, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.forms.definition import FormDefinition, Node, SecondaryInstance
    from server.forms.logic import Expression

STANDARD_LISTS = frozenset({"households", "clubs", "models", "trusted_addresses", "staff"})
"""The lists every project keeps, whether the form that reads them also writes them or not."""

BLOCK = "/meta/entity"
"""Where the block of a container stands, below it."""

_COLUMN = len(("root", "item"))
_NO_COLUMNS = frozenset({"", "*", ".."})


@dataclass(frozen=True, slots=True)
class EntityBlock:
    """One ``meta/entity``: each instance of its container makes or changes at most one entity.

    *path* is the block's own, *container* that of the root, group or repeat it stands in, *repeats* those of the
    repeats around it, the container included, outermost first. *creates* and *updates* say what the form may do; in
    a submission the attributes say what it did. *save_tos* gives the property by the path of the node saved to it.
    """

    dataset: str
    path: str
    container: str
    repeats: tuple[str, ...]
    creates: bool
    updates: bool
    has_label: bool
    save_tos: Mapping[str, str]


def entity_blocks(definition: FormDefinition) -> tuple[EntityBlock, ...]:
    """Return the entity blocks in document order; a node saved where no ancestor has a block belongs to none."""
    saved = _saved(definition)
    return tuple(
        _block(node, definition, saved.get(node.path, {}))
        for node in definition.root.walk()
        if node.path.endswith(BLOCK)
    )


def entity_list_files(definition: FormDefinition) -> frozenset[str]:
    """Return the file names only entity lists have: those of the standard lists and of the lists the form writes to."""
    return frozenset(f"{name}.csv" for name in {*STANDARD_LISTS, *(one.dataset for one in entity_blocks(definition))})


def columns_read(definition: FormDefinition, list_name: str) -> frozenset[str]:
    """Return every column of the list *list_name* that an expression or a question of the form reads.

    Version lookups of entity blocks (``__version``) are among them. An expression that does not compile reads nothing.
    """
    instances = frozenset(one.instance_id for one in definition.instances if _reads(one, list_name))
    columns = {column for expression in _compiled(definition) for column in _columns(expression, instances)}
    for node in definition.root.walk():
        itemset = node.control.itemset
        if itemset and itemset.instance_id in instances:
            columns |= {itemset.value_ref, itemset.label_ref}
    return frozenset(columns)


def _block(node: Node, definition: FormDefinition, save_tos: Mapping[str, str]) -> EntityBlock:
    container = node.path.removesuffix(BLOCK)
    static = dict(node.attributes)
    declared = {*static, *(bind.attribute for bind in definition.attribute_binds if bind.path == node.path)}
    return EntityBlock(
        dataset=static.get("dataset", ""),
        path=node.path,
        container=container,
        repeats=tuple(path for path in _ancestry(container) if _is_repeat(path, definition)),
        creates="create" in declared,
        updates="update" in declared,
        has_label=any(child.name == "label" for child in node.children),
        save_tos=save_tos,
    )


def _saved(definition: FormDefinition) -> dict[str, dict[str, str]]:
    """Return by block path what is saved to it: each node to the block of the nearest ancestor that has one."""
    found: dict[str, dict[str, str]] = {}
    for node in definition.root.walk():
        block = owning_block(node.path, definition) if node.save_to else ""
        if block:
            found.setdefault(block, {})[node.path] = node.save_to
    return found


def owning_block(path: str, definition: FormDefinition) -> str:
    """Return the path of the entity block a node saved at *path* belongs to, empty if there is none."""
    blocks = (f"{ancestor}{BLOCK}" for ancestor in reversed(_ancestry(path)[:-1]))
    return next((block for block in blocks if block in definition.nodes), "")


def _ancestry(path: str) -> list[str]:
    """Return the paths down to *path*, the root's first."""
    names = path.strip("/").split("/")
    return ["/" + "/".join(names[:depth]) for depth in range(1, len(names) + 1)]


def _is_repeat(path: str, definition: FormDefinition) -> bool:
    return definition.nodes[path].kind is NodeKind.REPEAT


def _reads(instance: SecondaryInstance, list_name: str) -> bool:
    """Return whether *instance* is that list; phones go by the instance's id, manifests by the file's name."""
    return bool(instance.src) and list_name in (instance.instance_id, instance.filename.removesuffix(".csv"))


def _compiled(definition: FormDefinition) -> Iterator[Expression]:
    for written in written_expressions(definition):
        try:
            yield compile_expression(written.source)
        except LogicError:
            continue  # said by the form's check


def _columns(expression: Expression, instances: frozenset[str]) -> Iterator[str]:
    for reference in expression.references:
        column = reference.steps[_COLUMN] if len(reference.steps) > _COLUMN else ""
        if reference.instance_id in instances and column not in _NO_COLUMNS:
            yield column
    for part in walk(expression.syntax):
        match part:
            case Call("pulldata", (Literal(name), wanted, looked_in, _)) if name in instances:
                yield from (one.value for one in (wanted, looked_in) if isinstance(one, Literal))

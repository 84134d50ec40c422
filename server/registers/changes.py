"""What an instance asks of registers: the entity blocks of its form, read off the record a device sent.

Nothing here knows which entities there are; what a change does to one is said by `versions`. A node the device did not
send was not relevant and leaves its property alone; one it sent empty empties the property.
Source: ODK Entities specification, Declaring Entities in Submissions, https://getodk.github.io/xforms-spec/entities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import RFC_4122, UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.forms.entities import EntityBlock
    from server.forms.logic import InstanceNode

_RANDOM_VERSION: Final = 4
_TRUE: Final = frozenset({"1", "true"})
LONGEST_VALUE: Final = 1_000
"""Characters of a property, as of a cell of an office's list: it travels to every phone that has the list, and Android
opens no row of over 2 MB. The record keeps the whole."""
_LONGEST_LABEL: Final = 300
_LARGEST_VERSION: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One entity block of a record that asks for something; *path* is that of its ``entity`` node, numbered."""

    path: str
    dataset: str
    entity_id: str
    """Canonical: lower case, without ``uuid:``; as sent where it is no random UUID."""
    creates: bool
    updates: bool
    label: str | None
    """None where the block has no label or the device sent an empty one."""
    values: Mapping[str, str]
    """The properties the device sent, by name, none longer than `LONGEST_VALUE`."""
    base_version: int | None = None
    trunk_version: int | None = None
    branch_id: str = ""

    @property
    def has_good_id(self) -> bool:
        """Tell whether the id is a version 4 UUID, as devices make them."""
        return is_entity_id(self.entity_id)


def changes_in(tree: InstanceNode, blocks: tuple[EntityBlock, ...]) -> tuple[EntityChange, ...]:
    """Return what the record asks of registers, in the order of its blocks; those that ask for nothing are left out."""
    return tuple(change for block in blocks for node in _nodes_at(tree, block.path) for change in _change(node, block))


def canonical_id(text: str) -> str:
    """Return an entity id as it is kept: trimmed, without ``uuid:``, in lower case."""
    return text.strip().removeprefix("uuid:").lower()


def is_entity_id(text: str) -> bool:
    """Tell whether *text* is a canonical version 4 UUID."""
    try:
        parsed = UUID(text)
    except ValueError:
        return False
    return str(parsed) == text and parsed.variant == RFC_4122 and parsed.version == _RANDOM_VERSION


def _change(node: InstanceNode, block: EntityBlock) -> Iterator[EntityChange]:
    said = node.attributes
    creates, updates = _is_true(said.get("create", "")), _is_true(said.get("update", ""))
    if node.missing or not ((creates and block.creates) or (updates and block.updates)):
        return
    label = next((one.text.strip() for one in node.children.get("label", ()) if not one.missing), "")
    yield EntityChange(
        path=node.path(),
        dataset=block.dataset,  # never what a device says: its form alone names the list
        entity_id=canonical_id(said.get("id", "")),
        creates=creates and block.creates,
        updates=updates and block.updates,
        label=label[:_LONGEST_LABEL] or None,
        values=dict(_saved(node, block)),
        base_version=_whole(said.get("baseVersion", "")),
        trunk_version=_whole(said.get("trunkVersion", "")),
        branch_id=said.get("branchId", "").strip().lower()[:36],
    )


def _saved(node: InstanceNode, block: EntityBlock) -> Iterator[tuple[str, str]]:
    """Yield property and text of every node the block saves; its container is two steps above, past ``meta``."""
    container = node.chain()[-3]
    for path, name in block.save_tos.items():
        for one in _below(container, path.removeprefix(f"{block.container}/").split("/")):
            if not one.missing:
                yield name, one.text[:LONGEST_VALUE]


def _nodes_at(tree: InstanceNode, path: str) -> list[InstanceNode]:
    return _below(tree, path.split("/")[2:])


def _below(node: InstanceNode, steps: list[str]) -> list[InstanceNode]:
    found = [node]
    for step in steps:
        found = [child for one in found for child in one.children.get(step, ())]
    return found


def _is_true(text: str) -> bool:
    return text.strip().lower() in _TRUE


def _whole(text: str) -> int | None:
    """Return the number a version attribute holds; None for none, and for one no phone can have."""
    digits = text.strip().removesuffix(".0")
    if not digits.isascii() or not digits.isdigit():
        return None
    return number if 1 <= (number := int(digits[:12])) <= _LARGEST_VERSION else None

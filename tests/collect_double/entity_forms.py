"""What a finished form says about entities, read from its XForm and its instance as Collect does when it is finalised.

A property is sent where its node is relevant, and in an instance what is not relevant is not there. Collect also walks
blocks in repeats that are not relevant; no instance shows these, so neither does this. Sources: ODK Collect v2026.3
EntityFormFinalizationProcessor, EntityFormParseProcessor, EntityFormParser.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from xml.etree import ElementTree as ET

from .entity_store import EntityAction, FormEntity
from .openrosa_xml import XFORMS

ENTITIES = "http://www.opendatakit.org/xforms/entities"
SUPPORTED = ("2022.1", "2023.1", "2024.1", "2025.1")
LOCAL = ("2024.1", "2025.1")
Path: TypeAlias = tuple[str, ...]


class UnsupportedForm(ValueError):
    """Collect does not open the form: it names no version of the entities specification, or one it does not know."""


@dataclass(frozen=True, slots=True)
class SaveTo:
    """A bind with ``entities:saveto``: its node's way from the group whose entity it belongs to."""

    group: Path
    way: Path
    property: str


def is_edit(instance: ET.Element) -> bool:
    """Tell whether an instance replaces one that was sent; edits leave the phone's entities alone."""
    return any(_name(one) == "deprecatedID" for meta in instance if _name(meta) == "meta" for one in meta)


def form_entities(xform: bytes, instance: ET.Element) -> list[FormEntity]:
    """Return what the instance does to entities, in document order. Raises UnsupportedForm."""
    save_tos = _save_tos(xform)
    if save_tos is None:
        return []
    blocks = [(path, group, block) for path, group, block in _blocks((), instance) if _action(block) is not None]
    return [_form_entity(path, group, block, save_tos) for path, group, block in blocks]


@lru_cache(maxsize=32)
def _save_tos(xform: bytes) -> tuple[SaveTo, ...] | None:
    """Return the form's saveto binds, None where it does nothing to the phone's own entities."""
    model = ET.fromstring(xform).find(f".//{{{XFORMS}}}model")
    assert model is not None, "the phone keeps no form without a model"
    primary = model.find(f"{{{XFORMS}}}instance")
    assert primary is not None
    groups = {path for path, _, _ in _blocks((), primary[0])}
    if not groups:
        return None
    version = model.attrib.get(f"{{{ENTITIES}}}entities-version", "")
    if not version.startswith(SUPPORTED):
        raise UnsupportedForm(version or "no entities-version")
    if not version.startswith(LOCAL):
        return None
    binds = [bind for bind in model.iter(f"{{{XFORMS}}}bind") if f"{{{ENTITIES}}}saveto" in bind.attrib]
    return tuple(_save_to(bind, groups) for bind in binds)


def _save_to(bind: ET.Element, groups: set[Path]) -> SaveTo:
    path = tuple(bind.attrib["nodeset"].strip("/").split("/"))
    group = max((one for one in groups if path[: len(one)] == one), key=len)
    return SaveTo(group, path[len(group) :], bind.attrib[f"{{{ENTITIES}}}saveto"])


def _blocks(above: Path, element: ET.Element) -> Iterator[tuple[Path, ET.Element, ET.Element]]:
    """Yield each entity block under an element with the group it stands in and that group's path."""
    path = (*above, _name(element))
    for child in element:
        if _name(child) == "meta":
            yield from ((path, element, one) for one in _named(child, "entity")[:1])
        else:
            yield from _blocks(path, child)


def _form_entity(path: Path, group: ET.Element, block: ET.Element, save_tos: tuple[SaveTo, ...]) -> FormEntity:
    action = _action(block)
    assert action is not None
    found = [(one.property, _node(group, one.way)) for one in save_tos if one.group == path]
    labels = _named(block, "label")
    return FormEntity(
        action=action,
        list_name=block.attrib["dataset"],
        id=block.attrib.get("id", ""),
        label=(labels[0].text or "") if labels else "",
        properties={name: node.text or "" for name, node in found if node is not None},
    )


def _action(block: ET.Element) -> EntityAction | None:
    creates, updates = (block.attrib.get(one, "").lower() in {"1", "true"} for one in ("create", "update"))
    match creates, updates:
        case True, True:
            return EntityAction.UPSERT
        case True, False:
            return EntityAction.CREATE
        case False, True:
            return EntityAction.UPDATE
        case _:
            return None


def _node(element: ET.Element, way: Path) -> ET.Element | None:
    for step in way:
        found = _named(element, step)
        if not found:
            return None
        element = found[0]
    return element


def _named(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if _name(child) == name]


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]

"""What a record has to do with registers: the entities it made or changed, what waits, and which question asked.

Entities out of sight are not told of, nor that there are any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.forms.entities import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.forms.definition import FormDefinition
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.records import RecordLine
    from server.storage.repositories.register import EntityLine
    from server.storage.visible import Reading

HELD: Final = "held"
_NUMBER: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class RecordEntity:
    """An entity in sight that the record tells of; *is_waiting*: what it says is not in the register yet."""

    line: EntityLine
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class RecordEntities:
    """What a version of a record has to do with registers."""

    entities: tuple[RecordEntity, ...]
    names: Mapping[tuple[str, str], str]
    """What the entities it names are called, by list and id."""
    questions: Mapping[str, str]
    """The question by which an entity was chosen, by the numbered path of the block about it."""


def entities_of(
    services: Services, sight: Reading, line: RecordLine, shown: VersionLine, *, named: Iterable[str]
) -> RecordEntities:
    """Return the entities in *sight* of the version *shown* of a record; *named* are the ids that stand in it."""
    form = services.shelf.version_by_id(shown.form_version_id)
    with services.reading(sight) as uow:
        names = uow.entity_names.labels(line.project_id, named)
        effects = uow.entity_history.effects_of(shown.version_id) if form.entity_blocks else []
        waiting = {one.entity_key: one.outcome == HELD for one in effects if one.entity_key is not None}
        lines = uow.register.lines(waiting) if waiting else {}
    entities = tuple(RecordEntity(lines[key], is_waiting) for key, is_waiting in waiting.items() if key in lines)
    return RecordEntities(entities, names, dict(_questions(form, (one.path for one in effects))))


def _questions(form: ShelvedForm, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each block's path with that of the question its entity is chosen by, in the same instance of a repeat."""
    chosen = {one.path: _chosen_by(form.definition, one.container, one.dataset) for one in form.entity_blocks}
    for path in paths:
        question = chosen.get(_NUMBER.sub("", path), "")
        if question:
            container = path.removesuffix(BLOCK)
            yield path, container + question.removeprefix(_NUMBER.sub("", container))


def _chosen_by(definition: FormDefinition, container: str, dataset: str) -> str:
    """Return the path of the first question below a container that offers the list, empty if there is none."""
    for node in definition.nodes[container].walk():
        itemset = node.control.itemset
        instance = definition.instance(itemset.instance_id) if itemset else None
        if instance is not None and instance.filename == f"{dataset}.csv":
            return node.path
    return ""

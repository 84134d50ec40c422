"""Write versions of entities by the thousand: what `write_entity` does for one, with a few statements for all.

For what a person does to many at once (a file is loaded, a load is undone), with the entities locked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.operations.write_entity import entity_facts, found_by, is_to_compare, version_facts
from server.registers.versions import Conflict, EntityState
from server.storage.repositories.entities import StoredEntity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.operations.write_entity import Source, Touched
    from server.registers.versions import NewVersion
    from server.storage.repositories.entities import EntityList
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Written:
    """One version, and the entity as it stands without and with it."""

    before: StoredEntity
    new: NewVersion
    after: StoredEntity


def write_versions(uow: UnitOfWork, written: Sequence[Written], source: Source, *, touched: Touched) -> None:
    """Keep versions of entities that are there."""
    uow.entities.add_versions([version_facts(one.after, one.new, source) for one in written])
    uow.entity_imports.set_facts({one.after.key: entity_facts(one.after, source.at) for one in written})
    _let_them_be_found(uow, written)
    _note(written, source, touched)


def create_entities(uow: UnitOfWork, created: Mapping[str, Written], source: Source, *, touched: Touched) -> None:
    """Insert entities, by their entity ids, with their first versions; none of them is there yet."""
    rows = [
        {
            "list_id": one.after.list_id,
            "entity_id": entity_id,
            "is_sensitive": one.after.is_sensitive,
            **entity_facts(one.after, source.at),
            "created_at": source.at,
        }
        for entity_id, one in created.items()
    ]
    keys = uow.entity_imports.add(rows)
    made = [replace(one, after=replace(one.after, key=keys[entity_id])) for entity_id, one in created.items()]
    uow.entities.add_versions([version_facts(one.after, one.new, source) for one in made])
    uow.entity_words.replace([(one.after, found_by(one.after)) for one in made], are_new=True)
    _note(made, source, touched)


def nobody(known: EntityList, entity_id: str) -> StoredEntity:
    """Return an entity of the list that is not there yet."""
    return StoredEntity(
        key=0,
        list_id=known.list_id,
        list_name=known.name,
        entity_id=entity_id,
        is_sensitive=known.is_sensitive,
        unit_id=None,
        holder_id=None,
        merged_into_id=None,
        conflict=Conflict.NONE,
        is_live=False,
        effective_year=0,
        has_waiting=False,
        state=EntityState(),
    )


def _note(written: Sequence[Written], source: Source, touched: Touched) -> None:
    for one in written:
        touched.note(one.before, one.after)
        if is_to_compare(one.before, one.after, one.new):
            touched.to_compare[one.after.key] = source.at


def _let_them_be_found(uow: UnitOfWork, written: Sequence[Written]) -> None:
    """Write the words of those that are found by other ones now, or elsewhere."""
    renamed = [
        (one.after, found_by(one.after))
        for one in written
        if one.before.unit_id != one.after.unit_id or found_by(one.before) != found_by(one.after)
    ]
    uow.entity_words.replace(renamed, are_new=False)

"""The entity lists of a phone: what of each travels to its collaborator, its hash, its bytes, what became of ids.

Each person gets the rows of her own places alone. The hash is made of counters, so asking whether a list changed reads
a few small rows however many entities there are; bytes are put together of pieces that neighbours share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import NotFound
from server.language.ordering import sort_key
from server.operations.entity_shelf import PieceKey
from server.operations.postings import posting_of
from server.registers.changes import canonical_id, is_entity_id
from server.registers.lists import COMMUNE, VILLAGE, ListedEntity, content_hash, header, rows
from server.registers.reach import Share, share_of
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.carried_lists import CarriedEntity, Standing
    from server.storage.repositories.collaborators import Sender
    from server.storage.repositories.entities import EntityList
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class CarriedList:
    """A list as it stands for one collaborator; *hash* changes whenever its bytes would."""

    known: EntityList
    share: Share
    counters: Mapping[UnitId, int]
    hash: str


def carried_lists(services: Services, sender: Sender, names: Iterable[str]) -> dict[str, CarriedList]:
    """Return the lists of these names as they stand for *sender*; a name nobody made a list of is left out."""
    here = services.atlas.at(sender.territory_revision)
    posting = posting_of(here, sender.collaborator_id, sender.post_units, services.today())
    epoch = here.epoch_of(services.today())
    with services.reading(services.intake(sender.project_id)) as uow:
        found = uow.carried_lists.standing(sender.project_id, names, posting.communes | posting.officer)
        shares = {one.known.list_id: share_of(one.known.reach, posting) for one in found}
        counters = {one.known.list_id: _counters(uow, one, shares[one.known.list_id]) for one in found}
    lists = (one.known for one in found)
    return {one.name: _stand(one, shares[one.list_id], counters[one.list_id], here=here, epoch=epoch) for one in lists}


def list_for(services: Services, sender: Sender, name: str) -> CarriedList:
    """Return one list as it stands for *sender*; raises NotFound ``openrosa.not_found``."""
    one = carried_lists(services, sender, [name]).get(name)
    if one is None:
        raise NotFound("openrosa.not_found")
    return one


def list_bytes(services: Services, sender: Sender, one: CarriedList) -> bytes:
    """Return the CSV of a list; what changed since it was looked at may be in it, and its hash will tell so."""
    with services.reading(services.intake(sender.project_id)) as uow:
        properties = uow.entities.sent_properties(one.known.list_id)
        pieces = _Pieces(services, uow, one, services.atlas.at(sender.territory_revision)).rendered(properties)
    return b"".join((header(properties), *pieces))


def list_content(services: Services, sender: Sender, name: str) -> tuple[bytes, str]:
    """Return the CSV of one list for *sender* and its hash; raises NotFound ``openrosa.not_found``."""
    one = list_for(services, sender, name)
    return list_bytes(services, sender, one), one.hash


def deleted_states(services: Services, sender: Sender, name: str, entity_ids: Iterable[str]) -> dict[str, bool]:
    """Return for each id we know whether the phone must drop it; ids never created here are left out.

    An entity that left the collaborator's places is dropped like one that is gone.
    Raises NotFound ``openrosa.not_found``.
    """
    wanted = {known: one for one in entity_ids if is_entity_id(known := canonical_id(one))}
    one = list_for(services, sender, name)
    with services.reading(services.intake(sender.project_id)) as uow:
        states = uow.carried_lists.states(one.known.list_id, one.share, wanted)
    return {wanted[entity_id]: not travels for entity_id, travels in states.items()}


def _counters(uow: UnitOfWork, one: Standing, share: Share) -> Mapping[UnitId, int]:
    """Return the counters a list's hash is made of: of her own entities alone where only these travel."""
    if share.holder_id is not None:
        return uow.carried_lists.held_counters(one.known.list_id, share)
    return {unit_id: counter for unit_id, counter in one.counters.items() if unit_id in share.units}


def _stand(known: EntityList, share: Share, counters: Mapping[UnitId, int], *, here: Map, epoch: date) -> CarriedList:
    parts = (str(known.list_id), str(known.revision), str(share.holder_id), str(here.revision), epoch.isoformat())
    return CarriedList(known, share, counters, content_hash(parts, counters))


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The lines of one list, unit by unit."""

    services: Services
    uow: UnitOfWork
    one: CarriedList
    here: Map

    def rendered(self, properties: tuple[str, ...]) -> list[bytes]:
        """Return the pieces in the order of units; those nobody asked for since they changed are made."""
        keys = {unit_id: self._key(unit_id) for unit_id in sorted(self.one.counters)}
        found = {unit_id: piece for unit_id, key in keys.items() if (piece := self.services.lists.get(key)) is not None}
        missing = frozenset(keys) - frozenset(found)
        for unit_id, entities in self._entities(missing).items():
            places = _places(self.here, unit_id, self.services.today())
            found[unit_id] = rows(_listed(entities, places), properties)
            self.services.lists.put(keys[unit_id], found[unit_id])
        return [found[unit_id] for unit_id in keys]

    def _entities(self, units: frozenset[UnitId]) -> dict[UnitId, list[CarriedEntity]]:
        by_unit: dict[UnitId, list[CarriedEntity]] = {unit_id: [] for unit_id in units}
        if units:
            share = Share(units, self.one.share.holder_id)
            for entity in self.uow.carried_lists.entities(self.one.known.list_id, share):
                by_unit[entity.unit_id].append(entity)
        return by_unit

    def _key(self, unit_id: UnitId) -> PieceKey:
        epoch = self.here.epoch_of(self.services.today())
        known = self.one.known
        counter = self.one.counters[unit_id]
        return PieceKey(
            known.list_id, known.revision, unit_id, counter, epoch, self.here.revision, self.one.share.holder_id
        )


def _listed(entities: Iterable[CarriedEntity], places: Mapping[str, str]) -> Iterable[ListedEntity]:
    ordered = sorted(entities, key=lambda one: (sort_key(one.label), one.entity_id))
    return (ListedEntity(one.entity_id, one.label, one.version, one.properties, places) for one in ordered)


def _places(here: Map, unit_id: UnitId, today: date) -> dict[str, str]:
    """Return the codes that stand today for the place of entities in a unit: its village's and its commune's.

    A unit that ended is its successor; where it was split between several, any of them it lies in.
    """
    is_village = here.territory.period(unit_id, today).level is Level.VILLAGE
    village = _standing_unit(here, unit_id, Level.VILLAGE, today) if is_village else None
    commune = _standing_unit(here, unit_id if village is None else village, Level.COMMUNE, today)
    return {
        name: "" if one is None else here.territory.period(one, today).code
        for name, one in ((VILLAGE, village), (COMMUNE, commune))
    }


def _standing_unit(here: Map, unit_id: UnitId, level: Level, today: date) -> UnitId | None:
    """Return the unit of that level and of today which *unit_id* is or lies in; None where there is none."""
    period = here.territory.period(unit_id, today)
    upward = period.unit_id if period.level is level else period.parent_id
    if upward is not None and period.is_valid_on(today) and here.territory.period(upward, today).level is level:
        return upward
    heirs = here.territory.units_of_level(level, today)
    holding = [one for one in heirs if unit_id in here.below.get(one.unit_id, ())]
    return min(holding, key=lambda one: one.code).unit_id if holding else None

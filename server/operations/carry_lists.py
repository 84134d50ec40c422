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
from server.registers.changes import canonical_id
from server.registers.lists import COMMUNE, VILLAGE, ListedEntity, content_hash, header, rows
from server.registers.reach import Share, share_of
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.carried_lists import CarriedEntity
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
    with services.reading(services.intake(sender.project_id)) as uow:
        return _carried(services, uow, sender, names)


def list_content(services: Services, sender: Sender, name: str) -> tuple[bytes, str]:
    """Return the CSV of one list for *sender* and its hash; raises NotFound ``openrosa.not_found``."""
    with services.reading(services.intake(sender.project_id)) as uow:
        one = _carried(services, uow, sender, [name]).get(name)
        if one is None:
            raise NotFound("openrosa.not_found")
        properties = uow.entities.sent_properties(one.known.list_id)
        pieces = _Pieces(services, uow, one, services.atlas.at(sender.territory_revision)).rendered(properties)
    return b"".join((header(properties), *pieces)), one.hash


def deleted_states(services: Services, sender: Sender, name: str, entity_ids: Iterable[str]) -> dict[str, bool]:
    """Return for each id we know whether the phone must drop it; ids never created here are left out.

    An entity that left the collaborator's places is dropped like one that is gone.
    Raises NotFound ``openrosa.not_found``.
    """
    wanted = {canonical_id(one): one for one in entity_ids}
    with services.reading(services.intake(sender.project_id)) as uow:
        one = _carried(services, uow, sender, [name]).get(name)
        if one is None:
            raise NotFound("openrosa.not_found")
        states = uow.carried_lists.states(one.known.list_id, one.share, wanted)
    return {wanted[entity_id]: not travels for entity_id, travels in states.items()}


def _carried(services: Services, uow: UnitOfWork, sender: Sender, names: Iterable[str]) -> dict[str, CarriedList]:
    lists = uow.entities.lists(sender.project_id)
    known = [lists[name] for name in names if name in lists]
    here = services.atlas.at(sender.territory_revision)
    posting = posting_of(here, sender.collaborator_id, sender.post_units, services.today())
    shares = {one.list_id: share_of(one.reach, posting) for one in known}
    units = frozenset().union(*(share.units for share in shares.values()))
    counters = uow.carried_lists.counters(shares, units)
    epoch = here.epoch_of(services.today())
    return {
        one.name: _stand(one, shares[one.list_id], counters.get(one.list_id, {}), here=here, epoch=epoch)
        for one in known
    }


def _stand(known: EntityList, share: Share, counters: Mapping[UnitId, int], *, here: Map, epoch: date) -> CarriedList:
    mine = {unit_id: counter for unit_id, counter in counters.items() if unit_id in share.units}
    parts = (str(known.list_id), str(known.revision), str(share.holder_id), str(here.revision), epoch.isoformat())
    return CarriedList(known, share, mine, content_hash(parts, mine))


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

    A commune that was merged is its successor; where it was split between several, any of them it lies in.
    """
    period = here.territory.period(unit_id, today)
    if period.level is Level.VILLAGE and period.is_valid_on(today):
        commune = here.communes_of(frozenset({unit_id}), today)
        return {VILLAGE: period.code, COMMUNE: _first_code(here, commune, today)}
    if period.level is Level.COMMUNE and period.is_valid_on(today):
        return {COMMUNE: period.code}
    heirs = (one.unit_id for one in here.territory.units_of_level(Level.COMMUNE, today))
    return {COMMUNE: _first_code(here, (one for one in heirs if unit_id in here.below.get(one, ())), today)}


def _first_code(here: Map, units: Iterable[UnitId], today: date) -> str:
    return min((here.territory.period(one, today).code for one in units), default="")

"""Find the households that are probably registered twice: those that changed, by a job; all of them, by a command.

The entities of a step are put under their keys, compared with those that share one, and with those they were suspected
of before. Each pair is met when the later of the two is gone through, so one walk over a list finds all of them, in
steps, and memory stays flat. A pair people decided on is left as they left it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from server.registers.compared_household import Place, blocking_keys, read_household
from server.registers.likeness import compare
from server.registers.reach import HOUSEHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from server.operations.atlas import Map
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.registers.compared_household import ComparedHousehold
    from server.storage.repositories.suspects import LikeEntity
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

COMPARE_JOB: Final = "find_suspects"
ENTITIES_A_STEP: Final = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was gone through: households, the pairs compared, and how many suspected ones are new."""

    households: int = 0
    compared: int = 0
    found: int = 0

    def __add__(self, other: Looked) -> Looked:
        """Return both together."""
        return Looked(self.households + other.households, self.compared + other.compared, self.found + other.found)


def find_suspects(services: Services, payload: Mapping[str, Any]) -> None:
    """Do the job: compare the entities of ``keys``, or a step of the list ``list_id``, which leaves the next step."""
    if "keys" in payload:
        with services.unit_of_work(services.operator()) as uow:
            found = uow.suspects.entities(int(one) for one in payload["keys"])
            _look_at(services, uow, [one for one in found.values() if one.list_name == HOUSEHOLDS])
        return
    list_id, after = int(payload["list_id"]), int(payload.get("after", 0))
    with services.unit_of_work(services.operator()) as uow:
        step = uow.suspects.entities_after(list_id, after, ENTITIES_A_STEP)
        _look_at(services, uow, step)
        if step:
            uow.outbox.add([job_for_list(list_id, after=step[-1].key)], services.now())


def job_for_list(list_id: int, *, after: int = 0) -> tuple[str, dict[str, Any]]:
    """Return the job that goes through a whole list, step by step; for whoever changed much of it at once."""
    return COMPARE_JOB, {"list_id": list_id, "after": after}


def find_all_suspects(services: Services, tell: Progress) -> Looked:
    """Go through the households of every project, one transaction a step, and return what was found."""
    with services.reading(services.operator()) as uow:
        lists = uow.suspects.list_ids(HOUSEHOLDS)
    looked = Looked()
    for list_id in lists:
        after = 0
        while True:
            with services.unit_of_work(services.operator()) as uow:
                step = uow.suspects.entities_after(list_id, after, ENTITIES_A_STEP)
                looked += _look_at(services, uow, step)
            if not step:
                break
            after = step[-1].key
            tell("register.progress.compared", households=looked.households, found=looked.found)
    log.info("suspects.found", extra={"households": looked.households, "found": looked.found})
    return looked


def compared(here: Map, one: LikeEntity, today: date) -> ComparedHousehold:
    """Return an entity as it is compared."""
    return read_household(one.entity_id, one.properties, _place(here, one.unit_id, here.epoch_of(today)))


def _look_at(services: Services, uow: UnitOfWork, step: list[LikeEntity]) -> Looked:
    """Compare the entities of a step with all others, and keep what is found."""
    if not step:
        return Looked()
    here, today = services.atlas.current(), services.today()
    mine = {one.key: compared(here, one, today) for one in step if one.is_live}
    uow.suspects.replace_keys({one.key: _digests(one.list_id, mine.get(one.key)) for one in step})
    known = uow.suspects.known_pairs(one.key for one in step)
    pairs = known | uow.suspects.sharing_a_key(list(mine))
    others = uow.suspects.entities({key for pair in pairs for key in pair} - mine.keys())
    all_of_them = mine | {key: compared(here, one, today) for key, one in others.items() if one.is_live}
    scores = _scores(all_of_them, pairs)
    uow.suspects.forget(known - scores.keys())
    return Looked(len(step), len(pairs), uow.suspects.put(step[0].list_id, scores, services.now()))


def _scores(
    households: Mapping[int, ComparedHousehold], pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Return the scores of the pairs that are suspected."""
    scores = {}
    for first, second in pairs:
        one, other = households.get(first), households.get(second)
        if one is not None and other is not None and (likeness := compare(one, other)).is_suspect:
            scores[first, second] = likeness.score
    return scores


def _digests(list_id: int, household: ComparedHousehold | None) -> list[int]:
    """Return the keys of a household as numbers of 63 bits, apart for each list; none for one not on its list."""
    if household is None:
        return []
    return [
        int.from_bytes(blake2b(f"{list_id}/{key}".encode(), digest_size=8).digest()) >> 1
        for key in blocking_keys(household)
    ]


@lru_cache(maxsize=4096)
def _place(here: Map, unit_id: UnitId | None, on: date) -> Place:
    """Return where a household is registered: its unit, all that took over from it, and the commune of today."""
    if unit_id is None:
        return Place(frozenset(), None)
    heirs = _heirs(here)
    villages, new = {unit_id}, {unit_id}
    while new := {heir for one in new for heir in heirs.get(one, ())} - villages:
        villages |= new
    communes = here.communes_served(frozenset({unit_id}), on)
    return Place(frozenset(villages), min(communes, default=None))


@lru_cache(maxsize=4)
def _heirs(here: Map) -> dict[UnitId, set[UnitId]]:
    found: dict[UnitId, set[UnitId]] = {}
    for row in here.territory.successions:
        found.setdefault(row.unit_id, set()).add(row.successor_id)
    return found

"""Households that are probably registered twice, as the people who look after both see them, and what they decide.

A pair is seen by those in whose territory both lie. Why the two are alike is found anew from what they say now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.access.authorisation import units_for
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.entity_hand import checked_reason
from server.operations.find_suspects import compared
from server.operations.list_meanings import meanings_of
from server.operations.merge_entities import managing_sight
from server.operations.places import are_few
from server.registers.likeness import compare
from server.registers.mergers import side_by_side
from server.registers.versions import LABEL
from server.storage.repositories.suspects import Pairs, SuspectCursor
from server.storage.visible import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.access.actors import Account
    from server.language.catalogue import Catalogue, Language
    from server.operations.services import Services
    from server.registers.likeness import Likeness
    from server.registers.mergers import Side
    from server.registers.properties import PropertyMeaning
    from server.storage.repositories.suspects import LikeEntity, Suspect
    from server.storage.unit_of_work import UnitOfWork

PAGE_SIZE: Final = 30
COUNTED_AT_MOST: Final = 1000
STATES: Final = ("open", "dismissed", "merged")


@dataclass(frozen=True, slots=True)
class SuspectQuestion:
    """Which pairs somebody wants to see; *state* is one of `STATES`."""

    state: str = "open"
    is_practice: bool = False


@dataclass(frozen=True, slots=True)
class SuspectedPair:
    """A pair with both entities and why they are alike, in codes for the catalogue (`reasons_in_words`)."""

    suspect: Suspect
    one: LikeEntity
    other: LikeEntity
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class SuspectPage:
    """One page of pairs, the likeliest first; *total* stops at `COUNTED_AT_MOST`."""

    pairs: tuple[SuspectedPair, ...]
    following: SuspectCursor | None
    total: int


@dataclass(frozen=True, slots=True)
class PairView:
    """Two entities side by side, with what is proposed if *survivor* stays; *suspect* where the pair was found."""

    survivor: LikeEntity
    other: LikeEntity
    sides: tuple[Side, ...]
    likeness: Likeness
    suspect: Suspect | None
    meanings: Mapping[str, PropertyMeaning]


def browse_suspects(
    services: Services, account: Account, question: SuspectQuestion, *, after: SuspectCursor | None = None
) -> SuspectPage:
    """Return the page of pairs in the account's territory that begins after *after*."""
    if question.state not in STATES:
        raise InvalidInput("register.suspect_state")
    here, sight = services.atlas.current(), _reading_sight(services, account)
    wanted = Pairs(question.state, question.is_practice, are_few(here, here.scope_of(sight.units).unit_ids))
    with services.reading(sight) as uow:
        found = uow.suspects.page(wanted, after=after, most=PAGE_SIZE + 1)
        total = uow.suspects.count(wanted, at_most=COUNTED_AT_MOST)
        pairs = _pairs(services, uow, found[:PAGE_SIZE])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return SuspectPage(pairs, SuspectCursor(last.score, last.suspect_id) if last else None, total)


def suspects_of(services: Services, account: Account, entity_key: int) -> tuple[SuspectedPair, ...]:
    """Return the open pairs of one entity that are in the account's territory, the likeliest first."""
    with services.reading(_reading_sight(services, account)) as uow:
        return _pairs(services, uow, uow.suspects.of_entity(entity_key))


def read_pair(services: Services, account: Account, survivor_key: int, other_key: int) -> PairView:
    """Return two entities of one list side by side, suspected or not.

    Raises NotFound ``access.not_found`` unless both are in the account's territory, InvalidInput
    ``register.merge_itself`` or ``register.merge_other_list``.
    """
    if survivor_key == other_key:
        raise InvalidInput("register.merge_itself")
    with services.reading(_reading_sight(services, account)) as uow:
        found = uow.suspects.entities((survivor_key, other_key))
        if survivor_key not in found or other_key not in found:
            raise NotFound("access.not_found")
        suspect = uow.suspects.of_pair((survivor_key, other_key))
        line = uow.register.one(survivor_key)
        means = meanings_of(services, uow, line) if line else {}
    survivor, other = found[survivor_key], found[other_key]
    if survivor.list_id != other.list_id:
        raise InvalidInput("register.merge_other_list")
    sides = side_by_side(*({**one.properties, LABEL: one.label} for one in (survivor, other)))
    return PairView(survivor, other, sides, _likeness(services, survivor, other), suspect, means)


def dismiss(services: Services, account: Account, suspect_id: int, *, reason: str) -> None:
    """Say that the two are two, and why: the pair is not proposed again.

    Raises NotFound ``access.not_found``, Conflict ``register.suspect_decided`` where somebody decided already,
    InvalidInput ``register.reason_needed``.
    """
    _decide(services, account, suspect_id, before="open", facts=lambda: _dismissal(services, account, reason))


def reopen(services: Services, account: Account, suspect_id: int) -> None:
    """Take a dismissal back. Raises as `dismiss` does."""
    nobody = {"state": "open", "decided_at": None, "decided_by_id": None, "reason": ""}
    _decide(services, account, suspect_id, before="dismissed", facts=lambda: nobody)


def reasons_in_words(likeness: Likeness, catalogue: Catalogue, language: Language) -> str:
    """Return why two are alike as one sentence."""
    parts = [catalogue.sentence(one.code, one.params, language) for one in likeness.reasons]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _decide(
    services: Services, account: Account, suspect_id: int, *, before: str, facts: Callable[[], Mapping[str, Any]]
) -> None:
    with services.unit_of_work(managing_sight(services, account)) as uow:
        suspect = uow.suspects.locked(suspect_id)
        if suspect is None:
            raise NotFound("access.not_found")
        if suspect.state != before:
            raise Conflict("register.suspect_decided")
        uow.suspects.decide(suspect_id, facts())


def _dismissal(services: Services, account: Account, reason: str) -> dict[str, Any]:
    given = checked_reason(reason)
    return {
        "state": "dismissed",
        "decided_at": services.now(),
        "decided_by_id": account.account_id,
        "reason": given,
    }


def _pairs(services: Services, uow: UnitOfWork, found: list[Suspect]) -> tuple[SuspectedPair, ...]:
    entities = uow.suspects.entities(key for one in found for key in one.keys)
    both = [(one, entities[one.keys[0]], entities[one.keys[1]]) for one in found]
    return tuple(SuspectedPair(one, first, second, _likeness(services, first, second)) for one, first, second in both)


def _likeness(services: Services, one: LikeEntity, other: LikeEntity) -> Likeness:
    here, today = services.atlas.current(), services.today()
    return compare(compared(here, one, today), compared(here, other, today))


def _reading_sight(services: Services, account: Account) -> Reading:
    return Reading(units_for(account, Permission.READ_REGISTER, services.today()))

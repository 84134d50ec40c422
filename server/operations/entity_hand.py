"""A person's hand in a register: an entity in their territory, locked, as they saw it, with a batch that names them.

Everything people do to single entities goes through here, so that nothing is done to what has changed meanwhile, to
what is out of sight, or without a name and a reason.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from server.errors import Conflict, InvalidInput, NotFound
from server.operations.sights import managing_sight_of
from server.operations.write_entity import Source, Touched, write_version
from server.registers.reach import Reach, reach_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.access.actors import Account
    from server.operations.services import Services
    from server.registers.versions import NewVersion
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.register import EntityLine
    from server.storage.unit_of_work import UnitOfWork

LONGEST_REASON: Final = 1000


@dataclass(frozen=True, slots=True)
class EntityTarget:
    """The entity meant, and the version that was on the screen."""

    key: int
    seen_version: int


@dataclass(slots=True)
class Hand:
    """What an operation on one entity works with."""

    services: Services
    uow: UnitOfWork
    account: Account
    line: EntityLine
    stored: StoredEntity
    touched: Touched = field(default_factory=Touched)

    def add_batch(self, kind: str, reason: str) -> int:
        """Note what the person does and why, and return the batch."""
        at = self.services.now()
        facts = {
            "list_id": self.stored.list_id,
            "kind": kind,
            "account_id": int(self.account.account_id),
            "comment": reason,
            "counts": {"entities": 1},
            "started_at": at,
            "ended_at": at,
        }
        return self.uow.entities.add_batch(facts, is_sensitive=self.stored.is_sensitive)

    def write(self, new: NewVersion, batch_id: int, stored: StoredEntity | None = None) -> None:
        """Keep *new* as the newest version; *stored* where more than its properties is to change."""
        here, today = self.services.atlas.current(), self.services.today()
        source = Source(self.services.now(), here, (today,), batch_id=batch_id)
        write_version(self.uow, stored or self.stored, new, source, touched=self.touched)


@contextmanager
def hand_on(services: Services, account: Account, target: EntityTarget) -> Iterator[Hand]:
    """Lock the entity for a person who may change it.

    Raises NotFound ``access.not_found`` where it is not theirs to change, Conflict ``register.changed_meanwhile``.
    """
    with services.unit_of_work(managing_sight_of(account, services.today())) as uow:
        line = uow.register.one(target.key)
        if line is None or reach_of(line.list_name) is Reach.OFFICERS:
            raise NotFound("access.not_found")
        stored = uow.entities.lock_keys([target.key])[target.key]
        if stored.state.version != target.seen_version:
            raise Conflict("register.changed_meanwhile")
        hand = Hand(services, uow, account, line, stored)
        yield hand
        hand.touched.tell(uow)


def checked_reason(text: str) -> str:
    """Return the reason given; raises InvalidInput ``register.reason_needed``."""
    reason = text.strip()[:LONGEST_REASON]
    if not reason:
        raise InvalidInput("register.reason_needed")
    return reason

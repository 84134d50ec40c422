"""Let registers follow what reviewers decide: a record that is not counted leaves no trace in a list.

What it did is withdrawn as far as nobody worked on since, and done again when the decision is taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.operations.correct_entities import do_again, withdraw
from server.operations.release_changes import release_waiting_for
from server.operations.write_entity import Source, Touched
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.operations.services import Services
    from server.storage.repositories.entity_effects import Effect
    from server.storage.unit_of_work import UnitOfWork

Move = tuple[ReviewState, ReviewState]
"""The state before and after a decision."""


def register_decisions(services: Services, uow: UnitOfWork, moves: Mapping[int, Move]) -> None:
    """Do what the moves of locked records, by record id, ask of registers; the last thing of the transaction."""
    out = [one for one, (before, after) in moves.items() if after is ReviewState.REJECTED is not before]
    back = [one for one, (before, after) in moves.items() if before is ReviewState.REJECTED is not after]
    touched = Touched()
    for submission_id in out:
        _take_back(services, uow, submission_id, touched)
    for effect in uow.entity_effects.withdrawn(back) if back else ():
        again = do_again(services, uow, effect, _source(services, effect), touched=touched)
        if again is not None:
            release_waiting_for(services, uow, again, touched)
    touched.tell(uow)


def _take_back(services: Services, uow: UnitOfWork, submission_id: int, touched: Touched) -> None:
    """Withdraw what a record did, with its edits: once for each entity, by the newest of what stands."""
    newest = {one.entity_key: one for one in uow.entity_effects.standing([submission_id])}
    for effect in newest.values():
        withdraw(services, uow, effect, _source(services, effect), touched=touched)


def _source(services: Services, effect: Effect) -> Source:
    return Source(
        at=services.now(),
        here=services.atlas.current(),
        code_days=(services.today(),),
        submission_version_id=effect.submission_version_id,
        effective_on=services.today(),
    )

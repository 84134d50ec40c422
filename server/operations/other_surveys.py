"""Find the other survey of a household for the same year; both are kept, and both senders are told.

What counts is what records say, not what the household says: a survey of another year may have come in between, a
second one changes nothing, and one that was put right or withdrawn is none any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.operations.asked_changes import asked_by
from server.registers.households import LAST_SURVEY_YEAR

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.entity_effects import EarlierRecord, Effect
    from server.storage.unit_of_work import UnitOfWork


def other_survey(
    services: Services, uow: UnitOfWork, household: StoredEntity, *, year: str, but: int
) -> EarlierRecord | None:
    """Return the record that surveyed the household for *year* last, leaving out the record *but*; None if none did."""
    for effect in uow.entity_effects.of_others(household.key, but):
        if _year_said(services, uow, effect) == year:
            return uow.entity_effects.sender_of(effect.submission_version_id)
    return None


def _year_said(services: Services, uow: UnitOfWork, effect: Effect) -> str:
    asked = asked_by(services, uow, effect.submission_version_id)
    return next((one.values.get(LAST_SURVEY_YEAR, "") for one in asked if one.path[:500] == effect.path), "")

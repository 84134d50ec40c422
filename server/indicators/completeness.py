"""Who has sent and who has not: what is expected of a unit in a year, and what came.

Expected are the households of the register, or one record for each commune, as the form is about; of other forms
nothing is expected, only told. Numbers of records are no figures: nothing here was approved for counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from server.indicators.tables import ListedUnit


class Expectation(StrEnum):
    """What a form is to be sent about."""

    HOUSEHOLDS = "households"
    COMMUNES = "communes"
    NOTHING = "nothing"


class Sending(StrEnum):
    """How far a unit is, in words (``figures.sending.<value>`` in the catalogue)."""

    COMPLETE = "complete"
    PARTLY = "partly"
    SENT = "sent"
    """Something came, and how much there should be nobody knows."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came from one place: records, those approved, and the households that were reached."""

    received: int = 0
    approved: int = 0
    reached: int | None = None
    """None where it is not known how many households the records are about: of years that are over."""


@dataclass(frozen=True, slots=True)
class CompletenessRow:
    """One unit; *expected* is None where nothing is. Of its *parts*, the villages, *parts_sent* have sent."""

    unit: ListedUnit
    expected: int | None
    arrived: Arrived
    parts: int
    parts_sent: int
    sending: Sending
    locked_on: date | None = None

    @property
    def missing(self) -> int | None:
        """Return how much is still to come, None where nothing is expected."""
        return None if self.expected is None else max(0, self.expected - _reached(self.arrived))


def sending_of(expected: int | None, arrived: Arrived) -> Sending:
    """Return how far a unit is: what was to be reached counts, else what came; who sent nothing has sent nothing."""
    if not arrived.received:
        return Sending.NONE
    if not expected:
        return Sending.SENT
    return Sending.COMPLETE if _reached(arrived) >= expected else Sending.PARTLY


def _reached(arrived: Arrived) -> int:
    return arrived.received if arrived.reached is None else arrived.reached

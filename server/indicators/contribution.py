"""What one version of a record adds to one measure: the value everything else in this room is about.

Amounts are whole thousandths, so that adding and taking back is exact in any order. Making contributions from answers
is for `contributions`, choosing those that count for `counting`.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from server.territory.units import UnitId

TOTAL: Final = ""
"""The category of the row that stands for the whole; the others are ``question=value``."""

POOL: Final = "pool"
"""Stands where measures have their form: ``pool.<name>`` counts what the measures of several forms that join it say."""

MOST_THOUSANDTHS: Final = 10**15
"""The largest amount of one contribution: a thousand thousand million, more than any commune's budget in đồng."""


class Combine(StrEnum):
    """How the approved contributions of one subject in one period become its figure."""

    LATEST = "latest"
    """The one with the latest event date counts, with its value (which may be 0)."""
    ANY = "any"
    """One counts, however many there are: the first that is not 0."""
    SUM = "sum"
    """All count."""


class Contribution(NamedTuple):
    """One row: *measure* is ``form_id.name`` or ``pool.name``.

    *position* is the index in the measure's `over` (0 for the record),
    *period* is the year of *event_date*, *category* empty for the total or ``question=value``.
    A tuple, for dozens are made of each record, and one is made in a fifth of the time of a dataclass.
    """

    measure: str
    position: int
    subject: str
    category: str
    period: int
    event_date: date
    unit_id: UnitId
    combine: Combine
    thousandths: int


def amount_of(thousandths: int) -> Decimal:
    """Return whole thousandths as the number they stand for, without zeros at the end."""
    whole, rest = divmod(thousandths, 1000)
    return Decimal(whole) if rest == 0 else Decimal(thousandths) / 1000

"""Days on which something holds: both ends are included, an open end is None.

Every dated thing of the house (unit, attribute, frame, post) speaks of days in this one way.
"""

from __future__ import annotations

from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def is_within(on: date, valid_from: date | None, valid_to: date | None) -> bool:
    """Return whether *on* lies between the two days, both included."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def first_day(valid_from: date | None) -> date:
    """Return *valid_from* as a day that can be compared; an open start is the earliest day there is."""
    return date.min if valid_from is None else valid_from


def last_day(valid_to: date | None) -> date:
    """Return *valid_to* as a day that can be compared; an open end is the latest day there is."""
    return date.max if valid_to is None else valid_to

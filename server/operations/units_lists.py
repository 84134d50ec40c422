"""The list of units that forms cascade from: as bytes for a phone, as choices to check its answers against.

Made from the territory for a set of communes and shared by all who have the same; nothing is kept in the database.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from server.forms.lists import ChoiceList, read_csv
from server.submissions.landmarks import UNITS_LIST
from server.territory.forms_csv import forms_units_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.operations.atlas import Map
    from server.territory.units import UnitId


def units_csv(here: Map, communes: frozenset[UnitId], on: date) -> tuple[bytes, str]:
    """Return the file for these communes on that day, and its MD5."""
    return _csv(here, communes, here.epoch_of(on))


def units_list(here: Map, communes: Mapping[date, frozenset[UnitId]]) -> ChoiceList:
    """Return the units that may have been on a phone's list, as answers are checked against them.

    *communes* are those the list was cut to, by the day it may be of. A unit that is in several is taken from the
    first of them.
    """
    by_epoch: dict[date, frozenset[UnitId]] = {}
    for day, held in communes.items():
        by_epoch.setdefault(here.epoch_of(day), held)
    return _list(here, tuple(by_epoch.items()))


@lru_cache(maxsize=2048)
def _list(here: Map, communes: tuple[tuple[date, frozenset[UnitId]], ...]) -> ChoiceList:
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for on, held in communes:
        for row in read_csv(UNITS_LIST, forms_units_csv(here.territory, held, on)).rows:
            rows.setdefault((row["name"], row["commune"]), row)
    return ChoiceList(UNITS_LIST, tuple(rows.values()))


@lru_cache(maxsize=2048)
def _csv(here: Map, communes: frozenset[UnitId], on: date) -> tuple[bytes, str]:
    content = forms_units_csv(here.territory, communes, on)
    return content, hashlib.md5(content, usedforsecurity=False).hexdigest()

"""The list of units that forms cascade from: as bytes for a phone, as choices to check its answers against.

Made from the territory for a set of communes and shared by all who have the same; nothing is kept in the database.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from server.forms.lists import read_csv
from server.submissions.landmarks import UNITS_LIST
from server.territory.forms_csv import forms_units_csv

if TYPE_CHECKING:
    from datetime import date

    from server.forms.lists import ChoiceList
    from server.operations.atlas import Map
    from server.territory.units import UnitId


def units_csv(here: Map, communes: frozenset[UnitId], on: date) -> tuple[bytes, str]:
    """Return the file for these communes on that day, and its MD5."""
    return _csv(here, communes, here.epoch_of(on))


def units_list(here: Map, communes: frozenset[UnitId], on: date) -> ChoiceList:
    """Return the units list of *communes* on that day as answers are checked against it."""
    return _list(here, communes, here.epoch_of(on))


@lru_cache(maxsize=2048)
def _list(here: Map, communes: frozenset[UnitId], on: date) -> ChoiceList:
    return read_csv(UNITS_LIST, forms_units_csv(here.territory, communes, on))


@lru_cache(maxsize=2048)
def _csv(here: Map, communes: frozenset[UnitId], on: date) -> tuple[bytes, str]:
    content = forms_units_csv(here.territory, communes, on)
    return content, hashlib.md5(content, usedforsecurity=False).hexdigest()

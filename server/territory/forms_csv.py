"""The ``units.csv`` that goes out with forms: the communes of one collaborator and their villages.

Forms cascade from it (``kind='commune'``, then ``kind='village' and commune=${commune}``). A row's ``name`` is the
unit's code on that day; ``frame`` says in which boundaries. The bytes are the same for the same territory, for phones
compare their hash. Source: XLSForm.org, select_one_from_file; RFC 4180 with LF.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

from server.language.ordering import sort_key
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from server.territory.collection import Territory
    from server.territory.units import UnitId, UnitPeriod

HEADER: Final = ("name", "label", "kind", "commune", "commune_label", "frame")


def forms_units_csv(territory: Territory, commune_ids: Iterable[UnitId], on: date) -> bytes:
    """Return the file, UTF-8: the communes of *commune_ids* that exist on that day, then their villages.

    Both in Vietnamese order, villages commune by commune. Ids of other levels are passed over. The header is always
    there.
    """
    communes = _communes(territory, frozenset(commune_ids), on)
    frame = territory.frame_on(on).key
    written = StringIO()
    sheet = csv.writer(written, lineterminator="\n")
    sheet.writerow(HEADER)
    sheet.writerows((*line, frame) for line in _lines(territory, communes, on))
    return written.getvalue().encode("utf-8")


def _communes(territory: Territory, commune_ids: frozenset[UnitId], on: date) -> list[UnitPeriod]:
    held = (territory.period(unit_id, on) for unit_id in commune_ids)
    valid = (period for period in held if period.level is Level.COMMUNE and period.is_valid_on(on))
    return sorted(valid, key=lambda period: (sort_key(period.name), period.code))


def _lines(territory: Territory, communes: Sequence[UnitPeriod], on: date) -> Iterator[tuple[str, ...]]:
    for commune in communes:
        yield commune.code, commune.name, "commune", commune.code, commune.name
    for commune in communes:
        for village in territory.children(commune.unit_id, on):
            yield village.code, village.name, "village", commune.code, commune.name

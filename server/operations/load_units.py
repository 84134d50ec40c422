"""Load administrative units from a CSV file: merged into what is kept, all or nothing, the same file twice is once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.units_csv import read_units_csv

if TYPE_CHECKING:
    from server.operations.services import Services

log = logging.getLogger(__name__)
SEED_FILE = "units.csv"
SAMPLE_FILE = "sample_villages.csv"


@dataclass(frozen=True, slots=True)
class UnitsLoaded:
    """How many units there are afterwards and how many rows the file wrote."""

    units: int
    written: int


def load_units(services: Services, text: str) -> UnitsLoaded:
    """Merge the units of the CSV *text*; raises InvalidInput ``territory.csv_faults`` with every wrong line."""
    lines = read_units_csv(text)
    with services.unit_of_work(services.operator()) as uow:
        merged = merge(uow.units.rows(), lines)
        if not merged.changes_nothing():
            uow.units.replace(merged.rows, Territory.from_rows(merged.rows).ancestors())
    written = len(merged.written.periods) + len(merged.written.attributes) + len(merged.written.successions)
    log.info("units.loaded", extra={"written": written})
    return UnitsLoaded(len({period.unit_id for period in merged.rows.periods}), written)


def seed_text(name: str) -> str:
    """Return a units file that comes with the server."""
    return (files("server.territory") / "seed" / name).read_text(encoding="utf-8")

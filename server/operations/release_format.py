"""A release table as it is kept and given out: JSON, always the same for the same table."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from server.indicators.releases import Release, ReleasePeriod, Rows
from server.indicators.releases_tables import CellState, ReleasedCell, ReleasedTable

if TYPE_CHECKING:
    from collections.abc import Mapping


def written_table(table: ReleasedTable) -> str:
    """Return *table* as JSON text; a hidden cell holds no number."""
    facts = {
        "release": asdict(table.release),
        "units": [[unit_id, name] for unit_id, name in table.units.items()],
        "categories": [[category, label] for category, label in table.categories.items()],
        "cells": [asdict(one) for one in table.cells],
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_table(text: str) -> ReleasedTable:
    """Return the table that was written as *text*."""
    facts = json.loads(text)
    return ReleasedTable(
        release=_release(facts["release"]),
        units=dict(facts["units"]),
        categories=dict(facts["categories"]),
        cells=tuple(
            ReleasedCell(one["unit_id"], one["quarter"], one["category"], CellState(one["state"]), one["count"])
            for one in facts["cells"]
        ),
    )


def _release(facts: Mapping[str, object]) -> Release:
    known = {**facts, "rows": Rows(str(facts["rows"])), "period": ReleasePeriod(str(facts["period"]))}
    return Release(**known)  # type: ignore[arg-type] # written by `written_table` from the same fields

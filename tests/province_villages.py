"""Invented villages, as many as a province has, each under a commune that is there."""

from __future__ import annotations

from server.operations.load_units import load_units
from server.territory.units import UnitKind

_HEADINGS = "code,name,kind,parent_code,valid_from,valid_to,successor_code,urban_rural,area_class,specially_hard,border"


def load_villages(services, wanted: int) -> list[str]:
    """Load villages into the communes of today, round by round, and return their codes."""
    today = services.today()
    territory = services.atlas.current().territory
    communes = [one for kind in (UnitKind.XA, UnitKind.PHUONG) for one in territory.units_of_kind(kind, today)]
    codes = [(one.code, f"{one.code}-{50 + place:02}") for place in range(40) for one in communes][:wanted]
    lines = [f"{code},Thôn {code} (mẫu),village,{parent},2025-07-01,,,rural,I,no,no" for parent, code in codes]
    load_units(services, "\n".join((_HEADINGS, *lines)) + "\n")
    return [code for _, code in codes]

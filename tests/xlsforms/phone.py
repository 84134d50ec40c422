"""A phone without a server: the shipped forms filled by the real engine, with the entities they leave on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from workbooks import XLSFORMS

from server.forms.entities import STANDARD_LISTS
from tests.collect_double.entity_forms import form_entities
from tests.collect_double.entity_store import EntityStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.collect_double.engine import Filled, JavaRosa
    from tests.collect_double.entity_store import LocalEntity

NOVEMBER = datetime(2026, 11, 20, 8, 2, 11, tzinfo=timezone(timedelta(hours=7)))
VILLAGE = {"/data/where/visit_date": "2026-11-10", "/data/where/commune": "23500", "/data/where/village": "23500-01"}
TIK, BLUN = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01", "e5a7d290-1c4b-4b86-b2f9-7c6d8e3a4f04"
HLIM, KRONG = "2c9f4d16-8b1a-4f7e-a6c3-0d4e9b7f1a02", "b41e8c73-6d2f-4c95-8e17-9a3f5d0c2b03"


@dataclass(frozen=True, slots=True)
class Offline:
    """One phone after one download; nothing it does leaves it."""

    engine: JavaRosa
    entities: EntityStore

    def try_to_fill(self, form: str, answers: Mapping[str, object]) -> Filled:
        """Fill a form as it would be opened now and return how far it got; nothing is kept."""
        loaded = self.engine.load(_xform(form), self._media(form))
        return self.engine.fill(loaded, answers, now=NOVEMBER)

    def fill(self, form: str, answers: Mapping[str, object]) -> ET.Element:
        """Fill and finish a form: its entities are changed here, and the instance comes back."""
        filled = self.try_to_fill(form, answers)
        assert (filled.valid, filled.refused, filled.unused) == (True, (), ()), filled
        instance = ET.fromstring(filled.survey.xml)
        self.entities.apply(form_entities(_xform(form), instance))
        return instance

    def household(self, entity_id: str) -> LocalEntity:
        """Return a household that must be on the phone."""
        found = self.entities.find("households", entity_id)
        assert found is not None
        return found

    def _media(self, form: str) -> dict[str, bytes]:
        folder = XLSFORMS / form / "media"
        plain = {path.name: path.read_bytes() for path in folder.iterdir() if path.stem not in STANDARD_LISTS}
        return {**plain, **{f"{name}.csv": self.entities.render(name) for name in self.entities.lists}}


def phone_with(engine: JavaRosa, *, emptied: frozenset[str] = frozenset()) -> Offline:
    """Return a phone that has just downloaded the sample lists, with no more than a header of those *emptied*."""
    store = EntityStore()
    for path in sorted(XLSFORMS.glob("*/media/*.csv")):
        content = path.read_bytes()
        if path.stem in STANDARD_LISTS:
            whole = content.splitlines(keepends=True)[0] if path.stem in emptied else content
            assert store.import_list(path.stem, whole, list_hash="one")
    return Offline(engine, store)


def _xform(form: str) -> bytes:
    return (XLSFORMS / form / "form.xml").read_bytes()

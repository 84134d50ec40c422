"""What can be typed from paper, and how people name it: by its code, or by its label where only one thing bears it.

A part of a measure is named as a plan names it, ``form.measure[question=value]``. Figures about incidents are a list of
their own: whoever types everyday figures is given one that does not hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.indicators.plan import IndicatorUnit
from server.indicators.sources import Basis, parse_source
from server.language.folding import fold
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ABOVE = (Level.VILLAGE, Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)


@dataclass(frozen=True, slots=True)
class PaperKey:
    """One thing that can be typed: *group* is what it stands with on a page, *by* the questions it may be split by."""

    key: str
    label_vi: str
    label_en: str
    group: str
    unit: IndicatorUnit = IndicatorUnit.COUNT
    levels: frozenset[Level] = frozenset(_ABOVE)
    by: frozenset[str] = frozenset()
    is_sensitive: bool = False

    def label(self, language: str) -> str:
        """Return what it is called."""
        return self.label_en if language == "en" and self.label_en else self.label_vi


def levels_from(level: Level) -> frozenset[Level]:
    """Return *level* and those above it."""
    return frozenset(_ABOVE[_ABOVE.index(level) :])


@dataclass(frozen=True, slots=True)
class PaperKeys:
    """All that somebody may type."""

    keys: tuple[PaperKey, ...]
    _by_code: Mapping[str, PaperKey]
    _by_label: Mapping[str, PaperKey | None]

    @classmethod
    def of(cls, keys: Iterable[PaperKey]) -> PaperKeys:
        """Return the list of these; of two with one code the first counts."""
        by_code: dict[str, PaperKey] = {}
        for one in keys:
            by_code.setdefault(fold(one.key), one)
        by_label: dict[str, PaperKey | None] = {}
        for one in by_code.values():
            for label in {fold(one.label_vi), fold(one.label_en)} - {""}:
                by_label[label] = None if label in by_label else one
        return cls(tuple(by_code.values()), by_code, by_label)

    def find(self, text: str) -> PaperKey | None:
        """Return what *text* names, None if that is nothing, or several things."""
        key = fold(text)
        return self._by_code.get(key) or self._by_label.get(key) or self._part(text)

    def _part(self, text: str) -> PaperKey | None:
        try:
            source = parse_source(text)
        except ValueError:
            return None
        whole = self._by_code.get(fold(source.measure))
        question, _, value = source.category.partition("=")
        if source.basis is not Basis.MEASURE or whole is None or not value or question not in whole.by:
            return None
        named = f" [{value}]"
        return replace(
            whole,
            key=f"{whole.key}[{source.category}]",
            label_vi=whole.label_vi + named,
            label_en=whole.label_en + named,
            by=frozenset(),
        )

"""What one cell of a report workbook asks for: the small language between double braces.

    {{register:households}}                          a number of the report's unit: whatever a plan can count
    {{register:households | hh_type=gen1}}           one part of it; several with commas: ``hh_type=gen1, gen2``
    {{phieu_b.victims | v_sex=female | v_age=60}}    several parts at once, of a sensitive measure only
    {{register:households | urban}}                  only places that are wards or towns; ``rural``: the others
    {{indicator:I6}}                                 an indicator's value; ``| numerator | denominator | target``
    {{paper}}                                        what nobody counts and somebody may type from paper
    {{… | row=2.1 | column=urban | sensitive}}       names the cell for figures typed from paper; none is public
    {{each:commune}}          repeats this row for every commune, which it names; the cells are the commune's
    Xã: {{unit}}, năm {{year}}                       words, alone or within a text (see WORDS)

Pure: what there is to count is checked by whoever publishes the workbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from server.errors import InvalidInput
from server.indicators.sources import Basis, Source, parse_source
from server.territory.units import Level

WORDS: Final = (
    "unit",
    "parent",
    "child",
    "order",
    "year",
    "title",
    "copy",
    "coverage",
    "number",
    "place",
    "day",
    "recipients",
    "signed_for",
    "signer_title",
    "signer_name",
    "results",
    "difficulties",
    "proposals",
    "direction",
    "notes",
)
"""The words a text may hold; ``child`` and ``order`` only in a row that is repeated."""
_CHILD_WORDS: Final = frozenset({"child", "order"})
_SLOT: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROW: Final = re.compile(r"[\w\-]+(?:\.[\w\-]+)*")
_INDICATOR: Final = "indicator:"
_EACH: Final = "each:"
_PAPER: Final = "paper"
TOTAL: Final = "total"
"""The column of a cell that names none."""
_SEPARATOR: Final = re.compile(r"\|(?![^\[]*\])")
"""A bar between filters; one within square brackets stands between values."""


class Settlement(StrEnum):
    """Only wards and towns, or only the others (attribute ``urban_rural`` of a unit, else what the law calls it)."""

    URBAN = "urban"
    RURAL = "rural"


class Part(StrEnum):
    """Which number of an indicator."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """How a figure typed from paper names the cell; without a *row* by what it counts. *is_sensitive*: not public."""

    row: str = ""
    column: str = TOTAL
    is_sensitive: bool = False

    @property
    def key(self) -> str:
        """Return the key of a figure typed for this very cell, empty if it has no name."""
        return f"report:{self.row}.{self.column}" if self.row else ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of the report's unit. *splits* are questions with the answers that count, all of which must hold.

    *source* is what is added up; only where there is at most one split.
    """

    measure: Source
    splits: tuple[tuple[str, tuple[str, ...]], ...]
    settlement: Settlement | None
    paper: PaperRow
    source: Source = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Say what is added up, and where to look it up, once: a report asks it of every cell, again and again."""
        categories = [f"{question}={'|'.join(values)}" for question, values in self.splits]
        source = Source(self.measure.measure, categories[0] if categories else "", self.measure.basis)
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "_hash", hash((self.measure, self.splits, self.settlement, self.paper)))

    def __hash__(self) -> int:
        """Return what equal counts have in common."""
        return self._hash

    def __str__(self) -> str:
        """Return it as a person would write it."""
        splits = [f"{question}={', '.join(values)}" for question, values in self.splits]
        whole = Source(self.measure.measure, "", self.measure.basis)
        return " | ".join((str(whole), *splits, *filter(None, (self.settlement,))))


@dataclass(frozen=True, slots=True)
class OfIndicator:
    """One number of an indicator of the plan in force."""

    code: str
    part: Part
    paper: PaperRow

    def __str__(self) -> str:
        """Return it as a person would write it."""
        return f"{_INDICATOR}{self.code} | {self.part.value}"


@dataclass(frozen=True, slots=True)
class FromPaper:
    """A number nobody counts."""

    paper: PaperRow

    def __str__(self) -> str:
        """Return its name."""
        return self.paper.key


@dataclass(frozen=True, slots=True)
class Words:
    """A text with ``{{words}}`` in it."""

    text: str
    names: tuple[str, ...]

    @property
    def is_of_child(self) -> bool:
        """Tell whether it stands for something of a repeated row."""
        return not _CHILD_WORDS.isdisjoint(self.names)

    def filled(self, said: dict[str, str]) -> str:
        """Return the text with each word in its place, empty where nothing is said; signs alone say nothing."""
        text = _SLOT.sub(lambda found: said.get(found[1].strip(), ""), self.text).strip()
        return text if any(one.isalnum() for one in text) else ""


@dataclass(frozen=True, slots=True)
class Each:
    """The mark of a row that is repeated for every unit of *level* below the report's."""

    level: Level


Number = Counted | OfIndicator | FromPaper
Slot = Number | Words | Each


@lru_cache(maxsize=4096)
def paper_keys(slot: Number) -> tuple[str, ...]:
    """Return the keys under which the number of a cell is typed from paper, that of the cell alone first."""
    named = tuple(filter(None, (slot.paper.key,)))
    match slot:
        case Counted(settlement=None, splits=splits) if len(splits) <= 1:
            return (*named, str(slot.source))
        case OfIndicator(part=Part.VALUE):
            return (*named, slot.code)
        case _:
            return named


def has_slot(text: str) -> bool:
    """Tell whether a cell asks for anything."""
    return "{{" in text or "}}" in text


def parse_slot(text: str) -> Slot:
    """Return what a cell asks for.

    Raises InvalidInput ``report.open_braces``, ``.unknown_word`` (given, allowed), ``.bad_cell`` (given),
    ``.unknown_filter`` (given), ``.bad_row`` (given), ``.paper_needs_row``, ``.text_and_number`` (given).
    """
    if has_slot(_SLOT.sub("", text)):
        raise InvalidInput("report.open_braces", given=text[:80])
    inside = [one.strip() for one in _SLOT.findall(text)]
    if not _SLOT.fullmatch(text.strip()) or len(inside) > 1:
        return _words(text, inside)
    (asked,) = inside
    if asked in WORDS:
        return Words(text.strip(), (asked,))
    if asked.startswith(_EACH):
        return _each(asked)
    return _number(asked)


def _words(text: str, inside: list[str]) -> Words:
    for one in inside:
        if one not in WORDS:
            is_number = "." in one or ":" in one or one == _PAPER
            code = "report.text_and_number" if is_number else "report.unknown_word"
            raise InvalidInput(code, given=one, allowed=", ".join(WORDS))
    return Words(text, tuple(inside))


def _each(asked: str) -> Each:
    level = asked.removeprefix(_EACH).strip()
    if level not in {Level.DISTRICT.value, Level.COMMUNE.value, Level.VILLAGE.value}:
        raise InvalidInput("report.bad_each", given=level)
    return Each(Level(level))


@dataclass(slots=True)
class _Filters:
    """What stands behind the bars of a cell."""

    splits: dict[str, tuple[str, ...]]
    settlement: Settlement | None = None
    part: Part | None = None
    row: str = ""
    column: str = TOTAL
    is_sensitive: bool = False

    @property
    def paper(self) -> PaperRow:
        return PaperRow(self.row, self.column, self.is_sensitive)


def _number(asked: str) -> Number:
    what, *filters = (one.strip() for one in _SEPARATOR.split(asked))
    found = _filters(filters)
    if what == _PAPER:
        _refuse_unless(not found.splits and found.part is None and found.settlement is None, asked)
        if not found.row:
            raise InvalidInput("report.paper_needs_row")
        return FromPaper(found.paper)
    if what.startswith(_INDICATOR):
        _refuse_unless(not found.splits and found.settlement is None, asked)
        return OfIndicator(what.removeprefix(_INDICATOR).strip(), found.part or Part.VALUE, found.paper)
    _refuse_unless(found.part is None, asked)
    return _counted(what, found)


def _counted(what: str, found: _Filters) -> Counted:
    try:
        source = parse_source(what)
    except ValueError as wrong:
        raise InvalidInput("report.bad_cell", given=what[:80]) from wrong
    _refuse_unless(source.basis is not Basis.PREVIOUS, what)
    splits = dict(found.splits)
    if source.category:
        question, _, values = source.category.partition("=")
        splits[question] = tuple(values.split("|"))
    whole = Source(source.measure, "", source.basis)
    return Counted(whole, tuple(splits.items()), found.settlement, found.paper)


def _filters(written: list[str]) -> _Filters:
    found = _Filters({})
    for one in written:
        name, equals, value = (part.strip() for part in one.partition("="))
        match name:
            case "row" | "column" if equals:
                if not _ROW.fullmatch(value):
                    raise InvalidInput("report.bad_row", given=value)
                setattr(found, name, value)
            case "sensitive" if not equals:
                found.is_sensitive = True
            case Settlement.URBAN | Settlement.RURAL if not equals:
                found.settlement = Settlement(name)
            case Part.VALUE | Part.NUMERATOR | Part.DENOMINATOR | Part.TARGET if not equals:
                found.part = Part(name)
            case _ if equals and re.fullmatch(r"\w+", name) and value:
                found.splits[name] = tuple(part.strip() for part in value.split(",") if part.strip())
            case _:
                raise InvalidInput("report.unknown_filter", given=one[:80])
    return found


def _refuse_unless(is_right: bool, asked: str) -> None:  # noqa: FBT001 a condition that is only looked at
    if not is_right:
        raise InvalidInput("report.bad_cell", given=asked[:80])

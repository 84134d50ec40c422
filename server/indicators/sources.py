"""Where the numbers of an indicator come from: a measure, a register, units, a release table, paper, the year before.

A plan writes them in one cell: ``form.measure`` or ``form.measure[question=value]``; ``pool.name``, what several forms
say together; ``register:households`` or ``register:households[poverty=poor]``, as the register stood at the end of the
year; ``units:commune``, how many of a level there are; ``release:NAME``, the counts of a frozen release table as they
may be shown, or with ``[state=reported]``, ``[state=not_reported]`` how many of its units did report or did not;
``roster:form.measure[since=2021]`` or ``[months=24]``, whom of the staff roster it named in that time; ``import:I8a``,
what was typed from paper for an indicator nobody counts; ``previous``, the numerator of the year
before. Several values stand with ``|`` between them, ``register:clubs[kind=a|b]``. Reading them is for the storage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Basis(StrEnum):
    """What a source counts."""

    MEASURE = "measure"
    REGISTER = "register"
    UNITS = "units"
    ROSTER = "roster"
    RELEASE = "release"
    IMPORT = "import"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Source:
    """One source: *measure* is the measure, the list or the level, *category* what of it (``name=value``)."""

    measure: str
    category: str = ""
    basis: Basis = Basis.MEASURE

    @property
    def categories(self) -> tuple[str, ...]:
        """Return every category it counts, of which no two hold the same thing; the whole is the empty one."""
        name, _, values = self.category.partition("=")
        if not name:
            return ("",)
        return tuple(dict.fromkeys(f"{name}={value}" for value in values.split("|")))

    def __str__(self) -> str:
        """Return it as the workbook writes it."""
        if self.basis is Basis.PREVIOUS:
            return self.basis.value
        prefix = "" if self.basis is Basis.MEASURE else f"{self.basis.value}:"
        return f"{prefix}{self.measure}[{self.category}]" if self.category else f"{prefix}{self.measure}"


PREVIOUS: Final = Source("", "", Basis.PREVIOUS)

_CATEGORY: Final = r"(?:\[(?P<category>\w+=[^\[\]]*)\])?"
_PATTERNS: Final = {
    Basis.MEASURE: re.compile(rf"(?P<measure>[\w.\-]+\.\w+){_CATEGORY}"),
    Basis.REGISTER: re.compile(rf"register:(?P<measure>[\w-]+){_CATEGORY}"),
    Basis.UNITS: re.compile(r"units:(?P<measure>province|district|commune|village)(?P<category>)"),
    Basis.ROSTER: re.compile(r"roster:(?P<measure>[\w.\-]+\.\w+)\[(?P<category>since=\d{4}|months=[1-9]\d?)\]"),
    Basis.RELEASE: re.compile(r"release:(?P<measure>[\w.\-]+)(?:\[(?P<category>state=(?:not_)?reported)\])?"),
    Basis.IMPORT: re.compile(r"import:(?P<measure>[\w.\-]{1,40})(?P<category>)"),
}


def parse_source(text: str) -> Source:
    """Return the source that *text* stands for; raises ValueError."""
    said = text.strip()
    if said == Basis.PREVIOUS.value:
        return PREVIOUS
    for basis, pattern in _PATTERNS.items():
        found = pattern.fullmatch(said)
        if found is not None:
            return Source(found["measure"], found["category"] or "", basis)
    raise ValueError(text)

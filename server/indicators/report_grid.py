"""A filled report as it is printed on a page: rows of cells with their spans, kept as JSON with an issued copy."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD: Final = "Báo cáo"


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as printed; *mark* is what kind of number it holds (`Mark`), empty for a text, *remark* its paper."""

    text: str
    columns: int = 1
    rows: int = 1
    align: str = "left"
    is_bold: bool = False
    is_italic: bool = False
    is_framed: bool = False
    is_large: bool = False
    mark: str = ""
    remark: str = ""

    @property
    def looks(self) -> tuple[str, ...]:
        """Return what its style is called, its alignment apart."""
        named = (
            ("is-bold", self.is_bold),
            ("is-italic", self.is_italic),
            ("is-framed", self.is_framed),
            ("is-large", self.is_large),
        )
        return tuple(name for name, has in named if has)


@dataclass(frozen=True, slots=True)
class GridLine:
    """A row as a page writes it: *style* holds for all of it, and with each cell stands what holds for it alone."""

    style: str
    cells: tuple[tuple[GridCell, str], ...]


@dataclass(frozen=True, slots=True)
class GridSheet:
    """One sheet as printed; *widths* are per mille of the whole, by column."""

    title: str
    widths: tuple[int, ...]
    is_wide: bool
    rows: tuple[tuple[GridCell, ...], ...]

    @property
    def lines(self) -> tuple[GridLine, ...]:
        """Return the rows with what their cells look like; what all of a row have is said once."""
        return tuple(map(_line, self.rows))


def _line(row: tuple[GridCell, ...]) -> GridLine:
    if not row:
        return GridLine("", ())
    looks = [cell.looks for cell in row]
    shared = [one for one in looks[0] if all(one in each for each in looks)]
    ((usual, _),) = Counter(cell.align for cell in row).most_common(1)
    cells = []
    for cell, own in zip(row, looks, strict=True):
        align = () if cell.align == usual else (f"to-{cell.align}",)
        mark = (f"mark-{cell.mark}",) if cell.mark else ()
        cells.append((cell, " ".join((*align, *(one for one in own if one not in shared), *mark))))
    return GridLine(" ".join((*(() if usual == "left" else (f"to-{usual}",)), *shared)), tuple(cells))


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What is printed: the sheets with their figures, and the words of the report."""

    title: str
    unit: str
    parent: str
    period: str
    copy: str
    sheets: tuple[GridSheet, ...]
    words: Mapping[str, str]

    @property
    def subject(self) -> str:
        """Return what the report is about: its title without the word that stands above it."""
        rest = self.title.removeprefix(_WORD).strip() or self.title
        return rest[0].upper() + rest[1:]


def changed_cells(before: str, after: ReportPage) -> int:
    """Return how many numbers of a report say something else than on the page written as *before*.

    All of them if its layout is another one.
    """
    old = [
        cell["text"] for sheet in json.loads(before)["sheets"] for row in sheet["rows"] for cell in row if cell["mark"]
    ]
    new = [cell.text for sheet in after.sheets for row in sheet.rows for cell in row if cell.mark]
    if len(old) != len(new):
        return len(new)
    return sum(one != other for one, other in zip(old, new, strict=True))


def written_page(page: ReportPage) -> str:
    """Return *page* as JSON text, always the same for the same page."""
    return json.dumps(asdict(page), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def words_in(text: str) -> Mapping[str, str]:
    """Return the words of the page that was written as *text*."""
    words: Mapping[str, str] = json.loads(text)["words"]
    return words


def read_page(text: str) -> ReportPage:
    """Return the page that was written as *text*."""
    facts = json.loads(text)
    return ReportPage(**{**facts, "sheets": tuple(map(_sheet, facts["sheets"]))})


def _sheet(facts: Mapping[str, Any]) -> GridSheet:
    rows = tuple(tuple(GridCell(**cell) for cell in row) for row in facts["rows"])
    return GridSheet(facts["title"], tuple(facts["widths"]), facts["is_wide"], rows)

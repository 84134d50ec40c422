"""What is wrong with a form, said so that its designer can find the cell and mend it.

A fault carries a code and parameters; the sentence and its cure are made from them by `server.language`
(``forms.po``: the code, and the code with ``.cure``). Nothing here decides what is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from server.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.language.catalogue import Catalogue, Language


class Severity(StrEnum):
    """Whether a fault stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a form; *sheet*, *row* (1-based, as Excel shows it) and *column* are empty where unknown."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def cure_code(self) -> str:
        """Return the code of the sentence that tells what to do."""
        return f"{self.code}.cure"

    @property
    def is_error(self) -> bool:
        """Return whether publishing must stop."""
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Told:
    """A fault in words: *where* (empty where unknown), *what* is wrong, and the *cure*."""

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        """Return it all as one line."""
        return " ".join(part for part in (f"{self.where}:" if self.where else "", self.what, self.cure) if part)


def tell(fault: Fault, catalogue: Catalogue, language: Language) -> Told:
    """Return *fault* in words."""
    place = {"sheet": fault.sheet, "row": fault.row or 0, "column": fault.column}
    known = [name for name, value in place.items() if value]
    where = catalogue.sentence(f"form.place.{'_'.join(known)}", place, language) if fault.sheet else ""
    what, cure = (catalogue.sentence(code, fault.params, language) for code in (fault.code, fault.cure_code))
    return Told(where, what, cure)


class FormRefused(InvalidInput):
    """A form that cannot be published, with every fault found (code ``form.refused``)."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep *faults*; the parameters name their number and the codes, for logs."""
        super().__init__("form.refused", count=len(faults), codes=[fault.code for fault in faults])
        self.faults = faults

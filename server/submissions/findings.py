"""What is wrong or odd in a stored record, as a value. Words for it are found where it is shown.

A finding never holds an answer: its path leads to the answer, and who may see the record may see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BRANCH = "version.branch"
"""Another edit of the same version came before. Known from the order of arrival alone, so deriving again leaves it."""


MAX_FINDINGS = 500
"""Findings kept of one record; more than a person reads, fewer than a hostile record can make."""

_LONGEST_PATH = 500
"""As the table keeps it; a device may name an element as long as it likes."""


class Severity(StrEnum):
    """How much a finding weighs: an error flags the record, a warning is worth a look, a note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; *path* is absolute, with ``[n]`` on every repeat instance and nowhere else."""

    code: str
    path: str
    severity: Severity
    params: tuple[tuple[str, str], ...] = ()
    """Names and texts for the sentence, sorted by name; never an answer."""


def finding(code: str, path: str, severity: Severity, **params: str) -> Finding:
    """Return a finding with its parameters in order; a path too long to keep is cut."""
    return Finding(code, path[:_LONGEST_PATH], severity, tuple(sorted(params.items())))


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Return whether the record is flagged."""
    return any(one.severity is Severity.ERROR for one in findings)

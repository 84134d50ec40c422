"""Files a record's answers name that have not come: a phone sends them in any order, over as many POSTs as it needs.

Worked out of the record's bytes and the names of the files that are here, so it is the same whenever it is asked.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from server.submissions.findings import MAX_FINDINGS, Finding, Severity, finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from server.submissions.instance import BinaryName

AWAITED: Final = "attachment.missing"
"""The code of these findings; they come and go as files arrive."""


def awaited_files(names: Iterable[BinaryName], present: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for every answer that names a file that is not *present*, at most `MAX_FINDINGS`.

    *present* are the keys of the names of the files that came.
    """
    paths = dict.fromkeys(one.path for one in names if one.key not in present)
    return tuple(finding(AWAITED, path, Severity.WARNING) for path in islice(paths, MAX_FINDINGS))

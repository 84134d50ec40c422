"""The number a case goes by, out of what a phone called its record: codes and numbers pass, words do not.

The name of a record is whatever a form makes of its answers; a masked list may show no more of it than this.
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = re.compile(r"[A-ZĐ]|[0-9]{3,12}|Quý (?:I|II|III|IV)")
_BETWEEN: Final = " · "


def case_number(instance_name: str) -> str:
    """Return the parts of a name that tell of nobody, empty if there are none."""
    return _BETWEEN.join(one for part in instance_name.split("·") if _PART.fullmatch(one := part.strip()))

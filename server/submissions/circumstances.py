"""What is known beside a record when its form's rules are asked again: when it came, where it is read, lists.

A value the caller makes; nothing here looks anything up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from server.forms.lists import ChoiceList


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the record: when it came, the zone it is read in, the lists there are."""

    received_at: datetime
    timezone: tzinfo
    lists: Mapping[str, ChoiceList] = field(default_factory=dict)
    """Lists beside the form by instance id; a list that is not here leaves its questions unchecked."""
    filled_at: datetime | None = None
    """When it was filled in, for a record that does not say and somebody knows: a designer's, made just now."""

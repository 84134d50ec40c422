"""Why nothing came from a collaborator for long: each cause has its own next step. *Lâu chưa gửi phiếu* on screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

SILENT_AFTER: Final = timedelta(days=7)


class Silence(StrEnum):
    """The cause, as far as the server can know it; the words are ``console.silence.<value>``."""

    NEVER_CONNECTED = "never_connected"
    """Her phone has never asked: the code was not scanned."""
    HELD = "held"
    """She sent, and what came is held."""
    RETURNED = "returned"
    """Records were sent back to her, and she has not sent them again."""
    OUT_OF_REACH = "out_of_reach"
    """Her phone asked once, and not for a week: no signal, a broken or another phone."""
    NOTHING_SENT = "nothing_sent"
    """Her phone asks, and nothing comes."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of a collaborator's phone: when it asked and sent last, what is held, what was sent back."""

    enrolled_at: datetime
    seen_at: datetime | None
    sent_at: datetime | None
    held: int
    returned: int


def silence_of(contact: Contact, now: datetime) -> Silence | None:
    """Return why nothing was filed from her for a week, None if something was or she is newer than that."""
    if now - (contact.sent_at or contact.enrolled_at) <= SILENT_AFTER:
        return None
    if contact.seen_at is None and contact.sent_at is None:
        return Silence.HELD if contact.held else Silence.NEVER_CONNECTED
    if contact.held:
        return Silence.HELD
    if contact.returned:
        return Silence.RETURNED
    if contact.seen_at is None or now - contact.seen_at > SILENT_AFTER:
        return Silence.OUT_OF_REACH
    return Silence.NOTHING_SENT

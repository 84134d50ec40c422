"""Deeds: what somebody did or opened, as *Lịch sử thao tác* keeps it for ever.

A deed names what it was done to by number and says how in a few parameters: codes, numbers, days, names of forms and
files. It never holds an answer, a person's name, a telephone number, a token or a password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.territory.units import UnitId

Parameter = str | int | bool


class Thing(StrEnum):
    """What a deed is done to; the words are ``deed.thing.<value>``."""

    RECORD = "record"
    UPLOAD = "upload"
    COLLABORATOR = "collaborator"
    ACCOUNT = "account"
    FORM = "form"
    PLAN = "plan"
    LAYOUT = "layout"
    PERIOD = "period"
    REPORT = "report"
    RELEASE = "release"
    REGISTER = "register"
    FILE = "file"


class DeedGroup(StrEnum):
    """What kinds of deeds are looked for together; the words are ``deed.group.<value>``."""

    DECISIONS = "decisions"
    READING = "reading"
    DOWNLOADS = "downloads"
    SIGN_INS = "sign_ins"
    PEOPLE = "people"
    PUBLISHING = "publishing"
    FIGURES = "figures"


class DeedKind(StrEnum):
    """Every kind of deed that is kept; the words are ``deed.<value>``. Its first word tells the group."""

    APPROVED = "decision.approve"
    RETURNED = "decision.return"
    REJECTED = "decision.reject"
    UNDONE = "decision.undo"
    APPROVED_BY_RULE = "decision.by_rule"
    CORRECTED = "decision.correct"
    PAPER_ENTERED = "decision.paper"
    UPLOAD_RELEASED = "decision.release"
    UPLOAD_ASSIGNED = "decision.assign"
    UPLOAD_DISCARDED = "decision.discard"
    PRACTICE_CLEARED = "decision.clear_practice"
    RECORD_OPENED = "reading.record"
    FILE_OPENED = "reading.file"
    LIST_OPENED = "reading.list"
    IDENTITY_OPENED = "reading.identity"
    OFFICIAL_OPENED = "reading.official"
    MANY_OPENED = "reading.many"
    RECORDS_DOWNLOADED = "download.records"
    REGISTER_DOWNLOADED = "download.register"
    FIGURES_DOWNLOADED = "download.figures"
    HISTORY_DOWNLOADED = "download.history"
    SIGNED_IN = "session.opened"
    SIGN_IN_REFUSED = "session.refused"
    SECOND_STEP = "session.elevated"
    SIGNED_OUT = "session.closed"
    SESSIONS_ENDED = "session.ended"
    COLLABORATOR_ADDED = "people.collaborator_added"
    COLLABORATOR_CHANGED = "people.collaborator_changed"
    COLLABORATOR_MOVED = "people.collaborator_moved"
    COLLABORATOR_REVOKED = "people.collaborator_revoked"
    CARD_PRINTED = "people.card"
    NEW_PHONE = "people.new_phone"
    ACCOUNT_ADDED = "people.account_added"
    ACCOUNT_CLOSED = "people.account_closed"
    POST_ADDED = "people.post_added"
    POST_ENDED = "people.post_ended"
    PASSWORD_RESET = "people.password_reset"  # noqa: S105 a code, no password
    PASSWORD_CHANGED = "people.password_changed"  # noqa: S105 a code, no password
    FORM_TRIED = "publishing.form_tried"
    FORM_PUBLISHED = "publishing.form"
    PLAN_PUBLISHED = "publishing.plan"
    LAYOUT_PUBLISHED = "publishing.layout"
    PERIOD_LOCKED = "figures.locked"
    REPORT_ISSUED = "figures.issued"
    RELEASE_SIGNED = "figures.released"
    NO_CASE_CONFIRMED = "figures.no_case"
    NO_CASE_WITHDRAWN = "figures.no_case_withdrawn"
    FIGURES_TYPED = "figures.typed"
    FILE_LOADED = "figures.loaded"
    FILE_UNDONE = "figures.unloaded"


_GROUP_OF_WORD = {
    "decision": DeedGroup.DECISIONS,
    "reading": DeedGroup.READING,
    "download": DeedGroup.DOWNLOADS,
    "session": DeedGroup.SIGN_INS,
    "people": DeedGroup.PEOPLE,
    "publishing": DeedGroup.PUBLISHING,
    "figures": DeedGroup.FIGURES,
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done to one thing.

    *unit_id* tells who may read of it; None is what concerns no single place, and is the province's to read. Deeds
    about incidents are *sensitive*: nobody reads of them but at the incident desk. What was done in one stroke shares
    its *batch_id*.
    """

    kind: DeedKind
    thing: Thing
    thing_id: int | None
    unit_id: UnitId | None
    params: Mapping[str, Parameter] = field(default_factory=dict)
    is_sensitive: bool = False
    batch_id: str = ""


def group_of(kind: DeedKind) -> DeedGroup:
    """Return the group a kind of deed is looked for in."""
    return _GROUP_OF_WORD[kind.value.partition(".")[0]]


def kinds_of(group: DeedGroup) -> tuple[DeedKind, ...]:
    """Return the kinds of deeds that are looked for in *group*."""
    return tuple(one for one in DeedKind if group_of(one) is group)

"""How the records of a form are approved: each by a person, or clean ones by rule after some days.

Sheet ``review_policy`` of a plan has a row per form; a form it does not name is reviewed by hand:

    form        a form of the project, never a sensitive one
    policy      by_hand | clean_after_days
    days        how long a clean record waits for a person first (7)
    held_back   how many in a hundred are left to a person all the same, chosen by lot (5 %)
    source      what sets it, in words

The lot of a record follows from its own id and a secret of the server: it falls alike however often it is drawn, and
nobody who fills in a form can know it. Every fault is found at once, with sheet, row and column.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.indicators.cells import missing_columns, repeated, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from server.forms.sheets import Sheet
    from server.indicators.cells import Cells

REVIEW_POLICY: Final = "review_policy"
_COLUMNS: Final = ("form", "policy")
_USUAL_DAYS, _USUAL_SHARE = "7", "5"
_DAYS: Final = range(1, 61)
_SHARES: Final = range(1, 101)
_LOTS: Final = 100


class Policy(StrEnum):
    """Who approves; the words on screen are ``policy.<value>``."""

    BY_HAND = "by_hand"
    CLEAN_AFTER_DAYS = "clean_after_days"


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """The rule for one form; *days* and *held_back* (per cent) are 0 where every record is for a person."""

    form_id: str
    policy: Policy
    days: int
    held_back: int
    source: str
    row: int = 0

    def __str__(self) -> str:
        """Return it as one line, for a preview of what a plan changes."""
        if self.policy is Policy.BY_HAND:
            return f"{self.form_id}: {self.policy.value}"
        return f"{self.form_id}: {self.policy.value} {self.days}, {self.held_back} %"


@dataclass(frozen=True, slots=True)
class PoliciesRead:
    """The rules a sheet sets; with any *faults* the plan is not to be published."""

    policies: tuple[ReviewPolicy, ...]
    faults: tuple[Fault, ...]


def read_policies(sheet: Sheet) -> PoliciesRead:
    """Return the rules *sheet* sets, with every fault of it.

    Fault codes: ``plan.no_column``, ``.empty_cell``, ``.unknown_word``, ``.bad_wait``, ``.bad_share``,
    ``.repeated_policy``.
    """
    if not sheet.rows:
        return PoliciesRead((), ())
    faults = missing_columns(sheet, _COLUMNS, "plan.no_column")
    if faults:
        return PoliciesRead((), tuple(faults))
    rows = list(rows_of(sheet))
    found = [one for one in map(_policy, rows) if one is not None]
    faults = [fault for cells in rows for fault in cells.faults]
    faults += repeated(((cells, cells.text("form")) for cells in rows), "form", "plan.repeated_policy")
    return PoliciesRead(tuple(found), tuple(faults))


def policy_faults(
    policies: Sequence[ReviewPolicy], forms: Collection[str], sensitive: Collection[str]
) -> Iterator[Fault]:
    """Yield what is wrong given a project's *forms* and the *sensitive* ones; what is reviewed by hand is never wrong.

    Fault codes: ``plan.policy_unknown_form``, ``.policy_sensitive``.
    """
    for one in policies:
        if one.policy is Policy.BY_HAND:
            continue
        if one.form_id in sensitive:
            yield _fault(one, "plan.policy_sensitive")
        elif one.form_id not in forms:
            yield _fault(one, "plan.policy_unknown_form")


def is_held_back(record: str, secret: str, share: int) -> bool:
    """Return whether the record of that id is among the *share* of a hundred that a person looks at all the same."""
    drawn = hmac.new(secret.encode(), f"review_policy:{record}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:8]) % _LOTS < share


def _policy(cells: Cells) -> ReviewPolicy | None:
    form_id = cells.required("form", "plan.empty_cell")
    policy = cells.choice("policy", {one.value: one for one in Policy}, "plan.unknown_word")
    days = _whole(cells, "days", _USUAL_DAYS, _DAYS)
    share = _whole(cells, "held_back", _USUAL_SHARE, _SHARES)
    if cells.faults or policy is None:
        return None
    if policy is Policy.BY_HAND:
        days = share = 0
    return ReviewPolicy(form_id, policy, days, share, cells.text("source"), cells.row.number)


_CODES: Final[Mapping[str, str]] = {"days": "plan.bad_wait", "held_back": "plan.bad_share"}


def _whole(cells: Cells, column: str, usual: str, allowed: range) -> int:
    text = cells.text(column, usual).removesuffix("%").strip()
    if text.isdecimal() and int(text) in allowed:
        return int(text)
    cells.refuse(_CODES[column], column, given=cells.text(column), least=allowed[0], most=allowed[-1])
    return 0


def _fault(policy: ReviewPolicy, code: str) -> Fault:
    return Fault(code, {"given": policy.form_id}, sheet=REVIEW_POLICY, row=policy.row, column="form")

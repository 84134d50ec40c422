"""The history of a record as its page tells it: who did what, in sentences, with what each version says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from server.operations.record_history import DecisionStep, VersionStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from server.operations.record_history import Step
    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.reviews import DecisionLine
    from server.submissions.changes import Change, Difference
    from server.submissions.review import ReviewState

NOBODY = "–"


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One difference from the version before."""

    label: str
    kind: Difference
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldRemark:
    """What was said of a question, under the words it is asked in."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step: a sentence ready for the catalogue, and what belongs to it."""

    at: datetime
    code: str
    params: Mapping[str, object]
    state: ReviewState | None
    """Where the record stood after it, where the sentence does not say so."""
    comment: str
    remarks: tuple[ToldRemark, ...]
    is_undone: bool
    version: VersionLine | None
    stands_in_for: str
    """Whose post was filled by a deputy who did it; empty in one's own."""
    changes: tuple[ToldChange, ...] | None
    """Of what a person was asked; None for a decision, for the first version, and for one that nobody compared."""
    reckoned: int = 0
    """How many values the form works out came out otherwise with these."""


@dataclass(frozen=True, slots=True)
class Tellers:
    """How differences and the paths of questions are put into words."""

    change: Callable[[Change], ToldChange]
    label: Callable[[str], str]


def told_step(step: Step, tellers: Tellers) -> ToldStep:
    """Return a step in words."""
    match step:
        case VersionStep():
            return _arrival(step, tellers)
        case DecisionStep():
            return _decision(step, tellers)
        case _:
            assert_never(step)


def _arrival(step: VersionStep, tellers: Tellers) -> ToldStep:
    if step.line.corrected_by:
        kind = "paper" if step.base is None else "corrected"
        code, name = f"console.record.version_{kind}", step.line.corrected_by
    else:
        code = "console.record.version_first" if step.base is None else "console.record.version_edit"
        name = step.line.collaborator_name or NOBODY
    said = [one for one in step.changes or () if one.is_of_person]
    reason = step.line.reason
    return ToldStep(
        step.at,
        code,
        {"name": name},
        None,
        reason,
        (),
        is_undone=False,
        version=step.line,
        stands_in_for=step.stands_in_for,
        changes=None if step.changes is None else tuple(tellers.change(one) for one in said),
        reckoned=len(step.changes or ()) - len(said),
    )


def _decision(step: DecisionStep, tellers: Tellers) -> ToldStep:
    line = step.line
    code, params = _sentence(line)
    remarks = tuple(ToldRemark(tellers.label(one.path), one.text) for one in line.questions)
    says_state = code.startswith("console.record.decided.")
    state = None if says_state else line.state
    return ToldStep(
        step.at,
        code,
        params,
        state,
        line.comment,
        remarks,
        is_undone=step.is_undone,
        version=None,
        stands_in_for=step.stands_in_for,
        changes=None,
    )


def _sentence(line: DecisionLine) -> tuple[str, Mapping[str, object]]:
    if line.by_rule is not None:
        rule = line.by_rule
        return "review.by_rule", {"days": rule.days, "held_back": rule.held_back, "plan": rule.plan_name}
    named = {"name": line.account_name or NOBODY}
    if line.undoes_id is not None:
        return "console.record.undid", named
    if not line.account_name:
        return "console.record.by_server", {}
    return f"console.record.decided.{line.state.value}", named

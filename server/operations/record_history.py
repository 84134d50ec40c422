"""What became of a record, as one line of steps: versions that arrived with what they say otherwise, and decisions.

Nothing is looked up here; the caller has read versions, decisions and answers within its sight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.submissions.changes import Change, changes
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.reviews import DecisionLine
    from server.submissions.answers import Section
    from server.submissions.review import QuestionComment

_LONGEST_BATCH: Final = 36
MOST_COMPARED: Final = 5
"""How many of the newest versions a page says the differences of; those before are a click away."""


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version that arrived, with what it says otherwise than the one it replaces; *base* is None for the first.

    *changes* is None where nobody compared them.
    """

    line: VersionLine
    base: VersionLine | None
    changes: tuple[Change, ...] | None
    stands_in_for: str = ""
    """Whose post was filled by a deputy who made it at the office."""

    @property
    def at(self) -> datetime:
        """Return when it came."""
        return self.line.received_at


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """A decision, and whether it was taken back."""

    line: DecisionLine
    is_undone: bool
    stands_in_for: str = ""
    """Whose post was filled by a deputy."""

    @property
    def at(self) -> datetime:
        """Return when it was made."""
        return self.line.decided_at


Step = VersionStep | DecisionStep


@dataclass(frozen=True, slots=True)
class StandingComment:
    """What a reviewer said of a question and did not take back; *version_id* is the version they looked at."""

    said: QuestionComment
    account_name: str
    at: datetime
    version_id: int


def base_of(versions: Sequence[VersionLine], version: VersionLine) -> VersionLine | None:
    """Return the version that *version* replaces: the one it names, else the one that came before it."""
    place = versions.index(version)
    named = (one for one in versions if one.instance_id == version.deprecated_id and one is not version)
    return next(named, versions[place - 1] if place else None)


def open_branches(versions: Sequence[VersionLine]) -> tuple[VersionLine, ...]:
    """Return the edits that came beside what the record says now, and about which nobody decided what of them counts.

    They are the ends of other chains.
    """
    replaced = {one.deprecated_id for one in versions}
    ends = (one for one in versions if one.instance_id not in replaced)
    return tuple(one for one in ends if not one.is_current and not one.is_settled)


def compared(versions: Sequence[VersionLine], shown: VersionLine) -> set[int]:
    """Return the ids of the versions a page compares: the newest, the one shown, and what each of them replaces."""
    told = [*versions[-MOST_COMPARED:], shown]
    return {one.version_id for one in (*told, *(base_of(versions, one) for one in told)) if one is not None}


def batch_of_version(instance_id: str) -> str:
    """Return what the deed of making a version at the office has as its batch: deeds know no versions."""
    return instance_id.removeprefix("uuid:")[:_LONGEST_BATCH]


def history_of(
    versions: Sequence[VersionLine],
    decisions: Iterable[DecisionLine],
    answers: Mapping[int, Section],
    *,
    stand_ins: Mapping[str, str],
) -> tuple[Step, ...]:
    """Return the steps, the newest first.

    *answers* are those of the versions that are compared, by version; *stand_ins* whose posts were filled, by batch.
    """
    every = tuple(decisions)
    undone = {one.undoes_id for one in every}
    steps: list[Step] = [
        DecisionStep(one, is_undone=one.decision_id in undone, stands_in_for=stand_ins.get(one.batch_id, ""))
        for one in every
    ]
    for one in reversed(versions):
        step = _version_step(versions, one, answers)
        steps.append(replace(step, stands_in_for=stand_ins.get(batch_of_version(one.instance_id), "")))
    # A decision is about a version that was there: of two things at one moment it came second.
    return tuple(sorted(steps, key=lambda one: (one.at, isinstance(one, DecisionStep)), reverse=True))


def standing_comments(decisions: Iterable[DecisionLine]) -> tuple[StandingComment, ...]:
    """Return what is said of questions by decisions that were not taken back, the newest first."""
    every = tuple(decisions)
    undone = {one.undoes_id for one in every}
    return tuple(
        StandingComment(said, one.account_name, one.decided_at, one.version_id)
        for one in every
        if one.state is ReviewState.HAS_ISSUES and one.undoes_id is None and one.decision_id not in undone
        for said in one.questions
    )


def _version_step(versions: Sequence[VersionLine], line: VersionLine, answers: Mapping[int, Section]) -> VersionStep:
    base = base_of(versions, line)
    if base is None or line.version_id not in answers or base.version_id not in answers:
        return VersionStep(line, base, None)
    return VersionStep(line, base, changes(answers[base.version_id], answers[line.version_id]))

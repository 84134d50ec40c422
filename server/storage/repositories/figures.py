"""Contributions and the sums figures are read from: written with each version, counted with each review.

Adding is one statement and reads nothing. Counting again locks the subjects concerned in sorted order, so that two
approvals of one household wait for each other and never for each other's turn; then the winners are chosen by
`server.indicators.counting`, the rows are marked and the sums move by the difference. Reading is for `figure_tables`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from server.indicators.contribution import TOTAL, Combine
from server.indicators.counting import Candidate, counted_of
from server.storage.database import copy_rows
from server.storage.repositories.figure_statements import ADDED_COLUMNS, statements_for
from server.storage.repositories.given_rows import as_parameter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from server.indicators.contribution import Contribution
    from server.storage.visible import Sight

_KEYS_A_STEP: Final = 1000


class SubjectKey(NamedTuple):
    """What is counted once: a subject of a measure in a period; of a merged household, the one that survived."""

    project_id: int
    measure: str
    period: int
    subject: str


@dataclass(frozen=True, slots=True)
class SumsRebuilt:
    """How many sums there are, and how many rows of sums were not, or not so, as they should be."""

    sums: int
    differed: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A contribution that counts, or belongs to a version whose approval counts."""

    key: SubjectKey
    version_id: int
    position: int
    category: str
    event_date: date
    unit_id: int
    combine: Combine
    thousandths: int
    is_counted: bool
    is_displaced: bool
    counted_as: str
    """Whom it counts for, or would count for."""
    is_approved: bool

    @property
    def is_counted_right(self) -> bool:
        """Tell whether it counts for the subject it is to count for."""
        return self.is_counted and self.counted_as == self.key.subject

    @property
    def is_first_to_add(self) -> bool:
        """Tell whether it adds something at the first place of its record."""
        return self.position == 0 and self.thousandths != 0

    @property
    def is_winner(self) -> bool:
        """Tell whether, where it counts, no other may count for its subject."""
        return self.category == TOTAL and self.combine is not Combine.SUM

    @property
    def winner_key(self) -> tuple[int, int, str, str, int]:
        """Return what it counts for from now on, and its version."""
        return self.key.project_id, self.key.period, self.key.subject, self.key.measure, self.version_id

    @property
    def winner_key_so_far(self) -> tuple[int, int, str, str, int]:
        """Return what it counted for, and its version."""
        return self.key.project_id, self.key.period, self.counted_as, self.key.measure, self.version_id

    @property
    def sum_key(self) -> tuple[int, str, int, int, str]:
        """Return the key of the sum it belongs to."""
        return self.key.project_id, self.key.measure, self.key.period, self.unit_id, self.category


class Figures:
    """Contributions and sums."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight
        self._statements = _STATEMENTS[connection.dialect.name]
        self._is_postgresql = connection.dialect.name == "postgresql"

    def add(self, project_id: int, version_id: int, contributions: Iterable[Contribution]) -> None:
        """Insert what a new version adds; it counts only once a review says so."""
        rows = [
            (
                f"{project_id}",
                f"{version_id}",
                one.measure,
                f"{one.position}",
                one.category,
                one.subject,
                f"{one.period}",
                one.event_date.isoformat(),
                f"{one.unit_id}",
                one.combine.value,
                f"{one.thousandths}",
                "0",
                "0",
            )
            for one in contributions
        ]
        if rows and self._is_postgresql:
            copy_rows(self._connection, "contribution", ADDED_COLUMNS, rows)
        elif rows:
            self._run("add", rows)

    def replace(self, project_id: int, version_id: int, contributions: Sequence[Contribution]) -> None:
        """Keep *contributions* instead of what the version added so far, and count again what that touches."""
        self._exclude_rebuild()
        found = self._run("keys_of_version", version_id=version_id).all()
        rivals = {SubjectKey(*row[:-1]) for row in found if row.has_rivals}
        rivals |= self._keys(_key_of(project_id, one) for one in contributions if one.combine is not Combine.SUM)
        keys = {SubjectKey(*row[:-1]) for row in found}
        keys |= self._keys(_key_of(project_id, one) for one in contributions)
        self._lock(rivals)
        counted = [row for row in self._rows(keys) if row.is_counted and row.version_id == version_id]
        self._run("remove", version_id=version_id)
        self._run("let_go_of_unmarked_keys", sorted(keys))
        self.add(project_id, version_id, contributions)
        off, on = self._mark_anew(keys)
        self._settle((), (), _moves([*counted, *off], on))

    def recount(self, submission_ids: Iterable[int]) -> None:
        """Bring figures in line with the version whose approval counts now, for records the caller holds locked."""
        self._exclude_rebuild()
        given = [(submission_id,) for submission_id in sorted(set(submission_ids))]
        if self._is_postgresql:
            self._run("lock_of_records", given)
        contested = self._run("contested", given).all()
        off, on = self._mark_anew(
            {SubjectKey(row.project_id, row.measure, row.period, row.counts_as) for row in contested}
        )
        self._settle(given, [SubjectKey(*row[:-1]) for row in contested], _moves(off, on))

    def count_as(self, project_id: int, subjects: Mapping[str, str]) -> None:
        """Let what names the households in *subjects* count for the ones they became, or for themselves again.

        Reviews must be excluded, since before the households were locked: whom a record counts for stands still while
        it is reviewed. What was and is counted moves at once.
        """
        given = [(project_id, subject, counts_as) for subject, counts_as in sorted(subjects.items())]
        named = {SubjectKey(*row) for row in self._run("keys_of_subjects", given, project_id=project_id)}
        touched = named | self._keys(named)
        self._run("part", given)
        self._run("join", given)
        self._settle((), (), _moves(*self._mark_anew(self._keys(touched))))

    def rebuild(self, project_id: int) -> SumsRebuilt:
        """Choose every winner of the project anew and add up every sum from nothing; reviews wait meanwhile.

        The database itself picks out the subjects with more than one candidate and those that are marked otherwise than
        they should be; the rule is asked about these alone, for of one candidate it says what the marks say.
        """
        self.exclude_reviews()
        for name in ("part_all", "join_all"):
            self._run(name, project_id=project_id)
        winners = self._run("count_winners", project_id=project_id).one()
        are_right = winners.held == winners.marked and not winners.lacking
        if not are_right:
            self._run("let_go_of_unmarked", project_id=project_id)
        for keys in self._doubtful_keys(project_id):
            moves = _moves(*self._mark_anew(keys))
            if moves:
                self._run("note_late", moves=as_parameter(moves))
        if not are_right:
            self._run("let_marked_count", project_id=project_id)
        counted = self._run("count_sums", project_id=project_id).one()
        if counted.differed:
            self._run("clear_sums", project_id=project_id)
            self._run("add_up", project_id=project_id)
        return SumsRebuilt(counted.sums, counted.differed)

    def exclude_reviews(self) -> None:
        """Let no review move a figure until this transaction ends; SQLite has one writer anyway."""
        if self._is_postgresql:
            self._run("exclude_reviews")

    def every_sum(self, project_id: int) -> frozenset[tuple[object, ...]]:
        """Return every sum of the project: measure, period, unit, category, thousandths, contributions, adding."""
        return frozenset(tuple(row) for row in self._run("every_sum", project_id=project_id))

    def _run(self, name: str, rows: Iterable[Sequence[object]] | None = None, **params: object) -> Any:  # noqa: ANN401 rows
        return self._ask(name, params if rows is None else {"rows": as_parameter(rows), **params})

    def _ask(self, name: str, params: Mapping[str, object]) -> Any:  # noqa: ANN401 rows
        return self._connection.execute(self._statements[name], params)

    def _lock(self, keys: Iterable[SubjectKey]) -> None:
        """Wait for whoever counts one of these subjects, and make others wait for us.

        Keys of *sum* need no lock: each record marks rows of its own only. SQLite has one writer anyway.
        """
        ordered = sorted(set(keys))
        if ordered and self._is_postgresql:
            self._run("lock", ordered)

    def _exclude_rebuild(self) -> None:
        """Wait for whoever rebuilds or merges; before it is asked for whom anything counts."""
        if self._is_postgresql:
            self._run("exclude_rebuild")

    def _keys(self, named: Iterable[SubjectKey]) -> set[SubjectKey]:
        """Return the keys under which what names these counts."""
        given = sorted(set(named))
        return {SubjectKey(*row) for row in self._run("counting_keys", given)} if given else set()

    def _mark_anew(self, keys: Collection[SubjectKey]) -> tuple[list[_Row], list[_Row]]:
        """Let the rule choose who counts for these subjects; return what no longer counts and what does from now on."""
        if not keys:
            return [], []
        changes = _changes(self._rows(keys))
        self._let_go(changes.off)
        self._at("unmark", changes.off)
        self._at("mark", changes.on)
        self._at("displace", changes.displaced)
        self._at("stand_again", changes.no_longer_displaced)
        if winners := [(*row.winner_key, row.position) for row in changes.on if row.is_winner]:
            self._run("let_count", winners)
        return changes.off, changes.on

    def _let_go(self, rows: Iterable[_Row]) -> None:
        """Leave the subjects that these rows count for to others."""
        if winners := [(*row.winner_key_so_far, row.position) for row in rows if row.is_winner]:
            self._run("let_go", winners)

    def _settle(
        self,
        records: Sequence[tuple[int]],
        contested: Sequence[SubjectKey],
        moves: Sequence[tuple[object, ...]],
    ) -> None:
        """Count whatever of *records* is not *contested*, and move the sums by that and by *moves*, in sorted order.

        Sums of nothing go; what moves a locked period is kept, record by record: its frozen figures lack it since.
        """
        if not records and not moves:
            return
        rows = {"rows": as_parameter(records), "contested": as_parameter(contested)}
        given = {**rows, "moves": as_parameter(moves)}
        if self._is_postgresql:
            moved = self._ask("settle", given).all()
        else:
            self._ask("settle_late", given)
            moved = self._ask("settle_sums", given).all()
            for name in ("settle_let_go", "settle_let_count", "settle_marks"):
                self._ask(name, rows)
        empty = [tuple(row[:-1]) for row in moved if row.contributions == 0]
        if empty:
            self._run("drop_empty_sums", empty)

    def _rows(self, keys: Iterable[SubjectKey]) -> list[_Row]:
        found = self._run("rows_of_keys", sorted(keys))
        return [
            _Row(
                key=SubjectKey(row.project_id, row.measure, row.period, row.subject),
                version_id=row.version_id,
                position=row.position,
                category=row.category,
                event_date=row.event_date,
                unit_id=row.unit_id,
                combine=Combine(row.combine),
                thousandths=row.thousandths,
                is_counted=bool(row.is_counted),
                is_displaced=bool(row.is_displaced),
                counted_as=row.counted_as,
                is_approved=bool(row.is_approved),
            )
            for row in found
        ]

    def _at(self, name: str, rows: Iterable[_Row]) -> None:
        """Run a statement that marks all rows of the versions at the positions of *rows*."""
        if places := sorted({(row.version_id, row.key.measure, row.position) for row in rows}):
            self._run(name, places)

    def _doubtful_keys(self, project_id: int) -> Iterator[Sequence[SubjectKey]]:
        """Yield the subjects whose winner the rule must choose, some at a time; one may come twice.

        Of two that count for one subject, one at least holds it not: so what is looked for row by row finds them too.
        """
        astray = self._run("astray_keys", project_id=project_id).all()
        yield from _steps([SubjectKey(project_id, *row) for row in astray])
        for measure, period in self._run("doubtful_pairs", project_id=project_id).all():
            given = {"project_id": project_id, "measure": measure, "period": period}
            subjects = self._run("doubtful_keys", **given).scalars().all()
            yield from _steps([SubjectKey(project_id, measure, period, subject) for subject in subjects])


def _steps(keys: Sequence[SubjectKey]) -> Iterator[Sequence[SubjectKey]]:
    for start in range(0, len(keys), _KEYS_A_STEP):
        yield keys[start : start + _KEYS_A_STEP]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What the rule changes: a row that counts for another from now on is both *off* and *on*."""

    off: list[_Row] = field(default_factory=list)
    on: list[_Row] = field(default_factory=list)
    displaced: list[_Row] = field(default_factory=list)
    no_longer_displaced: list[_Row] = field(default_factory=list)

    def judge(self, row: _Row, *, is_chosen: bool) -> None:
        """Note what becomes of a row, of what is chosen for its subject or not."""
        counts, is_lost = row.is_approved and is_chosen, row.is_approved and not is_chosen
        if row.is_counted and not (counts and row.is_counted_right):
            self.off.append(row)
        if counts and not row.is_counted_right:
            self.on.append(row)
        if is_lost and not row.is_displaced:
            self.displaced.append(row)
        if row.is_displaced and not is_lost:
            self.no_longer_displaced.append(row)


def _changes(rows: Iterable[_Row]) -> _Changes:
    """Return what changes for these rows, which are all of their subjects that count or might."""
    groups: dict[SubjectKey, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    changes = _Changes()
    for group in groups.values():
        winners = counted_of(_candidate(row) for row in group if row.is_approved and row.category == TOTAL)
        for row in group:
            changes.judge(row, is_chosen=(row.version_id, row.position) in winners)
    return changes


def _moves(off: Iterable[_Row], on: Iterable[_Row]) -> list[tuple[object, ...]]:
    """Return by how much each version moves each sum; nothing of what comes to nothing."""
    moves: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for rows, sign in ((off, -1), (on, 1)):
        for row in rows:
            move = moves[*row.sum_key, row.version_id]
            move[0] += sign * row.thousandths
            move[1] += sign
            move[2] += sign * row.is_first_to_add
    return [(*key, *move) for key, move in moves.items() if move != [0, 0, 0]]


def _candidate(row: _Row) -> Candidate:
    return Candidate(row.version_id, row.position, row.event_date, row.combine, row.thousandths)


def _key_of(project_id: int, one: Contribution) -> SubjectKey:
    return SubjectKey(project_id, one.measure, one.period, one.subject)


_STATEMENTS: Final = {dialect: statements_for(dialect) for dialect in ("sqlite", "postgresql")}

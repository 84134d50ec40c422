"""What units that ended said of how they stood, where those that took over have spoken since: words of the past.

Such a word counts in no sum (see `server.territory.turnovers`). Whether a unit has spoken is read off the contribution
that counts for it, with its day: one that took over and was there before must have spoken since then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Date, and_, bindparam, case, column, func, select, text

from server.storage.models.figures import ContributionRow
from server.storage.models.locks import LateChangeRow
from server.storage.repositories.given_rows import as_parameter, given_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import CTE, ColumnElement, Connection

    from server.territory.turnovers import Turnover
    from server.territory.units import UnitId

_TURNS: Final[Mapping[str, str]] = {
    "unit_id": "bigint",
    "year": "bigint",
    "way": "bigint",
    "size": "bigint",
    "speaker": "bigint",
    "after": "date",
}
_TYPES: Final[Mapping[str, Any]] = {"bigint": BigInteger, "date": Date}


def turns_in(turnovers: Iterable[Turnover], years: Collection[int]) -> str:
    """Return the turnovers of *years* as parameter ``turns`` of `past_words`; empty if there are none."""
    of_years = [one for one in turnovers if one.year in years]
    rows = [
        (one.unit_id, one.year, way, len(one.speakers), speaker, after)
        for way, one in enumerate(of_years)
        for speaker, after in sorted(one.speakers)
    ]
    return as_parameter(rows) if rows else ""


@cache
def past_words(dialect: str) -> CTE:
    """Return units with a measure and a year of which what they said is past.

    Parameters: ``project_id``, ``turns`` (see `turns_in`), ``years`` and ``states``, the measures that are asked about.
    """
    return _past(dialect, _spoken(ContributionRow.is_counted.is_(True)))


@cache
def words_past_then(dialect: str) -> CTE:
    """Return what `past_words` returned before the late change with the id ``last_change_id`` and those after it."""
    rows, late = ContributionRow, LateChangeRow
    since = (
        select(func.coalesce(func.sum(late.contributions), 0))
        .where(
            late.project_id == rows.project_id,
            late.period == rows.period,
            late.measure == rows.measure,
            late.id > bindparam("last_change_id"),
            late.category == rows.category,
            late.unit_id == rows.unit_id,
            late.version_id == rows.version_id,
        )
        .correlate(rows)
        .scalar_subquery()
    )
    return _past(dialect, _spoken(case((rows.is_counted, 1), else_=0) - since > 0))


def _past(dialect: str, spoken: CTE) -> CTE:
    written = f"SELECT * FROM {given_table(dialect, _TURNS, parameter='turns')}"  # noqa: S608 names of our own columns
    columns = [column(name, _TYPES[kind]) for name, kind in _TURNS.items()]
    turn = _once(text(written).columns(*columns).cte("turn"))
    speaks = and_(spoken.c.unit_id == turn.c.speaker, spoken.c.period == turn.c.year, spoken.c.spoken_on > turn.c.after)
    told = select(spoken.c.measure, spoken.c.period, turn.c.unit_id, turn.c.way, turn.c.size)
    heard = _once(told.join_from(turn, spoken, speaks).cte("heard"))
    own = spoken.alias("own")
    said = and_(own.c.unit_id == heard.c.unit_id, own.c.measure == heard.c.measure, own.c.period == heard.c.period)
    return _once(
        select(heard.c.measure, heard.c.period, heard.c.unit_id)
        .join_from(heard, own, said)
        .group_by(heard.c.measure, heard.c.period, heard.c.unit_id, heard.c.way, heard.c.size)
        .having(func.count() == heard.c.size)
        .cte("past")
    )


def _once(step: CTE) -> CTE:
    """Have the database work out a step once: it takes each for a row or two, and would do it for every single sum."""
    return step.prefix_with("MATERIALIZED")


def _spoken(counts: ColumnElement[bool]) -> CTE:
    """Return when each unit last said how it stands, by measure and year, in what *counts*."""
    rows = ContributionRow
    asked = and_(
        rows.project_id == bindparam("project_id"),
        rows.measure.in_(bindparam("states", expanding=True)),
        rows.period.in_(bindparam("years", expanding=True)),
        rows.category == text("''"),
        counts,
    )
    last = select(rows.measure, rows.period, rows.unit_id, func.max(rows.event_date).label("spoken_on")).where(asked)
    return last.group_by(rows.measure, rows.period, rows.unit_id).cte("spoken")


def is_past(rows: Any, past: CTE) -> ColumnElement[bool]:  # noqa: ANN401 a table of sums or contributions
    """Return whether a row of a unit is what that unit said before another one spoke for it."""
    said = and_(past.c.unit_id == rows.unit_id, past.c.measure == rows.measure, past.c.period == rows.period)
    return select(past.c.unit_id).where(said).correlate(rows).exists()


@dataclass(frozen=True, slots=True)
class Word:
    """What is asked of whom: a *measure* that says how places stand, in the *year* of a project, and the *turns*."""

    project_id: int
    measure: str
    year: int
    turns: tuple[Turnover, ...]


def past_units(connection: Connection, word: Word) -> frozenset[UnitId]:
    """Return the units whose word is past."""
    return _units(connection, word, past_words(connection.dialect.name), {})


def units_past_then(connection: Connection, word: Word, last_change_id: int) -> frozenset[UnitId]:
    """Return the units whose word was past before what came late after *last_change_id*."""
    return _units(connection, word, words_past_then(connection.dialect.name), {"last_change_id": last_change_id})


def _units(connection: Connection, word: Word, past: CTE, given: Mapping[str, int]) -> frozenset[UnitId]:
    turns = turns_in(word.turns, {word.year})
    if not turns:
        return frozenset()
    asked = {"project_id": word.project_id, "turns": turns, "years": [word.year], "states": [word.measure]}
    return frozenset(connection.execute(select(past.c.unit_id).distinct(), {**asked, **given}).scalars())

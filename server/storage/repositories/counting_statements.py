"""The SQL that counts what reviews decide, all records of a batch at once; `figures` says when each is run.

A subject is contested where more than one contribution might count for it, or where it was merged: what counts there is
said by `server.indicators.counting`. Everything else counts if, and only if, its version is approved, and the database
moves it by itself: marks, sums and what a locked period lacks, of the very rows it marks. PostgreSQL does so in one
statement; SQLite, which has no such statement, asks for the same rows again and again and marks them last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MOVES: Final[Mapping[str, str]] = {
    "project_id": "bigint",
    "measure": "text",
    "period": "bigint",
    "unit_id": "bigint",
    "category": "text",
    "version_id": "bigint",
    "thousandths": "bigint",
    "contributions": "bigint",
    "adding": "bigint",
}
"""By how much a version moves a sum: the columns of parameter ``moves``."""

_SUM_KEY: Final = "project_id, measure, period, unit_id, category"
_MOVES: Final = ", ".join(MOVES)

_RECORDS: Final = """
              FROM {given_records}
             CROSS JOIN submission AS s
             CROSS JOIN submission_version AS v
             CROSS JOIN contribution AS c"""
_OF_RECORDS: Final = "s.id = given.submission_id AND v.submission_id = s.id AND c.version_id = v.id"
_TOTALS: Final = "c.category = '' AND (c.is_counted OR c.is_displaced OR s.counted_version_id = v.id)"
"""Of what counts, or might count, the rows that decide."""
_TOUCHED: Final = """c.category = ''
               AND (c.is_counted <> COALESCE(s.counted_version_id = v.id, false) OR c.is_displaced)"""
"""The rows that decide about what a review changes."""
_SWITCHED: Final = """c.is_counted <> COALESCE(s.counted_version_id = v.id, false)
               AND NOT EXISTS (SELECT 1 FROM contested
                                WHERE contested.project_id = c.project_id AND contested.measure = c.measure
                                  AND contested.period = c.period AND contested.subject = c.subject)"""
"""What makes a row of one of the records change sides: it is marked otherwise than its version stands."""
_CONTESTED: Final = "contested AS (SELECT project_id, measure, period, subject FROM {given_contested})"


def _moved_by(sign: str) -> str:
    """Return what a row that changes sides moves, as the columns of a move; *sign* is 1 if it counts from now on."""
    return f"""c.project_id, c.measure, c.period, c.unit_id, c.category, c.version_id, c.subject, c.position, c.combine,
               {sign} * c.thousandths AS thousandths, {sign} AS contributions,
               CASE WHEN c.thousandths <> 0 AND c.position = 0 THEN {sign} ELSE 0 END AS adding"""


_MOVED: Final = f"""
        moved AS (
            SELECT {_MOVES} FROM changed
             UNION ALL
            SELECT {_MOVES} FROM {{given_moves}})"""  # noqa: S608 names of our own columns
_LATE_PLACES: Final = """
        place AS (SELECT DISTINCT project_id, period, unit_id FROM moved),
        late_place AS (
            SELECT project_id, period, unit_id
              FROM place
             WHERE EXISTS (SELECT 1
                             FROM period_lock AS held
                             JOIN unit_ancestor AS above ON above.ancestor_id = held.unit_id
                            WHERE held.project_id = place.project_id AND held.year IN (place.period, place.period + 1)
                              AND above.unit_id = place.unit_id))"""
_NOTE_LATE: Final = """
        INSERT INTO late_change (project_id, measure, period, unit_id, category, version_id, thousandths, contributions)
        SELECT moved.project_id, moved.measure, moved.period, moved.unit_id, moved.category, moved.version_id,
               CAST(SUM(moved.thousandths) AS BIGINT), CAST(SUM(moved.contributions) AS BIGINT)
          FROM late_place
         CROSS JOIN moved
         WHERE moved.project_id = late_place.project_id AND moved.period = late_place.period
           AND moved.unit_id = late_place.unit_id
         GROUP BY moved.project_id, moved.measure, moved.period, moved.unit_id, moved.category, moved.version_id
        HAVING SUM(moved.thousandths) <> 0 OR SUM(moved.contributions) <> 0
         ORDER BY moved.measure, moved.period, moved.unit_id, moved.category, moved.version_id"""
_MOVE_SUMS: Final = f"""
        INSERT INTO figure_sum ({_SUM_KEY}, thousandths, contributions, adding)
        SELECT {_SUM_KEY}, CAST(SUM(thousandths) AS BIGINT), CAST(SUM(contributions) AS BIGINT),
               CAST(SUM(adding) AS BIGINT)
          FROM moved
         GROUP BY {_SUM_KEY}
        HAVING SUM(thousandths) <> 0 OR SUM(contributions) <> 0 OR SUM(adding) <> 0
         ORDER BY {_SUM_KEY}
        ON CONFLICT ({_SUM_KEY}) DO UPDATE
           SET thousandths = figure_sum.thousandths + excluded.thousandths,
               contributions = figure_sum.contributions + excluded.contributions,
               adding = figure_sum.adding + excluded.adding
        RETURNING {_SUM_KEY}, contributions"""  # noqa: S608 nor here

_CHANGED: Final = f"""
        changed AS (
            SELECT {_moved_by("(CASE WHEN c.is_counted THEN -1 ELSE 1 END)")}{_RECORDS}
             WHERE {_OF_RECORDS} AND {_SWITCHED})"""
_SWITCH: Final = f"""
            UPDATE contribution AS c
               SET is_counted = NOT c.is_counted, is_displaced = false, counted_as = NULL
              FROM {{given_records}}
              JOIN submission AS s ON s.id = given.submission_id
              JOIN submission_version AS v ON v.submission_id = s.id
             WHERE c.version_id = v.id AND {_SWITCHED}"""  # noqa: S608 nor here

_SUBJECT_KEY: Final = "project_id, period, subject, measure"
_WINNER_KEY: Final = f"{_SUBJECT_KEY}, version_id"
_LET_GO: Final = f"""
        DELETE FROM counted_subject
         WHERE ({_WINNER_KEY}) IN (SELECT {_WINNER_KEY} FROM changed WHERE contributions < 0 AND category = '')"""  # noqa: S608 nor here
_GONE: Final = f"""(SELECT {_WINNER_KEY} FROM changed WHERE contributions < 0 AND category = '') AS given"""  # noqa: S608 nor here


def _one_by_one(table: str, keys: str, given: str) -> str:
    """Return how SQLite removes the rows of *table* that have the keys of a table *given*: found one by one.

    Of several columns that are IN a list SQLite looks up the first alone, or two: it would go through all there is of a
    project's year. The list itself comes first of a CROSS JOIN.
    """
    are_same = " AND ".join(f"held.{one} = given.{one}" for one in keys.split(", "))
    return f"""
        DELETE FROM {table}
         WHERE rowid IN (SELECT held.rowid FROM {given} CROSS JOIN {table} AS held WHERE {are_same})"""  # noqa: S608 nor here


_LET_COUNT: Final = f"""
        INSERT INTO counted_subject ({_SUBJECT_KEY}, version_id, position)
        SELECT {_SUBJECT_KEY}, version_id, position
          FROM changed
         WHERE contributions > 0 AND category = '' AND combine <> 'sum'"""  # noqa: S608 nor here
_IS_UNMARKED: Final = """NOT EXISTS
               (SELECT 1
                  FROM contribution AS c
                 WHERE c.version_id = counted_subject.version_id AND c.measure = counted_subject.measure
                   AND c.position = counted_subject.position AND c.category = '' AND c.is_counted
                   AND c.combine <> 'sum' AND c.period = counted_subject.period
                   AND COALESCE(c.counted_as, c.subject) = counted_subject.subject)"""
"""What makes a row of the winners hold a subject for nothing."""
_IS_WINNER: Final = "c.project_id = :project_id AND c.category = '' AND c.is_counted AND c.combine <> 'sum'"
_HOLDS: Final = """held.project_id = c.project_id AND held.period = c.period AND held.measure = c.measure
                AND held.subject = COALESCE(c.counted_as, c.subject) AND held.version_id = c.version_id
                AND held.position = c.position"""
_LOCK: Final = """
        INSERT INTO subject_lock (project_id, period, subject)
        {keys}
         ORDER BY 1, 2, 3
        ON CONFLICT (project_id, period, subject) DO UPDATE SET subject = excluded.subject WHERE false"""
"""Those that are there are locked as they are, and none is written again."""

EITHER: Final[Mapping[str, str]] = {
    "contested": f"""
        WITH own AS (
            SELECT c.project_id, c.measure, c.period, c.subject, c.version_id, c.position, c.combine{_RECORDS}
             WHERE {_OF_RECORDS} AND {_TOUCHED})
        SELECT contested.project_id, contested.measure, contested.period, contested.subject,
               COALESCE(m.counts_as, contested.subject) AS counts_as
          FROM (SELECT own.project_id, own.measure, own.period, own.subject
                  FROM own
                 WHERE (SELECT 1
                          FROM contribution AS c
                          JOIN submission_version AS v ON v.id = c.version_id
                          JOIN submission AS s ON s.id = v.submission_id
                         WHERE c.project_id = own.project_id AND c.measure = own.measure AND c.period = own.period
                           AND c.subject = own.subject AND {_TOTALS}
                           AND (c.version_id <> own.version_id OR c.position <> own.position)
                           AND (c.combine <> 'sum' OR own.combine <> 'sum')
                         LIMIT 1) = 1
                 UNION
                SELECT own.project_id, own.measure, own.period, own.subject
                  FROM own
                  JOIN merged_subject AS m ON m.project_id = own.project_id AND m.subject = own.subject
                 UNION
                SELECT own.project_id, own.measure, own.period, own.subject
                  FROM own
                  JOIN merged_subject AS m ON m.project_id = own.project_id AND m.counts_as = own.subject
               ) AS contested
          LEFT JOIN merged_subject AS m ON m.project_id = contested.project_id AND m.subject = contested.subject""",  # noqa: S608 nor here
    "note_late": f"""
        WITH moved AS (SELECT {_MOVES} FROM {{given_moves}}), {_LATE_PLACES}
        {_NOTE_LATE}""",  # noqa: S608 nor here
    "let_count": f"""
        INSERT INTO counted_subject ({_SUBJECT_KEY}, version_id, position)
        SELECT {_SUBJECT_KEY}, version_id, position FROM {{given_winners}}""",  # noqa: S608 nor here
    "let_go_of_unmarked": f"""
        DELETE FROM counted_subject
         WHERE project_id = :project_id AND {_IS_UNMARKED}""",  # noqa: S608 nor here
    "count_winners": f"""
        SELECT (SELECT COUNT(*) FROM counted_subject WHERE project_id = :project_id) AS held,
               COUNT(*) AS marked, SUM(CASE WHEN held.version_id IS NULL THEN 1 ELSE 0 END) AS lacking
          FROM contribution AS c
          LEFT JOIN counted_subject AS held ON {_HOLDS}
         WHERE {_IS_WINNER}""",  # noqa: S608 nor here
    "let_marked_count": f"""
        INSERT INTO counted_subject ({_SUBJECT_KEY}, version_id, position)
        SELECT c.project_id, c.period, COALESCE(c.counted_as, c.subject), c.measure, c.version_id, c.position
          FROM contribution AS c
          LEFT JOIN counted_subject AS held ON {_HOLDS}
         WHERE {_IS_WINNER} AND held.version_id IS NULL""",  # noqa: S608 nor here
}

ONE_BY_ONE: Final[Mapping[str, str]] = {
    "settle_late": f"""
        WITH {_CONTESTED}, {_CHANGED}, {_MOVED}, {_LATE_PLACES}
        {_NOTE_LATE}""",
    "settle_sums": f"""
        WITH {_CONTESTED}, {_CHANGED}, {_MOVED}
        {_MOVE_SUMS}""",
    "settle_let_go": f"""
        WITH {_CONTESTED}, {_CHANGED}
        {_one_by_one("counted_subject", _WINNER_KEY, _GONE)}""",
    "settle_let_count": f"""
        WITH {_CONTESTED}, {_CHANGED}
        {_LET_COUNT}""",
    "settle_marks": f"""
        WITH {_CONTESTED}
        {_SWITCH}""",
    "let_go": _one_by_one("counted_subject", _WINNER_KEY, "{given_winners}"),
    "let_go_of_unmarked_keys": f"""
        {_one_by_one("counted_subject", _SUBJECT_KEY, "{given_keys}")} AND {_IS_UNMARKED}""",
    "drop_empty_sums": _one_by_one("figure_sum", _SUM_KEY, "{given_sums}"),
}

AT_ONCE: Final[Mapping[str, str]] = {
    "lock_of_records": _LOCK.format(
        keys=f"""
        SELECT DISTINCT c.project_id, c.period, COALESCE(m.counts_as, c.subject){_RECORDS}
              LEFT JOIN merged_subject AS m ON m.project_id = c.project_id AND m.subject = c.subject
             WHERE {_OF_RECORDS} AND {_TOTALS} AND c.combine <> 'sum'"""
    ),
    "lock": _LOCK.format(keys="SELECT DISTINCT project_id, period, subject FROM {given_keys}"),
    "settle": f"""
        WITH {_CONTESTED},
        changed AS ({_SWITCH}
            RETURNING {_moved_by("(CASE WHEN c.is_counted THEN 1 ELSE -1 END)")}), {_MOVED}, {_LATE_PLACES},
        gone AS ({_LET_GO}),
        counting AS ({_LET_COUNT}),
        late AS ({_NOTE_LATE}),
        summed AS ({_MOVE_SUMS})
        SELECT {_SUM_KEY}, contributions FROM summed WHERE contributions = 0""",  # noqa: S608 nor here
    "let_go": f"""
        DELETE FROM counted_subject
         WHERE ({_WINNER_KEY}) IN (SELECT {_WINNER_KEY} FROM {{given_winners}})""",  # noqa: S608 nor here
    "let_go_of_unmarked_keys": f"""
        DELETE FROM counted_subject
         WHERE ({_SUBJECT_KEY}) IN (SELECT {_SUBJECT_KEY} FROM {{given_keys}}) AND {_IS_UNMARKED}""",  # noqa: S608 nor here
    # Those given came to nothing just now, and their rows are locked. Were that asked here again, PostgreSQL would look
    # for such sums first: it thinks there are none, and a batch that is taken back leaves thousands, each of which it
    # then compares with each of those given.
    "drop_empty_sums": f"""
        DELETE FROM figure_sum
         WHERE ({_SUM_KEY}) IN (SELECT {_SUM_KEY} FROM {{given_sums}})""",  # noqa: S608 nor here
    "exclude_reviews": "LOCK TABLE subject_lock IN EXCLUSIVE MODE",
    "exclude_rebuild": "LOCK TABLE subject_lock IN ROW EXCLUSIVE MODE",
}

"""The SQL that writes contributions, counts them and adds them up; `figures` says when each is run.

Every name in braces is a table read from a parameter, mostly ``rows`` (see `given_rows`), so the text of a statement
never depends on how many rows there are. "Approved" means: of the version whose approval counts for its record. A key
is that of the subject that counts: of a merged household, the survivor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import TextClause, text

from server.storage.repositories.counting_statements import AT_ONCE, EITHER, MOVES, ONE_BY_ONE
from server.storage.repositories.given_rows import given_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBJECT_KEY: Final[Mapping[str, str]] = {
    "project_id": "bigint",
    "measure": "text",
    "period": "bigint",
    "subject": "text",
}
"""The columns of a `SubjectKey`."""

_GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    "given_contributions": {
        "project_id": "bigint",
        "version_id": "bigint",
        "measure": "text",
        "position": "bigint",
        "category": "text",
        "subject": "text",
        "period": "bigint",
        "event_date": "date",
        "unit_id": "bigint",
        "combine": "text",
        "thousandths": "bigint",
        "is_counted": "bigint",
        "is_displaced": "bigint",
    },
    "given_records": {"submission_id": "bigint"},
    "given_keys": _SUBJECT_KEY,
    "given_merged": {"project_id": "bigint", "subject": "text", "counts_as": "text"},
    "given_places": {"version_id": "bigint", "measure": "text", "position": "bigint"},
    "given_sums": {
        "project_id": "bigint",
        "measure": "text",
        "period": "bigint",
        "unit_id": "bigint",
        "category": "text",
    },
    "given_moves": MOVES,
    "given_winners": {
        "project_id": "bigint",
        "period": "bigint",
        "subject": "text",
        "measure": "text",
        "version_id": "bigint",
        "position": "bigint",
    },
    "given_contested": _SUBJECT_KEY,
}

_PARAMETERS: Final[Mapping[str, str]] = {"given_moves": "moves", "given_contested": "contested"}
"""Where the rows of a statement's second and third table are."""

ADDED_COLUMNS: Final = tuple(_GIVEN["given_contributions"])
"""The columns of a contribution as it is added: it counts only later, and for nobody yet."""

_PAIRS: Final = """
        WITH RECURSIVE named(measure) AS (
            SELECT MIN(c.measure) FROM contribution AS c WHERE c.project_id = :project_id AND c.category = ''
             UNION ALL
            SELECT (SELECT MIN(c.measure) FROM contribution AS c
                     WHERE c.project_id = :project_id AND c.category = '' AND c.measure > named.measure)
              FROM named
             WHERE named.measure IS NOT NULL),
        pair(measure, period) AS (
            SELECT named.measure, (SELECT MIN(c.period) FROM contribution AS c
                                    WHERE c.project_id = :project_id AND c.measure = named.measure
                                      AND c.category = '')
              FROM named
             WHERE named.measure IS NOT NULL
             UNION ALL
            SELECT pair.measure, (SELECT MIN(c.period) FROM contribution AS c
                                   WHERE c.project_id = :project_id AND c.measure = pair.measure
                                     AND c.period > pair.period AND c.category = '')
              FROM pair
             WHERE pair.period IS NOT NULL)"""
"""Every measure and period there is, found by going from one to the next in the index."""

_SUM_COLUMNS: Final = "measure, period, unit_id, category, thousandths, contributions, adding"
_ADDING: Final = "SUM(CASE WHEN thousandths <> 0 AND position = 0 THEN 1 ELSE 0 END)"
_RIGHT_SUMS: Final = f"""
        added AS (
            SELECT measure, period, unit_id, category, CAST(SUM(thousandths) AS BIGINT) AS thousandths,
                   COUNT(*) AS contributions, {_ADDING} AS adding
              FROM contribution
             WHERE project_id = :project_id AND is_counted
             GROUP BY measure, period, unit_id, category),
        kept AS (
            SELECT {_SUM_COLUMNS}
              FROM figure_sum
             WHERE project_id = :project_id)"""  # noqa: S608 nor here
_WRONG_SUMS: Final = f"""
            SELECT * FROM (SELECT {_SUM_COLUMNS} FROM added EXCEPT SELECT {_SUM_COLUMNS} FROM kept) AS lacking
             UNION ALL
            SELECT * FROM (SELECT {_SUM_COLUMNS} FROM kept EXCEPT SELECT {_SUM_COLUMNS} FROM added) AS wrong"""  # noqa: S608 nor here

_IN_PLACES: Final = "(version_id, measure, position) IN (SELECT version_id, measure, position FROM {given_places})"

_WRITTEN: Final[Mapping[str, str]] = {
    "add": f"""
        INSERT INTO contribution ({", ".join(ADDED_COLUMNS)})
        SELECT {", ".join(ADDED_COLUMNS)} FROM {{given_contributions}}""",  # noqa: S608 names of our own columns
    "keys_of_version": """
        SELECT c.project_id, c.measure, c.period, COALESCE(m.counts_as, c.subject) AS subject,
               MAX(CASE WHEN c.combine = 'sum' THEN 0 ELSE 1 END) AS has_rivals
          FROM contribution AS c
          LEFT JOIN merged_subject AS m ON m.project_id = c.project_id AND m.subject = c.subject
         WHERE c.version_id = :version_id
         GROUP BY c.project_id, c.measure, c.period, COALESCE(m.counts_as, c.subject)""",
    "counting_keys": """
        SELECT given.project_id, given.measure, given.period, COALESCE(m.counts_as, given.subject) AS subject
          FROM {given_keys}
          LEFT JOIN merged_subject AS m ON m.project_id = given.project_id AND m.subject = given.subject""",
    "keys_of_subjects": f"""
        {_PAIRS}
        SELECT DISTINCT c.project_id, c.measure, c.period, c.subject
          FROM pair
         CROSS JOIN {{given_merged}}
         CROSS JOIN contribution AS c
         WHERE pair.period IS NOT NULL AND c.project_id = :project_id AND c.measure = pair.measure
           AND c.period = pair.period AND c.subject = given.subject AND c.category = ''""",  # noqa: S608 nor here
    "part": """
        DELETE FROM merged_subject
         WHERE (project_id, subject) IN (SELECT project_id, subject FROM {given_merged})""",
    "join": """
        INSERT INTO merged_subject (project_id, subject, counts_as)
        SELECT project_id, subject, counts_as FROM {given_merged} WHERE subject <> counts_as""",
    "part_all": "DELETE FROM merged_subject WHERE project_id = :project_id",
    "join_all": """
        WITH RECURSIVE survivor(entity_key, subject) AS (
            SELECT e.id, e.entity_id
              FROM entity AS e
              JOIN entity_list AS l ON l.id = e.list_id
             WHERE l.project_id = :project_id AND l.name = 'households' AND e.merged_into_id IS NULL
               AND e.id IN (SELECT merged_into_id FROM entity WHERE merged_into_id IS NOT NULL)
             UNION ALL
            SELECT e.id, survivor.subject FROM survivor JOIN entity AS e ON e.merged_into_id = survivor.entity_key)
        INSERT INTO merged_subject (project_id, subject, counts_as)
        SELECT :project_id, e.entity_id, survivor.subject
          FROM survivor JOIN entity AS e ON e.id = survivor.entity_key
         WHERE e.merged_into_id IS NOT NULL""",
    "rows_of_keys": """
        WITH named AS (
            SELECT project_id, measure, period, subject, subject AS counts_as FROM {given_keys}
             UNION ALL
            SELECT given.project_id, given.measure, given.period, m.subject, m.counts_as
              FROM {given_keys}
             CROSS JOIN merged_subject AS m
             WHERE m.project_id = given.project_id AND m.counts_as = given.subject)
        SELECT c.project_id, c.measure, c.period, named.counts_as AS subject, c.version_id, c.position, c.category,
               c.event_date, c.unit_id, c.combine, c.thousandths, c.is_counted, c.is_displaced,
               COALESCE(c.counted_as, c.subject) AS counted_as,
               COALESCE(s.counted_version_id = c.version_id, false) AS is_approved
          FROM named
         CROSS JOIN contribution AS total
          JOIN submission_version AS v ON v.id = total.version_id
          JOIN submission AS s ON s.id = v.submission_id
          JOIN contribution AS c ON c.version_id = total.version_id AND c.measure = total.measure
                                AND c.position = total.position
         WHERE total.project_id = named.project_id AND total.measure = named.measure
           AND total.period = named.period AND total.subject = named.subject AND total.category = ''
           AND (total.is_counted OR total.is_displaced OR s.counted_version_id = total.version_id)""",
    "mark": f"""
        UPDATE contribution
           SET is_counted = true, is_displaced = false,
               counted_as = (SELECT m.counts_as FROM merged_subject AS m
                              WHERE m.project_id = contribution.project_id AND m.subject = contribution.subject)
         WHERE {_IN_PLACES}""",  # noqa: S608 nor here
    "unmark": f"""
        UPDATE contribution SET is_counted = false, is_displaced = false, counted_as = NULL
         WHERE {_IN_PLACES}""",  # noqa: S608 nor here
    "displace": f"""
        UPDATE contribution SET is_displaced = true
         WHERE {_IN_PLACES}""",  # noqa: S608 nor here
    "stand_again": f"""
        UPDATE contribution SET is_displaced = false
         WHERE {_IN_PLACES}""",  # noqa: S608 nor here
    "remove": "DELETE FROM contribution WHERE version_id = :version_id",
    "doubtful_pairs": """
        SELECT DISTINCT c.measure, c.period
          FROM contribution AS c
          JOIN submission_version AS v ON v.id = c.version_id
          JOIN submission AS s ON s.id = v.submission_id
          LEFT JOIN merged_subject AS m ON m.project_id = c.project_id AND m.subject = c.subject
          LEFT JOIN counted_subject AS held ON held.project_id = c.project_id AND held.period = c.period
                                           AND held.measure = c.measure
                                           AND held.subject = COALESCE(m.counts_as, c.subject)
         WHERE c.project_id = :project_id AND c.category = ''
           AND (c.is_counted <> COALESCE(s.counted_version_id = c.version_id, false) OR c.is_displaced
                OR (c.is_counted AND (COALESCE(c.counted_as, c.subject) <> COALESCE(m.counts_as, c.subject)
                                      OR (c.combine = 'sum') = (held.version_id IS NOT NULL)
                                      OR held.version_id <> c.version_id OR held.position <> c.position)))
         ORDER BY 1, 2""",
    "astray_keys": """
        SELECT DISTINCT c.measure, c.period, COALESCE(m.counts_as, c.subject) AS subject
          FROM contribution AS c
          JOIN contribution AS total ON total.version_id = c.version_id AND total.measure = c.measure
                                    AND total.position = c.position AND total.category = ''
          LEFT JOIN merged_subject AS m ON m.project_id = c.project_id AND m.subject = c.subject
         WHERE c.project_id = :project_id AND c.category <> ''
           AND (c.is_counted <> total.is_counted OR c.is_displaced <> total.is_displaced
                OR COALESCE(c.counted_as, c.subject) <> COALESCE(total.counted_as, total.subject))
         ORDER BY 1, 2, 3""",
    "doubtful_keys": """
        SELECT subject FROM (
            SELECT COALESCE(m.counts_as, c.subject) AS subject,
                   SUM(CASE WHEN s.counted_version_id = c.version_id THEN 1 ELSE 0 END) AS candidates,
                   MAX(CASE WHEN c.combine = 'sum' THEN 0 ELSE 1 END) AS has_rivals,
                   MAX(CASE WHEN c.is_counted <> COALESCE(s.counted_version_id = c.version_id, false)
                              OR c.is_displaced
                              OR (c.is_counted AND COALESCE(c.counted_as, c.subject)
                                                   <> COALESCE(m.counts_as, c.subject))
                            THEN 1 ELSE 0 END) AS is_doubtful
              FROM contribution AS c
              JOIN submission_version AS v ON v.id = c.version_id
              JOIN submission AS s ON s.id = v.submission_id
              LEFT JOIN merged_subject AS m ON m.project_id = c.project_id AND m.subject = c.subject
             WHERE c.project_id = :project_id AND c.measure = :measure AND c.period = :period AND c.category = ''
             GROUP BY COALESCE(m.counts_as, c.subject)) AS counted
         WHERE (candidates > 1 AND has_rivals = 1) OR is_doubtful = 1
         ORDER BY subject""",
    "count_sums": f"""
        WITH {_RIGHT_SUMS}
        SELECT (SELECT COUNT(*) FROM added) AS sums, (SELECT COUNT(*) FROM ({_WRONG_SUMS}) AS wrong) AS differed""",  # noqa: S608 nor here
    "every_sum": f"""
        SELECT {_SUM_COLUMNS}
          FROM figure_sum
         WHERE project_id = :project_id""",  # noqa: S608 nor here
    "clear_sums": "DELETE FROM figure_sum WHERE project_id = :project_id",
    "add_up": f"""
        INSERT INTO figure_sum (project_id, measure, period, unit_id, category, thousandths, contributions, adding)
        SELECT project_id, measure, period, unit_id, category, SUM(thousandths), COUNT(*), {_ADDING}
          FROM contribution
         WHERE project_id = :project_id AND is_counted
         GROUP BY project_id, measure, period, unit_id, category""",  # noqa: S608 nor here
}


def statements_for(dialect: str) -> dict[str, TextClause]:
    """Return the statements by name, written for *dialect* (``sqlite`` or ``postgresql``)."""
    tables = {
        name: given_table(dialect, columns, parameter=_PARAMETERS.get(name, "rows")) for name, columns in _GIVEN.items()
    }
    written = {**_WRITTEN, **EITHER, **(ONE_BY_ONE if dialect == "sqlite" else AT_ONCE)}
    return {name: text(one.format_map(tables)) for name, one in written.items()}

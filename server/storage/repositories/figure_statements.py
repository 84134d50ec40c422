"""The SQL that writes contributions, counts them and adds them up; `figures` says when each is run.

Every name in braces is a table read from the parameter ``rows`` (see `given_rows`), so the text of a statement never
depends on how many rows there are. "Approved" means: of the version whose approval counts for its record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import TextClause, text

from server.storage.repositories.given_rows import given_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    "given_contributions": {
        "measure": "text",
        "position": "bigint",
        "category": "text",
        "subject": "text",
        "period": "bigint",
        "event_date": "date",
        "unit_id": "bigint",
        "combine": "text",
        "thousandths": "bigint",
    },
    "given_records": {"submission_id": "bigint"},
    "given_keys": {"project_id": "bigint", "measure": "text", "period": "bigint", "subject": "text"},
    "given_places": {"version_id": "bigint", "measure": "text", "position": "bigint"},
    "given_sums": {
        "project_id": "bigint",
        "measure": "text",
        "period": "bigint",
        "unit_id": "bigint",
        "category": "text",
        "thousandths": "bigint",
        "contributions": "bigint",
    },
}

_WRITTEN: Final[Mapping[str, str]] = {
    "add": """
        INSERT INTO contribution (project_id, version_id, measure, position, category, subject, period, event_date,
                                  unit_id, combine, thousandths, is_counted)
        SELECT :project_id, :version_id, measure, position, category, subject, period, event_date,
               unit_id, combine, thousandths, false
          FROM {given_contributions}""",
    "keys_of_records": """
        SELECT c.project_id, c.measure, c.period, c.subject,
               MAX(CASE WHEN c.combine = 'sum' THEN 0 ELSE 1 END) AS has_rivals
          FROM {given_records}
          JOIN submission AS s ON s.id = given.submission_id
          JOIN submission_version AS v ON v.submission_id = s.id
          JOIN contribution AS c ON c.version_id = v.id
         WHERE c.is_counted OR s.counted_version_id = c.version_id
         GROUP BY c.project_id, c.measure, c.period, c.subject""",
    "keys_of_version": """
        SELECT c.project_id, c.measure, c.period, c.subject,
               MAX(CASE WHEN c.combine = 'sum' THEN 0 ELSE 1 END) AS has_rivals
          FROM contribution AS c
         WHERE c.version_id = :version_id
         GROUP BY c.project_id, c.measure, c.period, c.subject""",
    "make_locks": """
        INSERT INTO subject_lock (project_id, measure, period, subject)
        SELECT project_id, measure, period, subject FROM {given_keys}
         ORDER BY project_id, measure, period, subject
        ON CONFLICT DO NOTHING""",
    "take_locks": """
        SELECT held.subject
          FROM subject_lock AS held
          JOIN {given_keys} ON held.project_id = given.project_id AND held.measure = given.measure
                           AND held.period = given.period AND held.subject = given.subject
         ORDER BY held.project_id, held.measure, held.period, held.subject
           FOR UPDATE OF held""",
    "rows_of_keys": """
        SELECT c.project_id, c.measure, c.period, c.subject, c.version_id, c.position, c.category, c.event_date,
               c.unit_id, c.combine, c.thousandths, c.is_counted,
               COALESCE(s.counted_version_id = c.version_id, false) AS is_approved
          FROM {given_keys}
          JOIN contribution AS c ON c.project_id = given.project_id AND c.measure = given.measure
                                AND c.period = given.period AND c.subject = given.subject
          JOIN submission_version AS v ON v.id = c.version_id
          JOIN submission AS s ON s.id = v.submission_id
         WHERE c.is_counted OR s.counted_version_id = c.version_id""",
    "mark": """
        UPDATE contribution SET is_counted = :is_counted
         WHERE (version_id, measure, position) IN (SELECT version_id, measure, position FROM {given_places})""",
    "remove": "DELETE FROM contribution WHERE version_id = :version_id",
    "move_sums": """
        INSERT INTO figure_sum (project_id, measure, period, unit_id, category, thousandths, contributions)
        SELECT project_id, measure, period, unit_id, category, thousandths, contributions FROM {given_sums}
         WHERE true
         ORDER BY project_id, measure, period, unit_id, category
        ON CONFLICT (project_id, measure, period, unit_id, category) DO UPDATE
           SET thousandths = figure_sum.thousandths + excluded.thousandths,
               contributions = figure_sum.contributions + excluded.contributions""",
    "drop_empty_sums": """
        DELETE FROM figure_sum
         WHERE contributions = 0 AND (project_id, measure, period, unit_id, category) IN
               (SELECT project_id, measure, period, unit_id, category FROM {given_sums})""",
    "next_keys": """
        SELECT DISTINCT project_id, measure, period, subject
          FROM contribution
         WHERE project_id = :project_id AND (measure, period, subject) > (:measure, :period, :subject)
         ORDER BY measure, period, subject
         LIMIT :at_most""",
    "every_sum": """
        SELECT measure, period, unit_id, category, thousandths, contributions
          FROM figure_sum
         WHERE project_id = :project_id""",
    "clear_sums": "DELETE FROM figure_sum WHERE project_id = :project_id",
    "add_up": """
        INSERT INTO figure_sum (project_id, measure, period, unit_id, category, thousandths, contributions)
        SELECT project_id, measure, period, unit_id, category, SUM(thousandths), COUNT(*)
          FROM contribution
         WHERE project_id = :project_id AND is_counted
         GROUP BY project_id, measure, period, unit_id, category""",
    "exclude_reviews": "LOCK TABLE subject_lock IN EXCLUSIVE MODE",
    "exclude_rebuild": "LOCK TABLE subject_lock IN ROW EXCLUSIVE MODE",
}


def statements_for(dialect: str) -> dict[str, TextClause]:
    """Return the statements by name, written for *dialect* (``sqlite`` or ``postgresql``)."""
    tables = {name: given_table(dialect, columns) for name, columns in _GIVEN.items()}
    return {name: text(written.format_map(tables)) for name, written in _WRITTEN.items()}

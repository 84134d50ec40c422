"""The spot a record was made on, and beside the numbers of records where their spots lie on the whole.

Empty until `nepnha rebuild` has gone through the records that are there.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

KEY = 'project_id, form_key, unit_id, year, state, is_counted'
SUMS = ('points', 'longitude_sum', 'latitude_sum')
WATCHED_BEFORE = ('unit_id', 'figure_year', 'review_state', 'counted_version_id', 'merged_into_id')
WATCHED = (*WATCHED_BEFORE, 'longitude_e5', 'latitude_e5')
NO_POINT = 'longitude_e5 IS NULL OR NOT is_sensitive'
PLACED = sa.text('cell IS NOT NULL')


def upgrade() -> None:
    """Go one step forward."""
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    if is_sqlite:
        # SQLite can add a check to a table only with a column.
        op.execute(f'ALTER TABLE submission ADD COLUMN longitude_e5 INTEGER CONSTRAINT ck_submission_no_point CHECK ({NO_POINT})')
    else:
        op.add_column('submission', sa.Column('longitude_e5', sa.Integer(), nullable=True))
        op.create_check_constraint(op.f('ck_submission_no_point'), 'submission', NO_POINT)
    op.add_column('submission', sa.Column('latitude_e5', sa.Integer(), nullable=True))
    op.add_column('submission', sa.Column('cell', sa.Integer(), nullable=True))
    op.create_index(
        'ix_submission_cell', 'submission', ['cell', 'received_at'], unique=False,
        sqlite_where=PLACED, postgresql_where=PLACED,
    )
    for table in ('record_tally', 'record_step'):
        for name in SUMS:
            kind = sa.Integer() if name == 'points' else sa.BigInteger()
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default='0'))
    _set_triggers(_step_with_points, WATCHED)


def downgrade() -> None:
    """Go one step back."""
    _set_triggers(_step_before, WATCHED_BEFORE)
    for table in ('record_tally', 'record_step'):
        for name in SUMS:
            op.drop_column(table, name)
    op.drop_index('ix_submission_cell', table_name='submission')
    op.drop_column('submission', 'cell')
    op.drop_column('submission', 'latitude_e5')
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_submission_no_point'), 'submission')
    op.drop_column('submission', 'longitude_e5')


def _step_before(row: str, records: str) -> str:
    return (
        f'INSERT INTO record_step ({KEY}, records) SELECT {row}.project_id, {row}.form_key, COALESCE({row}.unit_id, 0),'
        f' {row}.figure_year, {row}.review_state, {row}.counted_version_id IS NOT NULL, {records}'
        f' WHERE {row}.merged_into_id IS NULL'
    )


def _step_with_points(row: str, records: str) -> str:
    points = f'CASE WHEN {row}.longitude_e5 IS NULL THEN 0 ELSE {records} END'
    sums = ', '.join(f'{records} * CAST(COALESCE({row}.{name}, 0) AS BIGINT)' for name in ('longitude_e5', 'latitude_e5'))
    return (
        f'INSERT INTO record_step ({KEY}, records, {", ".join(SUMS)})'
        f' SELECT {row}.project_id, {row}.form_key, COALESCE({row}.unit_id, 0),'
        f' {row}.figure_year, {row}.review_state, {row}.counted_version_id IS NOT NULL, {records}, {points}, {sums}'
        f' WHERE {row}.merged_into_id IS NULL'
    )


def _set_triggers(step: Callable[[str, str], str], watched: tuple[str, ...]) -> None:
    more, less = step('NEW', '1'), step('OLD', '-1')
    if op.get_bind().dialect.name == 'sqlite':
        for name in ('added', 'changed', 'removed'):
            op.execute(f'DROP TRIGGER record_step_{name}')
        differs = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in watched)
        op.execute(f'CREATE TRIGGER record_step_added AFTER INSERT ON submission BEGIN {more}; END')
        op.execute(f'CREATE TRIGGER record_step_changed AFTER UPDATE ON submission WHEN {differs} BEGIN {less}; {more}; END')
        op.execute(f'CREATE TRIGGER record_step_removed AFTER DELETE ON submission BEGIN {less}; END')
        return
    same = ' AND '.join(f'OLD.{name} IS NOT DISTINCT FROM NEW.{name}' for name in watched)
    op.execute(
        'CREATE OR REPLACE FUNCTION record_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
        f" IF TG_OP = 'UPDATE' THEN IF {same} THEN RETURN NULL; END IF; END IF;"
        f" IF TG_OP <> 'INSERT' THEN {less}; END IF;"
        f" IF TG_OP <> 'DELETE' THEN {more}; END IF;"
        ' RETURN NULL; END $$'
    )

"""How many records there are by form, place, year and state, kept in step by triggers of the table of records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = 'project_id, form_key, unit_id, year, state, is_counted'
YEAR = {
    'sqlite': "CAST(strftime('%Y', event_date) AS INTEGER)",
    'postgresql': 'CAST(EXTRACT(YEAR FROM event_date) AS INTEGER)',
}
FIRST = (
    '(SELECT MIN(contribution.period) FROM contribution JOIN submission_version ON submission_version.id = version_id'
    ' WHERE submission_version.submission_id = submission.id AND submission_version.is_current)'
)
WATCHED = ('unit_id', 'figure_year', 'review_state', 'counted_version_id', 'merged_into_id')


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('submission', sa.Column('figure_year', sa.Integer(), nullable=False, server_default='0'))
    dialect = op.get_bind().dialect.name
    op.execute(f'UPDATE submission SET figure_year = COALESCE({FIRST}, {YEAR[dialect]}, 0)')
    op.create_table('record_tally',
    sa.Column('project_id', BIG, sa.ForeignKey('project.id', name=op.f('fk_record_tally_project_id')), nullable=False),
    sa.Column('form_key', BIG, sa.ForeignKey('form.id', name=op.f('fk_record_tally_form_key')), nullable=False),
    sa.Column('unit_id', BIG, nullable=False, autoincrement=False),
    sa.Column('year', sa.Integer(), nullable=False, autoincrement=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('is_counted', sa.Boolean(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('project_id', 'form_key', 'unit_id', 'year', 'state', 'is_counted', name=op.f('pk_record_tally'))
    )
    op.create_table('record_step',
    sa.Column('id', BIG, nullable=False),
    sa.Column('project_id', BIG, nullable=False),
    sa.Column('form_key', BIG, nullable=False),
    sa.Column('unit_id', BIG, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('is_counted', sa.Boolean(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_step'))
    )
    op.execute(
        f'INSERT INTO record_tally ({KEY}, records)'
        f' SELECT project_id, form_key, COALESCE(unit_id, 0), figure_year, review_state, counted_version_id IS NOT NULL, COUNT(*)'
        f' FROM submission WHERE merged_into_id IS NULL'
        f' GROUP BY project_id, form_key, COALESCE(unit_id, 0), figure_year, review_state, counted_version_id IS NOT NULL'
    )
    if dialect == 'sqlite':
        _sqlite_triggers()
    else:
        _postgresql_trigger()


def downgrade() -> None:
    """Go one step back."""
    if op.get_bind().dialect.name == 'sqlite':
        for name in ('added', 'changed', 'removed'):
            op.execute(f'DROP TRIGGER record_step_{name}')
    else:
        op.execute('DROP TRIGGER record_step ON submission')
        op.execute('DROP FUNCTION record_step()')
    op.drop_table('record_step')
    op.drop_table('record_tally')
    op.drop_column('submission', 'figure_year')


def _step(row: str, records: str) -> str:
    return (
        f'INSERT INTO record_step ({KEY}, records) SELECT {row}.project_id, {row}.form_key, COALESCE({row}.unit_id, 0),'
        f' {row}.figure_year, {row}.review_state, {row}.counted_version_id IS NOT NULL, {records}'
        f' WHERE {row}.merged_into_id IS NULL'
    )


def _sqlite_triggers() -> None:
    more, less = _step('NEW', '1'), _step('OLD', '-1')
    differs = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in WATCHED)
    op.execute(f'CREATE TRIGGER record_step_added AFTER INSERT ON submission BEGIN {more}; END')
    op.execute(f'CREATE TRIGGER record_step_changed AFTER UPDATE ON submission WHEN {differs} BEGIN {less}; {more}; END')
    op.execute(f'CREATE TRIGGER record_step_removed AFTER DELETE ON submission BEGIN {less}; END')


def _postgresql_trigger() -> None:
    more, less = _step('NEW', '1'), _step('OLD', '-1')
    same = ' AND '.join(f'OLD.{name} IS NOT DISTINCT FROM NEW.{name}' for name in WATCHED)
    op.execute(
        'CREATE FUNCTION record_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
        f" IF TG_OP = 'UPDATE' THEN IF {same} THEN RETURN NULL; END IF; END IF;"
        f" IF TG_OP <> 'INSERT' THEN {less}; END IF;"
        f" IF TG_OP <> 'DELETE' THEN {more}; END IF;"
        ' RETURN NULL; END $$'
    )
    op.execute('CREATE TRIGGER record_step AFTER INSERT OR UPDATE OR DELETE ON submission FOR EACH ROW EXECUTE FUNCTION record_step()')

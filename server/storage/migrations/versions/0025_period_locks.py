"""Locked periods, which nobody can change, and what moved their figures since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('period_lock',
    sa.Column('id', _ID, nullable=False),
    sa.Column('project_id', _ID, nullable=False),
    sa.Column('unit_id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', _ID, nullable=True),
    sa.Column('author', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('last_change_id', _ID, nullable=False),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_period_lock_revision')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_period_lock_account_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_period_lock_project_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_period_lock_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period_lock')),
    sa.UniqueConstraint('project_id', 'unit_id', 'period', 'revision', name=op.f('uq_period_lock_project_id_unit_id_period_revision'))
    )
    op.create_index('ix_period_lock_year', 'period_lock', ['project_id', 'year'], unique=False)
    op.create_table('late_change',
    sa.Column('id', _ID, nullable=False),
    sa.Column('project_id', _ID, nullable=False),
    sa.Column('measure', sa.String(length=270), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('unit_id', _ID, nullable=False),
    sa.Column('category', sa.String(length=200), nullable=False),
    sa.Column('version_id', _ID, nullable=False),
    sa.Column('thousandths', sa.BigInteger(), nullable=False),
    sa.Column('contributions', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_late_change_project_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_late_change_unit_id')),
    sa.ForeignKeyConstraint(['version_id'], ['submission_version.id'], name=op.f('fk_late_change_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_change'))
    )
    op.create_index('ix_late_change_measure', 'late_change', ['project_id', 'period', 'measure', 'id'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f'CREATE TRIGGER period_lock_{what.lower()} BEFORE {what} ON period_lock'
                " BEGIN SELECT RAISE(ABORT, 'a lock stays as it is'); END"
            )
        return
    op.execute(
        'CREATE FUNCTION period_lock_stays() RETURNS trigger LANGUAGE plpgsql AS'
        " $$ BEGIN RAISE EXCEPTION 'a lock stays as it is'; END $$"
    )
    op.execute(
        'CREATE TRIGGER period_lock_stays BEFORE UPDATE OR DELETE ON period_lock'
        ' FOR EACH ROW EXECUTE FUNCTION period_lock_stays()'
    )


def downgrade() -> None:
    """Go one step back; frozen tables are lost."""
    op.drop_table('late_change')
    op.drop_table('period_lock')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION period_lock_stays()')

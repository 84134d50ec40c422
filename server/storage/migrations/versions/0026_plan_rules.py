"""Deadlines and review policies of plans, the runs of the latter, and which of them approved a record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('deadline',
    sa.Column('plan_id', _ID, nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('level', sa.String(length=16), nullable=False),
    sa.Column('part', sa.String(length=4), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('years_after', sa.Integer(), nullable=False),
    sa.Column('first_year', sa.Integer(), nullable=False),
    sa.Column('last_year', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_deadline_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', 'position', name=op.f('pk_deadline'))
    )
    op.create_table('review_policy',
    sa.Column('id', _ID, nullable=False),
    sa.Column('plan_id', _ID, nullable=False),
    sa.Column('form_id', sa.String(length=200), nullable=False),
    sa.Column('policy', sa.String(length=20), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('held_back', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.CheckConstraint("policy IN ('by_hand', 'clean_after_days')", name=op.f('ck_review_policy_policy')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_review_policy_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_policy')),
    sa.UniqueConstraint('plan_id', 'form_id', name=op.f('uq_review_policy_plan_id_form_id'))
    )
    op.create_table('policy_run',
    sa.Column('id', _ID, nullable=False),
    sa.Column('ran_on', sa.Date(), nullable=False),
    sa.Column('batch_id', sa.String(length=36), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_run')),
    sa.UniqueConstraint('batch_id', name=op.f('uq_policy_run_batch_id')),
    sa.UniqueConstraint('ran_on', name=op.f('uq_policy_run_ran_on'))
    )
    with op.batch_alter_table('review') as batch:
        batch.add_column(sa.Column('policy_id', _ID, nullable=True))
        batch.create_foreign_key(op.f('fk_review_policy_id'), 'review_policy', ['policy_id'], ['id'])
    op.create_index(
        'ix_submission_received', 'submission', ['project_id', 'form_key', 'received_at'],
        sqlite_where=sa.text("review_state = 'received'"), postgresql_where=sa.text("review_state = 'received'"),
    )


def downgrade() -> None:
    """Go one step back; that a record was approved by rule is no longer known."""
    op.drop_index('ix_submission_received', 'submission')
    with op.batch_alter_table('review') as batch:
        batch.drop_constraint(op.f('fk_review_policy_id'), type_='foreignkey')
        batch.drop_column('policy_id')
    op.drop_table('policy_run')
    op.drop_table('review_policy')
    op.drop_table('deadline')

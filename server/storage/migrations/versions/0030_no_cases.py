"""Quarters that were confirmed to be without a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('no_case',
    sa.Column('id', _ID, nullable=False),
    sa.Column('project_id', _ID, nullable=False),
    sa.Column('unit_id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('quarter', sa.Integer(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', _ID, nullable=True),
    sa.Column('author', sa.String(length=120), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=120), server_default='', nullable=False),
    sa.CheckConstraint('quarter BETWEEN 1 AND 4', name=op.f('ck_no_case_quarter')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_no_case_account_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_no_case_project_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_no_case_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_no_case'))
    )
    op.create_index(
        'uq_no_case_standing', 'no_case', ['project_id', 'year', 'unit_id', 'quarter'], unique=True,
        sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'),
    )


def downgrade() -> None:
    """Go one step back; what was confirmed is lost."""
    op.drop_table('no_case')

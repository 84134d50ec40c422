"""Households that were merged, in figures: for whom what names them counts, and for whom each counted row does.

Rows that count do so for their own subject at first; `nepnha rebuild` lets those of merged households follow.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WINNERS = sa.text("is_counted AND combine <> 'sum'")


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'merged_subject',
        sa.Column('project_id', ID, nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.Column('counts_as', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_merged_subject_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'subject', name=op.f('pk_merged_subject')),
    )
    op.create_index('ix_merged_subject_survivor', 'merged_subject', ['project_id', 'counts_as'], unique=False)
    op.add_column('contribution', sa.Column('counted_as', sa.String(length=255), nullable=True))
    op.execute('UPDATE contribution SET counted_as = subject WHERE is_counted')
    _winners_by('counted_as')


def downgrade() -> None:
    """Go one step back; merged households count twice again after `nepnha rebuild`."""
    _winners_by('subject')
    op.drop_column('contribution', 'counted_as')
    op.drop_index('ix_merged_subject_survivor', table_name='merged_subject')
    op.drop_table('merged_subject')


def _winners_by(column: str) -> None:
    op.drop_index('uq_contribution_winner', table_name='contribution')
    op.create_index(
        'uq_contribution_winner',
        'contribution',
        ['project_id', 'measure', 'period', column, 'category'],
        unique=True,
        sqlite_where=WINNERS,
        postgresql_where=WINNERS,
    )

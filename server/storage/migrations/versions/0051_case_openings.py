"""Who opened which case and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('case_opening',
    sa.Column('id', BIG, nullable=False),
    sa.Column('submission_id', BIG, nullable=False),
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('stands_in_for_id', BIG, nullable=True),
    sa.Column('session_key', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('open_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_case_opening_submission_id')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_case_opening_account_id')),
    sa.ForeignKeyConstraint(['stands_in_for_id'], ['account.id'], name=op.f('fk_case_opening_stands_in_for_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_opening'))
    )
    op.create_index('ix_case_opening_submission', 'case_opening', ['submission_id', 'opened_at'])
    op.create_index('ix_case_opening_account', 'case_opening', ['account_id', 'opened_at'])


def downgrade() -> None:
    """Go one step back; who opened what is still among the deeds, without their words."""
    op.drop_table('case_opening')

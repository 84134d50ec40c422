"""Versions made at the office, and edits settled there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('correction',
    sa.Column('version_id', _ID, nullable=False),
    sa.Column('account_id', _ID, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_correction_account_id')),
    sa.ForeignKeyConstraint(['version_id'], ['submission_version.id'], name=op.f('fk_correction_version_id')),
    sa.PrimaryKeyConstraint('version_id', name=op.f('pk_correction'))
    )
    op.create_table('settled_branch',
    sa.Column('version_id', _ID, nullable=False),
    sa.Column('account_id', _ID, nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_settled_branch_account_id')),
    sa.ForeignKeyConstraint(['version_id'], ['submission_version.id'], name=op.f('fk_settled_branch_version_id')),
    sa.PrimaryKeyConstraint('version_id', name=op.f('pk_settled_branch'))
    )


def downgrade() -> None:
    """Go one step back; who corrected what and why is lost, the versions stay."""
    op.drop_table('settled_branch')
    op.drop_table('correction')

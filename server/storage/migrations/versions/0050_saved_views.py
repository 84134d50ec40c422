"""Lists that people save for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('saved_view',
    sa.Column('id', BIG, nullable=False),
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=600), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_saved_view_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('account_id', 'name', name=op.f('uq_saved_view_account_id_name'))
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table('saved_view')

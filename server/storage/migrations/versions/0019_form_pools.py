"""Which forms join which pools of measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'form_pool',
        sa.Column('form_key', ID, nullable=False),
        sa.Column('pool', sa.String(length=70), nullable=False),
        sa.ForeignKeyConstraint(['form_key'], ['form.id'], name=op.f('fk_form_pool_form_key')),
        sa.PrimaryKeyConstraint('form_key', 'pool', name=op.f('pk_form_pool')),
    )


def downgrade() -> None:
    """Go one step back; what joins is in the measures of the versions."""
    op.drop_table('form_pool')

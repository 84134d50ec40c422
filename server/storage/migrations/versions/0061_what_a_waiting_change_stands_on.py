"""What a change that waits stands on, beside what became of it; those that wait already are read again as before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('entity_effect', sa.Column('branch_id', sa.String(36), server_default='', nullable=False))
    op.add_column('entity_effect', sa.Column('base_version', sa.Integer))
    op.add_column('entity_effect', sa.Column('trunk_version', sa.Integer))


def downgrade() -> None:
    """Go one step back."""
    op.drop_column('entity_effect', 'trunk_version')
    op.drop_column('entity_effect', 'base_version')
    op.drop_column('entity_effect', 'branch_id')

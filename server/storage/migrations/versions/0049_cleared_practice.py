"""Practice records that were cleared away after a course."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('submission', sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go one step back; what was cleared away is shown again."""
    op.drop_column('submission', 'cleared_at')

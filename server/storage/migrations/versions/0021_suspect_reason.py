"""Why two entities that looked like one were said to be two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('suspect', sa.Column('reason', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    """Go one step back."""
    op.drop_column('suspect', 'reason')

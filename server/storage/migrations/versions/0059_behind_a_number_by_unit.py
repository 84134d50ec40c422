"""An index by which what stands behind a number is read unit by unit, the newest first.

For PostgreSQL: SQLite reads all of few units. There it holds nothing, and is never used.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None

NOTHING, COUNTED = sa.text('1 = 0'), sa.text('counted_version_id IS NOT NULL')


def upgrade() -> None:
    """Go one step forward."""
    op.create_index(
        'ix_submission_counted',
        'submission',
        ['unit_id', 'counted_version_id'],
        sqlite_where=NOTHING,
        postgresql_where=COUNTED,
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_submission_counted', table_name='submission')

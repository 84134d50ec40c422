"""Indexes by which a list of a whole province is read in its order, however many records lie there.

For PostgreSQL: SQLite, which knows nothing of how rare things are, would go through all records by them for the few
that wait. There they hold nothing, and are never used.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None

NOTHING = sa.text('1 = 0')


def upgrade() -> None:
    """Go one step forward."""
    for name, day in (('newest', 'received_at'), ('visited', 'event_date')):
        op.create_index(
            f'ix_submission_{name}', 'submission', ['is_sensitive', day, 'id'], unique=False, sqlite_where=NOTHING
        )


def downgrade() -> None:
    """Go one step back."""
    for name in ('visited', 'newest'):
        op.drop_index(f'ix_submission_{name}', table_name='submission')

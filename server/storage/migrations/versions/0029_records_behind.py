"""The records behind a number in the order of their versions, so that a page of them needs no others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

ADDING = sa.text('is_counted AND thousandths <> 0')


def upgrade() -> None:
    """Go one step forward."""
    op.create_index(
        'ix_contribution_adding',
        'contribution',
        ['project_id', 'measure', 'period', 'category', 'version_id', 'unit_id'],
        unique=False,
        sqlite_where=ADDING,
        postgresql_where=ADDING,
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_contribution_adding', table_name='contribution')

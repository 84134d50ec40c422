"""Indexes for the orders and filters of the list of records, so that no page reads a whole province."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

AWAITING = sa.text("review_state IN ('received', 'edited')")
SET_BACK = sa.text("review_state IN ('has_issues', 'edited', 'rejected')")


def upgrade() -> None:
    """Go one step forward."""
    op.create_index('ix_submission_visit', 'submission', ['unit_id', 'event_date', 'id'], unique=False)
    op.create_index('ix_submission_form', 'submission', ['form_key', 'received_at', 'id'], unique=False)
    op.create_index(
        'ix_submission_awaiting',
        'submission',
        ['unit_id', 'received_at', 'id'],
        unique=False,
        sqlite_where=AWAITING,
        postgresql_where=AWAITING,
    )
    op.create_index(
        'ix_submission_set_back',
        'submission',
        ['review_state', 'received_at', 'id'],
        unique=False,
        sqlite_where=SET_BACK,
        postgresql_where=SET_BACK,
    )
    op.create_index('ix_finding_code', 'finding', ['code', 'version_id'], unique=False)


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_finding_code', table_name='finding')
    for name in ('set_back', 'awaiting', 'form', 'visit'):
        op.drop_index(f'ix_submission_{name}', table_name='submission')

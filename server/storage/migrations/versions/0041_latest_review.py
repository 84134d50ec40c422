"""What somebody decided last, found without going through all that was ever decided."""

from __future__ import annotations

from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index('ix_review_account', 'review', ['account_id', 'decided_at'], unique=False)


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_review_account', table_name='review')

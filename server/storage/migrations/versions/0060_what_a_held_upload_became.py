"""An index by which a record finds the uploads that were held and became part of it: who opened them is told with it."""

from __future__ import annotations

from alembic import op

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index('ix_held_upload_submission', 'held_upload', ['submission_id'])


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_held_upload_submission', table_name='held_upload')

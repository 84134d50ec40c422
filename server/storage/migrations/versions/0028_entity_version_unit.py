"""Which entities ever lay in a unit: what makes the number of a register at the end of a year is listed by it."""

from __future__ import annotations

from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index('ix_entity_version_unit', 'entity_version', ['unit_id', 'entity_key'])


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_entity_version_unit', 'entity_version')

"""Smaller copies of photos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('picture',
    sa.Column('media_key', sa.String(length=255), nullable=False),
    sa.Column('side', sa.Integer(), nullable=False),
    sa.Column('picture_key', sa.String(length=255), nullable=True),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('media_key', 'side', name=op.f('pk_picture'))
    )


def downgrade() -> None:
    """Go one step back; copies are made again when they are asked for."""
    op.drop_table('picture')

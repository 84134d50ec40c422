"""Whether changes of an entity may wait, told by its own row, which whoever changes it locks anyway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('entity', sa.Column('has_waiting', sa.Boolean(), server_default=sa.false(), nullable=False))
    entity = sa.table('entity', sa.column('id', sa.BigInteger), sa.column('has_waiting', sa.Boolean))
    effect = sa.table(
        'entity_effect', sa.column('entity_key', sa.BigInteger), sa.column('held_at', sa.DateTime(timezone=True))
    )
    waiting = sa.select(effect.c.entity_key).where(effect.c.held_at.is_not(None), effect.c.entity_key.is_not(None))
    op.execute(sa.update(entity).where(entity.c.id.in_(waiting)).values(has_waiting=True))


def downgrade() -> None:
    """Go one step back."""
    op.drop_column('entity', 'has_waiting')

"""From which entity another one was split; the few in conflict or about to leave, found unit by unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

AT_ONCE = 1000
NOT_EMPTY = sa.text("split_from <> ''")


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('entity', sa.Column('split_from', sa.String(length=120), server_default='', nullable=False))
    op.create_index('ix_entity_split', 'entity', ['list_id', 'split_from'], unique=False, sqlite_where=NOT_EMPTY, postgresql_where=NOT_EMPTY)
    _index('ix_entity_conflict', ['unit_id', 'list_id'], "conflict <> 'none'")
    _index('ix_entity_leaving', ['unit_id', 'list_id'], 'is_leaving')
    entity = sa.table('entity', sa.column('id'), sa.column('properties', sa.JSON()), sa.column('split_from'))
    connection, last = op.get_bind(), 0
    while rows := connection.execute(sa.select(entity).where(entity.c.id > last).order_by(entity.c.id).limit(AT_ONCE)).all():
        for row in rows:
            if parent := row.properties.get('parent', ''):
                connection.execute(sa.update(entity).where(entity.c.id == row.id).values(split_from=parent[:120]))
        last = rows[-1].id


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_entity_split', table_name='entity')
    op.drop_column('entity', 'split_from')
    _index('ix_entity_conflict', ['list_id'], "conflict <> 'none'")
    _index('ix_entity_leaving', ['list_id'], 'is_leaving')


def _index(name: str, columns: list[str], where: str) -> None:
    op.drop_index(name, table_name='entity')
    op.create_index(name, 'entity', columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

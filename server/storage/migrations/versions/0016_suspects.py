"""Pairs of entities that are probably one, and versions carried over from an entity to the one it became."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward; what is there already is compared by `nepnha register suspects`."""
    op.create_table('likeness_key',
    sa.Column('entity_key', BIG, nullable=False),
    sa.Column('key', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['entity_key'], ['entity.id'], name=op.f('fk_likeness_key_entity_key'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('entity_key', 'key', name=op.f('pk_likeness_key'))
    )
    op.create_index('ix_likeness_key_key', 'likeness_key', ['key', 'entity_key'], unique=False)
    op.create_table('suspect',
    sa.Column('id', BIG, nullable=False),
    sa.Column('list_id', BIG, nullable=False),
    sa.Column('first_key', BIG, nullable=False),
    sa.Column('second_key', BIG, nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', BIG, nullable=True),
    sa.Column('batch_id', BIG, nullable=True),
    sa.CheckConstraint("state IN ('open', 'dismissed', 'merged')", name=op.f('ck_suspect_state')),
    sa.CheckConstraint('first_key < second_key', name=op.f('ck_suspect_pair')),
    sa.ForeignKeyConstraint(['batch_id'], ['register_batch.id'], name=op.f('fk_suspect_batch_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_suspect_decided_by_id')),
    sa.ForeignKeyConstraint(['first_key'], ['entity.id'], name=op.f('fk_suspect_first_key'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['list_id'], ['entity_list.id'], name=op.f('fk_suspect_list_id')),
    sa.ForeignKeyConstraint(['second_key'], ['entity.id'], name=op.f('fk_suspect_second_key'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspect')),
    sa.UniqueConstraint('first_key', 'second_key', name=op.f('uq_suspect_first_key_second_key'))
    )
    op.create_index('ix_suspect_second', 'suspect', ['second_key'], unique=False)
    op.create_index('ix_suspect_state', 'suspect', ['list_id', 'state', 'score', 'id'], unique=False)
    with op.batch_alter_table('entity_version') as batch:
        batch.add_column(sa.Column('carried_from_id', BIG, nullable=True))
        batch.create_foreign_key(op.f('fk_entity_version_carried_from_id'), 'entity', ['carried_from_id'], ['id'])


def downgrade() -> None:
    """Go one step back; what was decided of pairs is forgotten, merges stay in the history of their entities."""
    with op.batch_alter_table('entity_version') as batch:
        batch.drop_constraint(op.f('fk_entity_version_carried_from_id'), type_='foreignkey')
        batch.drop_column('carried_from_id')
    op.drop_table('suspect')
    op.drop_table('likeness_key')

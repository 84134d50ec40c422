"""How many entities a register holds, as steps from year to year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    # SQLite would make the table of entities anew for anything but adding a column with a default.
    for table in ('entity', 'entity_version'):
        op.add_column(table, sa.Column('effective_year', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('entity_version') as batch:
        batch.add_column(sa.Column('is_live', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch.create_foreign_key(op.f('fk_entity_version_unit_id'), 'unit', ['unit_id'], ['id'])
    op.create_table('register_tally',
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.String(length=200), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('live', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['entity_list.id'], name=op.f('fk_register_tally_list_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_register_tally_unit_id')),
    sa.PrimaryKeyConstraint('list_id', 'unit_id', 'category', 'year', name=op.f('pk_register_tally'))
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table('register_tally')
    with op.batch_alter_table('entity_version') as batch:
        batch.drop_constraint(op.f('fk_entity_version_unit_id'), type_='foreignkey')
        batch.drop_column('unit_id')
        batch.drop_column('is_live')
        batch.drop_column('effective_year')
    op.drop_column('entity', 'effective_year')

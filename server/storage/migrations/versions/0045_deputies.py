"""Deputies, passwords that must be changed, and incident work that stays shut after a reset."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table('post') as batch:
        batch.add_column(sa.Column('stands_in_for_id', _ID, nullable=True))
        batch.create_foreign_key(op.f('fk_post_stands_in_for_id'), 'account', ['stands_in_for_id'], ['id'])
    for name in ('must_change_password', 'is_incident_work_shut'):
        op.add_column('account', sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Go one step back; who is a deputy is no longer known."""
    for name in ('is_incident_work_shut', 'must_change_password'):
        op.drop_column('account', name)
    with op.batch_alter_table('post') as batch:
        batch.drop_constraint(op.f('fk_post_stands_in_for_id'), type_='foreignkey')
        batch.drop_column('stands_in_for_id')

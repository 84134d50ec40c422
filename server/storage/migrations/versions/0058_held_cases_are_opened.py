"""Cases that lie in the tray are opened with a reason as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table('case_opening') as batch:
        batch.alter_column('submission_id', existing_type=ID, nullable=True)
        batch.add_column(sa.Column('upload_id', ID, nullable=True))
        batch.create_foreign_key(op.f('fk_case_opening_upload_id'), 'held_upload', ['upload_id'], ['id'])
        batch.create_check_constraint(
            op.f('ck_case_opening_one_thing'), '(submission_id IS NULL) <> (upload_id IS NULL)'
        )
    op.create_index('ix_case_opening_upload', 'case_opening', ['upload_id', 'opened_at'])


def downgrade() -> None:
    """Go one step back; who opened what in the tray is still among the deeds, without their words."""
    op.execute('DELETE FROM case_opening WHERE submission_id IS NULL')
    op.drop_index('ix_case_opening_upload', table_name='case_opening')
    with op.batch_alter_table('case_opening') as batch:
        batch.drop_constraint(op.f('ck_case_opening_one_thing'), type_='check')
        batch.drop_constraint(op.f('fk_case_opening_upload_id'), type_='foreignkey')
        batch.drop_column('upload_id')
        batch.alter_column('submission_id', existing_type=ID, nullable=False)

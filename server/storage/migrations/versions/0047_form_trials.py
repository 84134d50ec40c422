"""Form versions on trial in some villages, and workbooks of forms that are looked at before they are published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('form_version', sa.Column('is_trial', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        'uq_form_version_trial', 'form_version', ['form_key'], unique=True,
        sqlite_where=sa.text('is_trial'), postgresql_where=sa.text('is_trial'),
    )
    op.create_table('form_offer',
    sa.Column('account_id', _ID, nullable=False),
    sa.Column('project_id', _ID, nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('bundle', sa.LargeBinary(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_form_offer_account_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_form_offer_project_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_form_offer'))
    )


def downgrade() -> None:
    """Go one step back; versions on trial are offered to nobody."""
    op.drop_table('form_offer')
    op.drop_index('uq_form_version_trial', table_name='form_version')
    op.drop_column('form_version', 'is_trial')

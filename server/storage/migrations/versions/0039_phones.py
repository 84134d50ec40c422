"""How collaborators are reached, when their phones last asked and sent, and which form versions these hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_RETURNED = "review_state = 'has_issues'"
_LACKING = 'missing_media > 0'


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('collaborator', sa.Column('phone', sa.String(length=20), nullable=False, server_default=''))
    op.add_column('collaborator', sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('phone_form',
    sa.Column('collaborator_id', _ID, nullable=False),
    sa.Column('version_id', _ID, nullable=False),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['collaborator_id'], ['collaborator.id'], name=op.f('fk_phone_form_collaborator_id')),
    sa.ForeignKeyConstraint(['version_id'], ['form_version.id'], name=op.f('fk_phone_form_version_id')),
    sa.PrimaryKeyConstraint('collaborator_id', 'version_id', name=op.f('pk_phone_form'))
    )
    op.create_index('ix_phone_form_version', 'phone_form', ['version_id'], unique=False)
    op.create_index(
        'ix_submission_version_sender', 'submission_version', ['collaborator_id', 'received_at'], unique=False
    )
    for name, column, where in (
        ('ix_submission_returned', 'collaborator_id', _RETURNED),
        ('ix_submission_lacking', 'unit_id', _LACKING),
    ):
        op.create_index(
            name, 'submission', [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    """Go one step back; telephone numbers and what phones hold are lost."""
    op.drop_index('ix_submission_lacking', table_name='submission')
    op.drop_index('ix_submission_returned', table_name='submission')
    op.drop_index('ix_submission_version_sender', table_name='submission_version')
    op.drop_table('phone_form')
    op.drop_column('collaborator', 'last_seen_at')
    op.drop_column('collaborator', 'phone')

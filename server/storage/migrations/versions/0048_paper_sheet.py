"""Sheets of paper that were typed in at the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('paper_sheet',
    sa.Column('submission_id', _ID, nullable=False),
    sa.Column('collaborator_id', _ID, nullable=False),
    sa.Column('form_key', _ID, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(
        ['collaborator_id'], ['collaborator.id'], name=op.f('fk_paper_sheet_collaborator_id')
    ),
    sa.ForeignKeyConstraint(['form_key'], ['form.id'], name=op.f('fk_paper_sheet_form_key')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_paper_sheet_submission_id')),
    sa.PrimaryKeyConstraint('submission_id', name=op.f('pk_paper_sheet')),
    sa.UniqueConstraint(
        'collaborator_id', 'form_key', 'number', name=op.f('uq_paper_sheet_collaborator_id_form_key_number')
    )
    )


def downgrade() -> None:
    """Go one step back; the records stay, which sheet each was is lost."""
    op.drop_table('paper_sheet')

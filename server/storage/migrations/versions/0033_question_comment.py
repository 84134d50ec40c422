"""Comments of reviewers on single questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('question_comment',
    sa.Column('review_id', _ID, nullable=False),
    sa.Column('path', sa.String(length=500), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_question_comment_review_id')),
    sa.PrimaryKeyConstraint('review_id', 'path', name=op.f('pk_question_comment'))
    )


def downgrade() -> None:
    """Go one step back; comments on questions are lost."""
    op.drop_table('question_comment')

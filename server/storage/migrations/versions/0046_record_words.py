"""The words records are found by, for the records there are by what their rows say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WORD = sa.String(length=40).with_variant(postgresql.VARCHAR(length=40, collation='C'), 'postgresql')
AT_ONCE = 1000


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('record_word',
    sa.Column('submission_id', BIG, nullable=False),
    sa.Column('word', WORD, nullable=False),
    sa.Column('unit_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_record_word_submission_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_record_word_unit_id')),
    sa.PrimaryKeyConstraint('submission_id', 'word', name=op.f('pk_record_word'))
    )
    op.create_index('ix_record_word_place', 'record_word', ['unit_id', 'word', 'submission_id'], unique=False)
    _fill()


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_record_word_place', table_name='record_word')
    op.drop_table('record_word')


def _fill() -> None:
    """Write the words of the names there are; making everything anew (nepnha rebuild) adds the others."""
    submission = sa.table(
        'submission', sa.column('id'), sa.column('unit_id'), sa.column('is_sensitive', sa.Boolean()), sa.column('name_folded')
    )
    words = sa.table('record_word', sa.column('submission_id'), sa.column('word'), sa.column('unit_id'))
    connection, last = op.get_bind(), 0
    few = sa.select(submission).order_by(submission.c.id).limit(AT_ONCE)
    while rows := connection.execute(few.where(submission.c.id > last)).all():
        found = [
            {'submission_id': row.id, 'word': word, 'unit_id': row.unit_id}
            for row in rows
            if row.unit_id is not None and not row.is_sensitive
            for word in dict.fromkeys(''.join(one if one.isalnum() else ' ' for one in row.name_folded).split())
            if len(word) <= 40
        ]
        if found:
            connection.execute(sa.insert(words), found)
        last = rows[-1].id

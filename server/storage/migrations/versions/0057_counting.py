"""What counts is marked beside itself: no index is of the marks, and who counts for a subject has a table of its own.

Approving a survey wrote each of its two dozen rows again with an entry in up to six indexes, most of which were of the
marks alone. Now indexes are of what never changes, and half of each page is left for the rows as they are marked: the
database writes them beside themselves. Rows that lost to another of their subject leave the indexes by which what adds
is read. Households are waited for by year, not by measure: the locks hold nothing that is worth keeping.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SUBJECT = ['project_id', 'measure', 'period', 'subject']
PLACE = ['project_id', 'measure', 'period', 'category', 'version_id', 'unit_id']
TOTAL = "category = ''"
ADDING, FURTHER = 'thousandths <> 0 AND NOT is_displaced', 'thousandths <> 0 AND NOT is_displaced AND position > 0'
WINNERS = "is_counted AND combine <> 'sum'"
DISPLACED = """
    UPDATE contribution SET is_displaced = true
     WHERE NOT is_counted AND version_id IN (SELECT counted_version_id FROM submission)"""
WINNING = """
    INSERT INTO counted_subject (project_id, period, subject, measure, version_id, position)
    SELECT project_id, period, COALESCE(counted_as, subject), measure, version_id, position
      FROM contribution
     WHERE is_counted AND combine <> 'sum' AND category = ''"""


def upgrade() -> None:
    """Go one step forward."""
    for name in ('counted', 'adding', 'further', 'subject'):
        op.drop_index(f'ix_contribution_{name}', table_name='contribution')
    op.drop_index('uq_contribution_winner', table_name='contribution')
    op.add_column('contribution', sa.Column('is_displaced', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('contribution') as batch:
        batch.alter_column('is_displaced', server_default=None)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE contribution SET (fillfactor = 50)')
    op.execute(DISPLACED)
    _index('subject', SUBJECT, TOTAL)
    _index('adding', PLACE, ADDING)
    _index('further', PLACE, FURTHER)
    op.create_table(
        'counted_subject',
        sa.Column('project_id', ID, autoincrement=False, nullable=False),
        sa.Column('period', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.Column('measure', sa.String(length=270), nullable=False),
        sa.Column('version_id', ID, nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
    )
    op.execute(WINNING)
    with op.batch_alter_table('counted_subject') as batch:
        batch.create_primary_key(op.f('pk_counted_subject'), ['project_id', 'period', 'subject', 'measure'])
    op.drop_table('subject_lock')
    op.create_table(
        'subject_lock',
        sa.Column('project_id', ID, autoincrement=False, nullable=False),
        sa.Column('period', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint('project_id', 'period', 'subject', name=op.f('pk_subject_lock')),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table('subject_lock')
    op.create_table(
        'subject_lock',
        sa.Column('project_id', ID, nullable=False),
        sa.Column('measure', sa.String(length=270), nullable=False),
        sa.Column('period', sa.Integer(), nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_subject_lock_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'measure', 'period', 'subject', name=op.f('pk_subject_lock')),
    )
    op.drop_table('counted_subject')
    for name in ('adding', 'further', 'subject'):
        op.drop_index(f'ix_contribution_{name}', table_name='contribution')
    op.execute('UPDATE contribution SET counted_as = subject WHERE is_counted AND counted_as IS NULL')
    op.drop_column('contribution', 'is_displaced')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE contribution RESET (fillfactor)')
    _index('subject', SUBJECT, None)
    _index('counted', ['project_id', 'measure', 'period', 'unit_id'], 'is_counted')
    _index('adding', PLACE, 'is_counted AND thousandths <> 0')
    _index('further', PLACE, 'is_counted AND thousandths <> 0 AND position > 0')
    where = sa.text(WINNERS)
    op.create_index(
        'uq_contribution_winner',
        'contribution',
        ['project_id', 'measure', 'period', 'counted_as', 'category'],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _index(name: str, columns: list[str], where: str | None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        f'ix_contribution_{name}',
        'contribution',
        columns,
        unique=False,
        sqlite_where=condition,
        postgresql_where=condition,
    )

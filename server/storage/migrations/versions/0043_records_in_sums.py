"""How many records make a sum, kept with it: to count them again at every look costs more the more there are.

Most measures are read once a record; of those read in a repeat, only the rows after the first are gone through.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

FURTHER = sa.text('is_counted AND thousandths <> 0 AND position > 0')
COUNTED = """
    UPDATE figure_sum SET adding = (
        SELECT COUNT(*) FROM contribution AS c
         WHERE c.project_id = figure_sum.project_id AND c.measure = figure_sum.measure
           AND c.period = figure_sum.period AND c.unit_id = figure_sum.unit_id AND c.category = figure_sum.category
           AND c.is_counted AND c.thousandths <> 0 AND c.position = 0)"""


def upgrade() -> None:
    """Go one step forward."""
    op.add_column('figure_sum', sa.Column('adding', sa.Integer(), nullable=False, server_default='0'))
    op.execute(COUNTED)
    with op.batch_alter_table('figure_sum') as batch:
        batch.alter_column('adding', server_default=None)
    op.create_index(
        'ix_contribution_further',
        'contribution',
        ['project_id', 'measure', 'period', 'category', 'version_id', 'unit_id'],
        unique=False,
        sqlite_where=FURTHER,
        postgresql_where=FURTHER,
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_contribution_further', table_name='contribution')
    op.drop_column('figure_sum', 'adding')

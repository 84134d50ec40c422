"""Household totals know which counts their file gave, so that another file's go with it when it is taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(JSONB(), 'postgresql')
COUNTS = ('total', 'minority', 'poor', 'near_poor')
TOTALS = sa.table(
    'household_total', sa.column('id'), sa.column('given', DOCUMENT), *(sa.column(name) for name in COUNTS)
)


def upgrade() -> None:
    """Go one step forward; of a row that is there already, every count counts as its own file's."""
    op.add_column('household_total', sa.Column('given', DOCUMENT, nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(TOTALS)).all():
        given = [name for name in COUNTS if getattr(row, name) is not None]
        connection.execute(sa.update(TOTALS).where(TOTALS.c.id == row.id).values(given=given))
    with op.batch_alter_table('household_total') as batch:
        batch.alter_column('given', existing_type=DOCUMENT, nullable=False)


def downgrade() -> None:
    """Go one step back."""
    op.drop_column('household_total', 'given')

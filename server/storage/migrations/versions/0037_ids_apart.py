"""Ids of rows that come of incidents are counted apart, far above the others.

SQLite holds any number in its id columns and takes the next one by itself. Rows of before keep their ids: addresses
that were written down lead where they led.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

FIRST = 10**12


def upgrade() -> None:
    """Go one step forward."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f'CREATE SEQUENCE sensitive_row_id START {FIRST + 1} MINVALUE {FIRST + 1}')
        op.alter_column('submission', 'counted_version_id', type_=sa.BigInteger())


def downgrade() -> None:
    """Go one step back; a database that has rows of the new range refuses, for they would not fit."""
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('submission', 'counted_version_id', type_=sa.Integer())
        op.execute('DROP SEQUENCE sensitive_row_id')

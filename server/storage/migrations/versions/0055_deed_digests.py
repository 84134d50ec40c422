"""Digests of what was done each day, which stay written like it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('deed_digest',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('deeds', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_deed_digest'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f'CREATE TRIGGER deed_digest_{what.lower()} BEFORE {what} ON deed_digest'
                " BEGIN SELECT RAISE(ABORT, 'what was done stays written'); END"
            )
        return
    op.execute(
        'CREATE TRIGGER deed_digest_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON deed_digest'
        ' FOR EACH STATEMENT EXECUTE FUNCTION deed_stays()'
    )


def downgrade() -> None:
    """Go one step back; the next step forward seals all days anew, as they are then."""
    op.drop_table('deed_digest')

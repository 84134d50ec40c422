"""What people did and opened, only ever added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('deed',
    sa.Column('id', _ID, nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', _ID, nullable=True),
    sa.Column('stands_in_for_id', _ID, nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('thing', sa.String(length=20), nullable=False),
    sa.Column('thing_id', _ID, nullable=True),
    sa.Column('unit_id', _ID, nullable=True),
    sa.Column('params', _DOCUMENT, nullable=False),
    sa.Column('is_sensitive', sa.Boolean(), nullable=False),
    sa.Column('batch_id', sa.String(length=36), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_deed_account_id')),
    sa.ForeignKeyConstraint(['stands_in_for_id'], ['account.id'], name=op.f('fk_deed_stands_in_for_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_deed_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deed'))
    )
    op.create_index('ix_deed_at', 'deed', ['done_at'], unique=False)
    op.create_index('ix_deed_account', 'deed', ['account_id', 'done_at'], unique=False)
    op.create_index('ix_deed_thing', 'deed', ['thing', 'thing_id', 'done_at'], unique=False)
    op.create_index('ix_deed_unit', 'deed', ['unit_id', 'done_at'], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f'CREATE TRIGGER deed_{what.lower()} BEFORE {what} ON deed'
                " BEGIN SELECT RAISE(ABORT, 'what was done stays written'); END"
            )
        return
    op.execute(
        'CREATE FUNCTION deed_stays() RETURNS trigger LANGUAGE plpgsql AS'
        " $$ BEGIN RAISE EXCEPTION 'what was done stays written'; END $$"
    )
    op.execute(
        'CREATE TRIGGER deed_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON deed'
        ' FOR EACH STATEMENT EXECUTE FUNCTION deed_stays()'
    )


def downgrade() -> None:
    """Go one step back; the history is lost."""
    op.drop_table('deed')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION deed_stays()')

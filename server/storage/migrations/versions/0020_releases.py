"""Release tables, frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_KEY = ('plan_id', 'year', 'revision')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table('release_exact',
    sa.Column('plan_id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('frame', sa.String(length=40), nullable=False),
    sa.Column('families', sa.Text(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('frozen_by', sa.String(length=120), nullable=False),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_release_exact_revision')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_release_exact_plan_id')),
    sa.PrimaryKeyConstraint(*_KEY, name=op.f('pk_release_exact'))
    )
    op.create_table('release',
    sa.Column('plan_id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('k', sa.Integer(), nullable=False),
    sa.Column('cells', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint([*_KEY], [f'release_exact.{one}' for one in _KEY], name=op.f('fk_release_plan_id_year_revision')),
    sa.PrimaryKeyConstraint(*_KEY, 'name', name=op.f('pk_release'))
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table('release')
    op.drop_table('release_exact')

"""Boundaries of units on the ground, loaded file by file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'boundary_load',
        sa.Column('id', ID, nullable=False),
        sa.Column('file_name', sa.String(length=255), nullable=False),
        sa.Column('file_sha256', sa.String(length=64), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_boundary_load')),
    )
    op.create_table(
        'unit_boundary',
        sa.Column('id', ID, nullable=False),
        sa.Column('load_id', ID, nullable=False),
        sa.Column('unit_id', ID, nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('west', sa.Float(), nullable=False),
        sa.Column('south', sa.Float(), nullable=False),
        sa.Column('east', sa.Float(), nullable=False),
        sa.Column('north', sa.Float(), nullable=False),
        sa.Column('tolerance_m', sa.Integer(), nullable=False),
        sa.Column('outline', sa.Text(), nullable=False),
        sa.Column('sketch', sa.Text(), nullable=False),
        sa.CheckConstraint('west <= east AND south <= north', name=op.f('ck_unit_boundary_box')),
        sa.ForeignKeyConstraint(['load_id'], ['boundary_load.id'], name=op.f('fk_unit_boundary_load_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_boundary_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_boundary')),
        sa.UniqueConstraint('load_id', 'unit_id', name=op.f('uq_unit_boundary_load_id_unit_id')),
    )


def downgrade() -> None:
    """Go one step back; the boundaries are lost, their files are not ours."""
    op.drop_table('unit_boundary')
    op.drop_table('boundary_load')

"""Files loaded into registers, and household totals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
DOCUMENT = sa.JSON().with_variant(JSONB(), 'postgresql')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'register_import',
        sa.Column('id', ID, nullable=False),
        sa.Column('project_id', ID, nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('account_id', ID, nullable=True),
        sa.Column('unit_ids', DOCUMENT, nullable=False),
        sa.Column('file_name', sa.String(length=255), nullable=False),
        sa.Column('file_sha256', sa.String(length=64), nullable=False),
        sa.Column('media_key', sa.String(length=255), nullable=True),
        sa.Column('as_of', sa.Date(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('rows_total', sa.Integer(), nullable=False),
        sa.Column('rows_done', sa.Integer(), nullable=False),
        sa.Column('report', DOCUMENT, nullable=False),
        sa.Column('batch_id', ID, nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('households', 'staff', 'totals')", name=op.f('ck_register_import_kind')),
        sa.CheckConstraint(
            "state IN ('reading', 'read', 'refused', 'waiting', 'running', 'done', 'undoing', 'undone')",
            name=op.f('ck_register_import_state'),
        ),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_register_import_account_id')),
        sa.ForeignKeyConstraint(['batch_id'], ['register_batch.id'], name=op.f('fk_register_import_batch_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_register_import_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_register_import')),
    )
    op.create_index('ix_register_import_batch', 'register_import', ['batch_id'])
    op.create_index('ix_register_import_project', 'register_import', ['project_id', 'kind', 'created_at'])
    op.create_table(
        'household_total',
        sa.Column('id', ID, nullable=False),
        sa.Column('project_id', ID, nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('unit_id', ID, nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('minority', sa.Integer(), nullable=True),
        sa.Column('poor', sa.Integer(), nullable=True),
        sa.Column('near_poor', sa.Integer(), nullable=True),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('is_current', sa.Boolean(), nullable=False),
        sa.Column('is_undone', sa.Boolean(), nullable=False),
        sa.Column('import_id', ID, nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('total >= 0', name=op.f('ck_household_total_total')),
        sa.ForeignKeyConstraint(['import_id'], ['register_import.id'], name=op.f('fk_household_total_import_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_household_total_project_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_household_total_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_household_total')),
        sa.UniqueConstraint(
            'project_id', 'year', 'unit_id', 'version', name=op.f('uq_household_total_project_id_year_unit_id_version')
        ),
    )
    op.create_index('ix_household_total_import', 'household_total', ['import_id'])
    current = sa.text('is_current')
    op.create_index(
        'uq_household_total_current',
        'household_total',
        ['project_id', 'year', 'unit_id'],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


def downgrade() -> None:
    """Go one step back; totals that were loaded are lost, entities and batches stay."""
    op.drop_table('household_total')
    op.drop_table('register_import')

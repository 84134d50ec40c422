"""Figures typed from paper, and the batches they come in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
EARLIER = "'households', 'staff', 'totals'"


def upgrade() -> None:
    """Go one step forward."""
    _allow(f"{EARLIER}, 'figures', 'cases'")
    op.create_table(
        'paper_figure',
        sa.Column('id', ID, nullable=False),
        sa.Column('project_id', ID, nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('period', sa.String(length=7), nullable=False),
        sa.Column('unit_id', ID, nullable=False),
        sa.Column('frame_day', sa.Date(), nullable=False),
        sa.Column('key', sa.String(length=300), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('thousandths', sa.BigInteger(), nullable=True),
        sa.Column('source_document', sa.Text(), nullable=False),
        sa.Column('source_number', sa.String(length=100), nullable=False),
        sa.Column('source_day', sa.Date(), nullable=True),
        sa.Column('source_body', sa.String(length=200), nullable=False),
        sa.Column('author', sa.String(length=120), nullable=False),
        sa.Column('is_sensitive', sa.Boolean(), nullable=False),
        sa.Column('is_current', sa.Boolean(), nullable=False),
        sa.Column('is_undone', sa.Boolean(), nullable=False),
        sa.Column('import_id', ID, nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('year BETWEEN 2000 AND 2100', name=op.f('ck_paper_figure_year')),
        sa.ForeignKeyConstraint(['import_id'], ['register_import.id'], name=op.f('fk_paper_figure_import_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_paper_figure_project_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_paper_figure_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_figure')),
        sa.UniqueConstraint(
            'project_id',
            'period',
            'unit_id',
            'key',
            'version',
            name=op.f('uq_paper_figure_project_id_period_unit_id_key_version'),
        ),
    )
    op.create_index('ix_paper_figure_import', 'paper_figure', ['import_id'])
    current = sa.text('is_current')
    op.create_index(
        'uq_paper_figure_current',
        'paper_figure',
        ['project_id', 'year', 'unit_id', 'key', 'period'],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


def downgrade() -> None:
    """Go one step back; figures that were typed are lost."""
    op.drop_table('paper_figure')
    op.execute("DELETE FROM register_import WHERE kind IN ('figures', 'cases')")
    _allow(EARLIER)


def _allow(kinds: str) -> None:
    with op.batch_alter_table('register_import') as batch:
        batch.drop_constraint(op.f('ck_register_import_kind'), type_='check')
        batch.create_check_constraint(op.f('ck_register_import_kind'), f'kind IN ({kinds})')

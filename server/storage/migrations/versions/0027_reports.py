"""Report layouts, the words drafted for them, and the copies that were issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_INSTANT = sa.DateTime(timezone=True)
_COPIES = ('report_issue', 'report_official')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'report_template',
        sa.Column('id', _ID, nullable=False),
        sa.Column('project_id', _ID, nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('sha256', sa.String(64), nullable=False),
        sa.Column('workbook', sa.LargeBinary(), nullable=False),
        sa.Column('level', sa.String(16), nullable=False),
        sa.Column('title_vi', sa.String(300), nullable=False),
        sa.Column('title_en', sa.String(300), nullable=False),
        sa.Column('status', sa.String(16), nullable=False),
        sa.Column('published_at', _INSTANT, nullable=False),
        sa.Column('published_by', sa.String(120), nullable=False),
        sa.CheckConstraint("level IN ('province', 'district', 'commune')", name=op.f('ck_report_template_level')),
        sa.CheckConstraint("status IN ('official', 'unchecked', 'archive')", name=op.f('ck_report_template_status')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_report_template_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_report_template')),
        sa.UniqueConstraint('project_id', 'name', 'sha256', name=op.f('uq_report_template_project_id_name_sha256')),
    )
    op.create_table(
        'report_draft',
        sa.Column('project_id', _ID, nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('unit_id', _ID, nullable=False),
        sa.Column('period', sa.String(7), nullable=False),
        sa.Column('words', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('changed_at', _INSTANT, nullable=False),
        sa.Column('changed_by', sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_report_draft_project_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_report_draft_unit_id')),
        sa.PrimaryKeyConstraint('project_id', 'name', 'unit_id', 'period', name=op.f('pk_report_draft')),
    )
    for table in _COPIES:
        _create_copies(table)
    op.create_index(op.f('ix_report_issue_unit'), 'report_issue', ['unit_id', 'period'])
    op.create_table(
        'report_opening',
        sa.Column('id', _ID, nullable=False),
        sa.Column('account_id', _ID, nullable=False),
        sa.Column('project_id', _ID, nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('unit_id', _ID, nullable=False),
        sa.Column('period', sa.String(7), nullable=False),
        sa.Column('act', sa.String(16), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('opened_at', _INSTANT, nullable=False),
        sa.CheckConstraint("act IN ('open', 'workbook', 'document', 'lock')", name=op.f('ck_report_opening_act')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_report_opening_account_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_report_opening_project_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_report_opening_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_report_opening')),
    )


def _create_copies(table: str) -> None:
    op.create_table(
        table,
        sa.Column('id', _ID, nullable=False),
        sa.Column('template_id', _ID, nullable=False),
        sa.Column('project_id', _ID, nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('unit_id', _ID, nullable=False),
        sa.Column('period', sa.String(7), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('workbook', sa.LargeBinary(), nullable=False),
        sa.Column('workbook_sha256', sa.String(64), nullable=False),
        sa.Column('document', sa.LargeBinary(), nullable=False),
        sa.Column('document_sha256', sa.String(64), nullable=False),
        sa.Column('page', sa.Text(), nullable=False),
        sa.Column('issued_at', _INSTANT, nullable=False),
        sa.Column('issued_by', sa.String(120), nullable=False),
        sa.CheckConstraint('revision >= 1', name=op.f(f'ck_{table}_revision')),
        sa.ForeignKeyConstraint(['template_id'], ['report_template.id'], name=op.f(f'fk_{table}_template_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f(f'fk_{table}_project_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f(f'fk_{table}_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        sa.UniqueConstraint(
            'project_id', 'name', 'unit_id', 'period', 'revision',
            name=op.f(f'uq_{table}_project_id_name_unit_id_period_revision'),
        ),
    )  # fmt: skip


def downgrade() -> None:
    """Go one step back."""
    for table in ('report_opening', *reversed(_COPIES), 'report_draft', 'report_template'):
        op.drop_table(table)

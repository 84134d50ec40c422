"""A plan workbook that somebody looks at before it is published: kept until then, one for each account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        'plan_offer',
        sa.Column('account_id', ID, nullable=False),
        sa.Column('project_id', ID, nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('workbook', sa.LargeBinary(), nullable=False),
        sa.Column('base_plan_id', ID, nullable=True),
        sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_plan_offer_account_id')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_plan_offer_project_id')),
        sa.ForeignKeyConstraint(['base_plan_id'], ['plan.id'], name=op.f('fk_plan_offer_base_plan_id')),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_plan_offer')),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table('plan_offer')

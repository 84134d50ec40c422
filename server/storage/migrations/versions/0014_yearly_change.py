"""Indicators that say by how much something changed since the year before."""

from __future__ import annotations

from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    _allow("'percent', 'permille', 'count', 'change'")


def downgrade() -> None:
    """Go one step back; a plan with such an indicator must be published again without it."""
    op.execute("DELETE FROM indicator WHERE unit = 'change'")
    _allow("'percent', 'permille', 'count'")


def _allow(units: str) -> None:
    with op.batch_alter_table('indicator') as batch:
        batch.drop_constraint(op.f('ck_indicator_unit'), type_='check')
        batch.create_check_constraint(op.f('ck_indicator_unit'), f"unit IN ({units})")

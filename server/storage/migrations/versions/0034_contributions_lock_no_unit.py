"""Contributions no longer hold their unit by a foreign key, which locked the unit's row once for each of them.

A survey adds some twenty rows, and each locked and checked the row of the same unit: a fifth of all that writing them
cost. Units are loaded and dated, never deleted and never given another id, so there is nothing the key could refuse
but a unit that was never there; the record itself and the sum of its unit hold theirs.
"""

from __future__ import annotations

from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table('contribution') as batch:
        batch.drop_constraint(op.f('fk_contribution_unit_id'), type_='foreignkey')


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table('contribution') as batch:
        batch.create_foreign_key(op.f('fk_contribution_unit_id'), 'unit', ['unit_id'], ['id'])

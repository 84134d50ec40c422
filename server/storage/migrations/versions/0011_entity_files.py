"""Form files that are entity lists, made for each collaborator."""

from __future__ import annotations

from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    _allow("'file', 'units', 'entities'")


def downgrade() -> None:
    """Go one step back; lists that are no longer known become ones no phone is offered."""
    op.execute("DELETE FROM form_file WHERE kind = 'entities'")
    _allow("'file', 'units'")


def _allow(kinds: str) -> None:
    with op.batch_alter_table('form_file') as batch:
        batch.drop_constraint(op.f('ck_form_file_kind'), type_='check')
        batch.create_check_constraint(op.f('ck_form_file_kind'), f"kind IN ({kinds})")

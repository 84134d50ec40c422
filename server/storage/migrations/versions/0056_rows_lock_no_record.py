"""Contributions and words of records no longer hold their record and unit by foreign keys, which locked those rows.

A survey adds some twenty contributions and a dozen words. Each locked and checked the row of the version or record
that the same transaction had just written, and each word that of its unit: a sixth of what the database does for a
record. Records, versions and units are never deleted and never given another id, so there is nothing the keys could
refuse but a mistake in the statement that writes both.
"""

from __future__ import annotations

from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table('contribution') as batch:
        batch.drop_constraint(op.f('fk_contribution_version_id'), type_='foreignkey')
    with op.batch_alter_table('record_word') as batch:
        batch.drop_constraint(op.f('fk_record_word_submission_id'), type_='foreignkey')
        batch.drop_constraint(op.f('fk_record_word_unit_id'), type_='foreignkey')


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table('record_word') as batch:
        batch.create_foreign_key(op.f('fk_record_word_unit_id'), 'unit', ['unit_id'], ['id'])
        batch.create_foreign_key(
            op.f('fk_record_word_submission_id'), 'submission', ['submission_id'], ['id'], ondelete='CASCADE'
        )
    with op.batch_alter_table('contribution') as batch:
        batch.create_foreign_key(op.f('fk_contribution_version_id'), 'submission_version', ['version_id'], ['id'])

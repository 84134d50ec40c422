"""SQLite gives no number twice where rows go: jobs, saved lists, pairs that are probably one.

PostgreSQL's sequences never did. A number that was free before this step may be given once more.
"""

from __future__ import annotations

from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

TABLES = ('outbox', 'saved_view', 'suspect')


def upgrade() -> None:
    """Go one step forward."""
    _made_again(is_counting_on=True)


def downgrade() -> None:
    """Go one step back."""
    _made_again(is_counting_on=False)


def _made_again(*, is_counting_on: bool) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate='always', table_kwargs={'sqlite_autoincrement': is_counting_on}):
            pass

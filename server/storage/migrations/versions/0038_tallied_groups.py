"""How many households a register holds by the groups they belong to: each household in each of its groups."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

ENTITIES_AT_ONCE = 1000


def upgrade() -> None:
    """Go one step forward."""
    connection = op.get_bind()
    listed = sa.table('entity_list', sa.column('id'), sa.column('name'))
    for list_id in connection.execute(sa.select(listed.c.id).where(listed.c.name == 'households')).scalars().all():
        _count(connection, list_id)


def downgrade() -> None:
    """Go one step back."""
    op.execute("DELETE FROM register_tally WHERE category LIKE 'groups=%'")


def _count(connection: sa.Connection, list_id: int) -> None:
    entity = sa.table('entity', sa.column('id'), sa.column('list_id'))
    version = sa.table(
        'entity_version', sa.column('entity_key'), sa.column('version'), sa.column('properties', sa.JSON()),
        sa.column('unit_id'), sa.column('is_live', sa.Boolean()), sa.column('effective_year'),
    )
    tally = sa.table(
        'register_tally', sa.column('list_id'), sa.column('unit_id'), sa.column('category'), sa.column('year'), sa.column('live')
    )
    tallies: Counter[tuple[int, str, int]] = Counter()
    last = 0
    while True:
        keys = sa.select(entity.c.id).where(entity.c.list_id == list_id, entity.c.id > last)
        next_keys = keys.order_by(entity.c.id).limit(ENTITIES_AT_ONCE)
        found = connection.execute(
            sa.select(version).where(version.c.entity_key.in_(next_keys)).order_by(version.c.entity_key, version.c.version)
        ).all()
        for _, versions in groupby(found, key=lambda row: row.entity_key):
            before: list[tuple[int, str]] = []
            for one in versions:
                after = _places(one)
                tallies.update((unit_id, category, one.effective_year) for unit_id, category in after)
                tallies.subtract((unit_id, category, one.effective_year) for unit_id, category in before)
                before = after
        if not found:
            break
        last = found[-1].entity_key
    rows = [
        {'list_id': list_id, 'unit_id': unit_id, 'category': category, 'year': year, 'live': live}
        for (unit_id, category, year), live in sorted(tallies.items())
        if live
    ]
    if rows:
        connection.execute(sa.insert(tally), rows)


def _places(one: sa.Row[tuple[object, ...]]) -> list[tuple[int, str]]:
    if not one.is_live or one.unit_id is None:
        return []
    groups = dict.fromkeys(one.properties.get('groups', '').split()) or {'': None}
    return [(one.unit_id, f'groups={group}'[:200]) for group in groups]

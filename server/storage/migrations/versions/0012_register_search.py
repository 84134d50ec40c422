"""What lists of a register are narrowed and searched by, and who settled a conflict."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WORD = sa.String(length=40).with_variant(postgresql.VARCHAR(length=40, collation='C'), 'postgresql')
STANDINGS = "standing IN ('active', 'moved_out', 'merged', 'gone', 'deleted')"
AT_ONCE = 1000


def upgrade() -> None:
    """Go one step forward."""
    # SQLite could add a constraint only by making the table anew, which others refer to.
    op.execute(
        "ALTER TABLE entity ADD COLUMN standing VARCHAR(9) DEFAULT 'active' NOT NULL"
        f" CONSTRAINT {op.f('ck_entity_standing')} CHECK ({STANDINGS})"
    )
    op.add_column('entity', sa.Column('surveyed_year', sa.Integer(), server_default='0', nullable=False))
    op.add_column('entity', sa.Column('is_leaving', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index('ix_entity_unit', table_name='entity')
    op.create_index('ix_entity_unit', 'entity', ['unit_id', 'list_id', 'standing', 'surveyed_year'], unique=False)
    op.create_index('ix_entity_leaving', 'entity', ['list_id'], unique=False, sqlite_where=sa.text('is_leaving'), postgresql_where=sa.text('is_leaving'))
    with op.batch_alter_table('entity_version') as batch:
        batch.add_column(sa.Column('settled_by_id', BIG, nullable=True))
        batch.create_foreign_key(op.f('fk_entity_version_settled_by_id'), 'register_batch', ['settled_by_id'], ['id'])
    op.create_table('entity_word',
    sa.Column('entity_key', BIG, nullable=False),
    sa.Column('word', WORD, nullable=False),
    sa.Column('list_id', BIG, nullable=False),
    sa.Column('unit_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['entity_key'], ['entity.id'], name=op.f('fk_entity_word_entity_key'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['list_id'], ['entity_list.id'], name=op.f('fk_entity_word_list_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_entity_word_unit_id')),
    sa.PrimaryKeyConstraint('entity_key', 'word', name=op.f('pk_entity_word'))
    )
    op.create_index('ix_entity_word_place', 'entity_word', ['list_id', 'unit_id', 'word', 'entity_key'], unique=False)
    _fill()


def downgrade() -> None:
    """Go one step back."""
    op.drop_index('ix_entity_word_place', table_name='entity_word')
    op.drop_table('entity_word')
    with op.batch_alter_table('entity_version') as batch:
        batch.drop_constraint(op.f('fk_entity_version_settled_by_id'), type_='foreignkey')
        batch.drop_column('settled_by_id')
    op.drop_index('ix_entity_leaving', table_name='entity')
    op.drop_index('ix_entity_unit', table_name='entity')
    for name in ('is_leaving', 'surveyed_year', 'standing'):
        op.drop_column('entity', name)
    op.create_index('ix_entity_unit', 'entity', ['unit_id', 'list_id'], unique=False)


def _fill() -> None:
    """Write for the entities there are what is from now on written with each version."""
    entity = sa.table(
        'entity', sa.column('id'), sa.column('list_id'), sa.column('unit_id'), sa.column('is_sensitive', sa.Boolean()),
        sa.column('label'), sa.column('properties', sa.JSON()), sa.column('is_deleted', sa.Boolean()),
        sa.column('merged_into_id'), sa.column('standing'), sa.column('surveyed_year'), sa.column('is_leaving', sa.Boolean()),
    )
    words = sa.table('entity_word', sa.column('entity_key'), sa.column('word'), sa.column('list_id'), sa.column('unit_id'))
    connection, last = op.get_bind(), 0
    while rows := connection.execute(sa.select(entity).where(entity.c.id > last).order_by(entity.c.id).limit(AT_ONCE)).all():
        for row in rows:
            status, year = row.properties.get('status', ''), row.properties.get('last_survey_year', '')
            standing = (
                'deleted' if row.is_deleted else 'merged' if row.merged_into_id else
                status if status in ('moved_out', 'merged', 'gone') else 'active'
            )
            connection.execute(sa.update(entity).where(entity.c.id == row.id).values(
                standing=standing,
                surveyed_year=int(year) if re.fullmatch('[0-9]{4}', year) else 0,
                is_leaving=standing == 'active' and row.properties.get('visit_result', '') in ('moved', 'gone'),
            ))
            if row.unit_id is not None and not row.is_sensitive:
                found = [{'entity_key': row.id, 'word': one, 'list_id': row.list_id, 'unit_id': row.unit_id} for one in _words(row)]
                if found:
                    connection.execute(sa.insert(words), found)
        last = rows[-1].id


def _words(row: sa.Row[Any]) -> list[str]:
    texts = (row.label, *(row.properties.get(name, '') for name in ('head_name', 'spouse_name', 'house_no')))
    plain = unicodedata.normalize('NFD', ' '.join(texts).translate(str.maketrans('đĐ', 'dD')))
    bare = ''.join(one for one in plain if not unicodedata.combining(one)).casefold()
    return list(dict.fromkeys(word[:40] for word in re.findall(r'[^\W_]+', bare)))[:30]

"""Households registered twice, and the officers who look after them."""

from __future__ import annotations

from sqlalchemy import select

from server.access.actors import Account, Post
from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.merge_entities import MergeOrder, merge
from server.operations.run_jobs import run_round
from server.storage.models.registers import EntityRow, EntityVersionRow
from server.storage.models.suspects import SuspectRow
from tests.register_field import created, entity_id, stored

DAK_HA = "23500"
TU_MO_RONG = "23425"
PASSWORD = "mot mat khau rat dai 2026"


def officer(services, unit: str = DAK_HA, *, login: str = "xa.mau", role: Role = Role.SUPERVISOR) -> Account:
    """Add an account with a post on a unit and return it signed in."""
    wanted = NewAccount(login, "Cán bộ mẫu", (NewPost(role, (unit,)),), PASSWORD, is_sample=True)
    unit_id = services.atlas.current().territory.resolve(unit, services.today()).unit_id
    return Account(add_account(services, wanted).account_id, login, (Post(role, unit_id, None, None),), elevated=True)


def registered(field, village: str | None = None, **told: str) -> str:
    """Let a household be registered by a phone, looked through by the jobs, and return its id."""
    one = entity_id()
    where = {} if village is None else {"village": village}
    field.send(created(one, **{"spouse_name": "Y Bét", "house_no": "37", **where, **told}))
    run_round(field.services)
    return one


def key_of(services, entity: str) -> int:
    return stored(services, entity).id


def pairs(services, state: str = "open") -> list[frozenset[str]]:
    """Return the entity ids of the pairs in that state."""
    with services.engine.connect() as connection:
        names = dict(connection.execute(select(EntityRow.id, EntityRow.entity_id)).all())
        rows = connection.execute(select(SuspectRow).where(SuspectRow.state == state).order_by(SuspectRow.id)).all()
    return [frozenset((names[row.first_key], names[row.second_key])) for row in rows]


def suspect_id(services) -> int:
    with services.engine.connect() as connection:
        return connection.execute(select(SuspectRow.id)).scalar_one()


def order(services, survivor: str, other: str, *from_other: str, comment: str = "") -> MergeOrder:
    """Return the order to merge the two as they stand."""
    one, two = stored(services, survivor), stored(services, other)
    return MergeOrder(one.id, two.id, one.version, two.version, frozenset(from_other), comment)


def merged(services, account: Account, survivor: str, other: str, *from_other: str):
    return merge(services, account, order(services, survivor, other, *from_other))


def batches_of(services, entity: str) -> list[tuple[str, int | None]]:
    """Return action and batch of every version of an entity."""
    rows = EntityVersionRow
    with services.engine.connect() as connection:
        found = select(rows.action, rows.batch_id).where(rows.entity_key == key_of(services, entity))
        return [(row.action, row.batch_id) for row in connection.execute(found.order_by(rows.version))]

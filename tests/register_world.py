"""A small register for tests of people at the console: entities of every list, put there as a load would."""

from __future__ import annotations

from uuid import uuid4

from console_world import make_account

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.write_entity import Source, Touched, write_version
from server.registers.versions import LABEL, Action, Conflict, NewVersion

HA_1, HA_3, HA_10 = "23500-01", "23500-03", "23500-04"
"""Three villages of Xã Đăk Hà; the second moved there on 1 July 2025."""
TU_1 = "23425-01"
"""A village of Xã Tu Mơ Rông."""


def officer(services, *units, role=Role.SUPERVISOR, elevated=False, account_id=1):
    """Return an account with posts on these units."""
    territory, today = services.atlas.current().territory, services.today()
    posts = tuple(Post(role, territory.resolve(unit, today).unit_id, None, None) for unit in units)
    return Account(AccountId(account_id), "ai.do", posts, elevated)


def make_officer(services, *units, login="xa.dakha"):
    """Return an account that is kept, so that what it does can name it."""
    made = make_account(services, login, *((Role.SUPERVISOR, unit) for unit in units), name="Cán bộ xã (mẫu)")
    return officer(services, *units, account_id=made)


def put(services, project_id, list_name="households", *, label=None, entity_id=None, **values):
    """Put an entity into a list, as a batch of nobody's would, and return its row id."""
    label = label or f"{values.get('head_name', 'Mẫu')} – hộ {values.get('house_no', '?')} (mẫu)"
    entity_id, at = entity_id or str(uuid4()), services.now()
    with services.unit_of_work(services.operator()) as uow:
        known = uow.entities.ensure_list(project_id, list_name, at)
        stored = uow.entities.claimed(known, [entity_id], at)[entity_id]
        batch = {"list_id": known.list_id, "kind": "import", "counts": {}, "started_at": at, "file_name": "ho.xlsx"}
        batch_id = uow.entities.add_batch(batch, is_sensitive=known.is_sensitive)
        source = Source(at, services.atlas.current(), (services.today(),), batch_id=batch_id)
        new = NewVersion(1, label, values, frozenset(values) | {LABEL}, Action.CREATE, Conflict.NONE)
        touched = Touched()
        after = write_version(uow, stored, new, source, touched=touched)
        touched.tell(uow)
    return after.key

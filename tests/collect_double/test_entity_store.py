"""What a server's list does to the entities on the phone, rule by rule (Collect's LocalEntityUseCases)."""

import csv
import io
from dataclasses import replace

import pytest

from .entity_store import EntityAction, EntityState, EntityStore, FormEntity, ListCrash, LocalEntity

ONLINE, OFFLINE = EntityState.ONLINE, EntityState.OFFLINE
HOME = "0e27ae38-4c0f-4f8a-9a53-5b3c4a1d2e01"
OTHER = "0e27ae38-4c0f-4f8a-9a53-5b3c4a1d2e02"
BRANCH = "5d7a3a51-6a2e-4f0c-8d3c-1f1c0e9b7a11"


def home(version: int, trunk: int | None, state: EntityState) -> LocalEntity:
    return LocalEntity(HOME, "ở đây", version, {"head": "ở đây"}, state, trunk, BRANCH)


def stocked(*entities: LocalEntity) -> EntityStore:
    """Return a phone that has these, whatever brought them."""
    store = EntityStore()
    assert store.import_list("homes", b"name,label,__version,head\n", list_hash="before")
    store.lists["homes"].columns.append("head")
    store.lists["homes"].entities.update({one.id: one for one in entities})
    return store


def listing(version: int) -> bytes:
    return f"name,label,__version,head\n{HOME},ở máy chủ,{version},ở máy chủ\n".encode()


@pytest.mark.parametrize(
    ("rule", "local", "version", "taken", "state", "trunk"),
    [
        ("unknown id: inserted", None, 4, True, ONLINE, 4),
        ("behind, clean: replaced", home(2, 2, ONLINE), 3, True, ONLINE, 3),
        ("behind, changed here: replaced", home(3, 2, ONLINE), 4, True, ONLINE, 4),
        ("behind, made here: replaced", home(1, None, OFFLINE), 2, True, ONLINE, 2),
        ("equal, clean: left alone", home(2, 2, ONLINE), 2, False, ONLINE, 2),
        ("equal, changed here: replaced", home(3, 2, ONLINE), 3, True, ONLINE, 3),
        ("equal, made here: replaced", home(1, None, OFFLINE), 1, True, ONLINE, 1),
        ("ahead, made here: online now, but as it is here", home(3, None, OFFLINE), 1, False, ONLINE, None),
        ("ahead, changed here: left alone", home(5, 2, ONLINE), 4, False, ONLINE, 2),
    ],
)
def test_a_row_of_the_servers_list(
    rule: str, local: LocalEntity | None, version: int, taken: bool, state: EntityState, trunk: int | None
):
    store = stocked(*([] if local is None else [local]))
    assert store.import_list("homes", listing(version), list_hash="after")
    kept = store.find("homes", HOME)
    assert kept is not None
    assert (kept.label == "ở máy chủ", kept.properties["head"] == "ở máy chủ") == (taken, taken), rule
    assert (kept.state, kept.trunk_version) == (state, trunk), rule
    assert kept.version == (version if taken or local is None else local.version), rule
    assert (kept.branch_id == BRANCH) == (not taken), "what comes from the server begins a branch of its own"
    assert kept.is_dirty == (kept.version != trunk)


@pytest.mark.parametrize(
    ("local", "is_kept"),
    [
        (home(2, 2, ONLINE), False),
        (home(5, 2, ONLINE), False),
        (home(1, None, OFFLINE), True),
        (home(3, None, OFFLINE), True),
    ],
)
def test_what_the_list_does_not_hold_stays_only_where_it_was_made_here(local: LocalEntity, is_kept: bool):
    store = stocked(local)
    assert store.import_list("homes", f"name,label,__version\n{OTHER},khác,1\n".encode(), list_hash="after")
    assert (store.find("homes", HOME) is not None) == is_kept
    assert store.find("homes", OTHER) is not None


def test_a_column_the_server_no_longer_has_is_gone_from_all():
    store = stocked(home(1, None, OFFLINE))
    assert store.import_list("homes", f"name,label,__version,size\n{OTHER},khác,1,4\n".encode(), list_hash="after")
    assert {one.id: dict(one.properties) for one in store.entities("homes").values()} == {
        HOME: {"size": ""},
        OTHER: {"size": "4"},
    }


def test_own_columns_from_the_server_are_not_believed():
    content = f"name,label,__version,__trunkVersion,__branchId,head\n{HOME},x,3,1,mine,Mẫu\n".encode()
    store = EntityStore()
    store.import_list("homes", content, list_hash="a")
    kept = store.find("homes", HOME)
    assert kept is not None
    assert (kept.trunk_version, dict(kept.properties)) == (3, {"head": "Mẫu"})
    assert kept.branch_id != "mine"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"name,label,__version,head\n{OTHER},khác,1,Mẫu\n{HOME}\n".encode(), id="a short row"),
        pytest.param(f"name,label,head\n{OTHER},khác,Mẫu\n".encode(), id="no version column"),
        pytest.param(f"name,__version,head\n{OTHER},1,Mẫu\n".encode(), id="no label column"),
        pytest.param(f"id,label,__version,head\n{OTHER},khác,1,Mẫu\n".encode(), id="no name column"),
        pytest.param(b"", id="empty"),
        pytest.param(f"name,label,label,__version\n{OTHER},khác,khác,1\n".encode(), id="two columns of one name"),
        pytest.param(f"name,label,,__version\n{OTHER},khác,x,1\n".encode(), id="a column without a name"),
    ],
)
def test_a_list_that_cannot_be_read_is_silently_left_and_asked_for_again(content: bytes):
    store = stocked(home(2, 2, ONLINE))
    assert not store.import_list("homes", content, list_hash="after")
    assert store.hash("homes") == "before"
    assert list(store.entities("homes").values()) == [home(2, 2, ONLINE)]


@pytest.mark.parametrize("version", ["", "1.0", " 1", "một", "2147483648"])
def test_a_version_that_is_no_integer_crashes_collect(version: str):
    store = stocked(home(2, 2, ONLINE))
    with pytest.raises(ListCrash):
        store.import_list("homes", f'name,label,__version,head\n{HOME},x,"{version}",y\n'.encode(), list_hash="after")
    assert store.find("homes", HOME) == home(2, 2, ONLINE)


def test_a_quote_that_is_never_closed_crashes_collect():
    with pytest.raises(ListCrash):
        EntityStore().import_list("homes", f'name,label,__version\n{HOME},"x,1\n'.encode(), list_hash="a")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"name;label;__version;head\n{HOME};x;1;a, b\n", id="semicolons all through"),
        pytest.param(f'name,label,__version,head\n{HOME},x,1,"a, b"\n', id="commas"),
        pytest.param(f'\ufeffname,label,__version,head\r\n\r\n{HOME},x,1,"a, b"\r\n', id="a mark, blank lines, CRLF"),
    ],
)
def test_a_semicolon_in_the_header_makes_it_the_delimiter(content: str):
    store = EntityStore()
    assert store.import_list("homes", content.encode(), list_hash="a")
    kept = store.find("homes", HOME)
    assert kept is not None
    assert (kept.label, dict(kept.properties)) == ("x", {"head": "a, b"})


def test_a_semicolon_in_one_column_name_loses_the_whole_list():
    content = f'name,label,__version,"head; spouse"\n{HOME},x,1,y\n'.encode()
    assert not EntityStore().import_list("homes", content, list_hash="a")


def test_a_header_alone_is_a_list_without_entities():
    store = EntityStore()
    assert store.import_list("homes", b"name,label,__version,head\n", list_hash="a")
    assert (store.hash("homes"), store.entities("homes")) == ("a", {})
    assert store.render("homes") == b"name,label,__version,__trunkVersion,__branchId\n"


def test_a_form_sees_the_columns_the_phone_keeps():
    store = stocked(home(3, 2, ONLINE), replace(home(1, None, OFFLINE), id=OTHER, properties={}))
    rows = list(csv.DictReader(io.StringIO(store.render("homes").decode())))
    own = {"label": "ở đây", "__branchId": BRANCH}
    assert rows == [
        {"name": HOME, "__version": "3", "__trunkVersion": "2", "head": "ở đây", **own},
        {"name": OTHER, "__version": "1", "__trunkVersion": "", "head": "", **own},
    ]


def change(action: EntityAction, label: str = "mới", entity_id: str = HOME, **properties: str) -> FormEntity:
    return FormEntity(action, "homes", entity_id, label, properties)


def test_a_created_entity_is_offline_version_one_on_a_branch_of_its_own():
    store = stocked()
    store.apply([change(EntityAction.CREATE, head="Mẫu")])
    made = store.find("homes", HOME)
    assert made is not None
    assert (made.version, made.trunk_version, made.state, made.label) == (1, None, OFFLINE, "mới")
    assert (dict(made.properties), made.is_dirty, len(made.branch_id)) == ({"head": "Mẫu"}, True, 36)


@pytest.mark.parametrize("local", [home(2, 2, ONLINE), home(1, None, OFFLINE)])
def test_an_update_goes_one_version_on_along_the_same_branch(local: LocalEntity):
    store = stocked(local)
    store.apply([change(EntityAction.UPDATE, size="5"), change(EntityAction.UPDATE, label=" ")])
    kept = store.find("homes", HOME)
    assert kept is not None
    assert (kept.version, kept.trunk_version) == (local.version + 2, local.trunk_version)
    assert (kept.branch_id, kept.state) == (BRANCH, local.state)
    assert (kept.label, dict(kept.properties)) == ("mới", {"head": "ở đây", "size": "5"})


@pytest.mark.parametrize(
    ("local", "version", "state"), [((), 1, OFFLINE), ((home(2, 2, ONLINE),), 3, ONLINE)], ids=["new", "known"]
)
def test_an_upsert_creates_or_updates(local: tuple[LocalEntity, ...], version: int, state: EntityState):
    store = stocked(*local)
    store.apply([change(EntityAction.UPSERT)])
    kept = store.find("homes", HOME)
    assert kept is not None
    assert (kept.version, kept.state) == (version, state)


@pytest.mark.parametrize(
    "unmade",
    [
        change(EntityAction.UPDATE),
        change(EntityAction.CREATE, label=" "),
        change(EntityAction.UPSERT, label=""),
        change(EntityAction.CREATE, entity_id="ho-1"),
        change(EntityAction.CREATE, entity_id=""),
        change(EntityAction.CREATE, entity_id=f"uuid:{HOME}"),
        replace(change(EntityAction.CREATE), list_name="unknown"),
    ],
)
def test_no_match_no_label_no_uuid_or_no_list_changes_nothing(unmade: FormEntity):
    store = stocked()
    store.apply([unmade])
    assert (store.entities("homes"), set(store.lists)) == ({}, {"homes"})


def test_a_list_that_needs_approval_gets_no_entities_made_here():
    store = EntityStore()
    store.import_list("homes", b"name,label,__version\n", list_hash="a", needs_approval=True)
    store.apply([change(EntityAction.CREATE)])
    assert store.entities("homes") == {}

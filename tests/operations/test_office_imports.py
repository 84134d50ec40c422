"""A list sent at the console is read, agreed to, loaded and undone, by its sender's rights as they are then."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from console_world import DAK_HA, TU_MO_RONG, make_account

from server.access.actors import Account, AccountId
from server.access.deeds import DeedGroup, DeedKind, kinds_of
from server.access.roles import Role
from server.errors import Conflict, NotFound, TooLarge
from server.media.store import checked_key
from server.operations import office_imports
from server.operations.add_project import add_project
from server.operations.import_order import ImportOrder
from server.operations.office_imports import (
    SentList,
    agree,
    browse_imports,
    forget,
    read_import,
    send_list,
    take_back,
)
from server.operations.run_jobs import run_round
from server.storage.repositories.deeds import DeedFilters
from tests.import_field import csv_file
from tests.register_field import NEIGHBOUR, on_phone, register_field

pytestmark = pytest.mark.database

TIK = ("23500-01", 37, "A Tik", "Y Bét", 4, "Xơ Đăng", "Nghèo")
ELSEWHERE = ("23425-01", 1, "A Xa", "", 3, "", "")


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def supervisor(services, login="ai.do", unit=DAK_HA) -> Account:
    make_account(services, login, (Role.SUPERVISOR, unit))
    with services.reading(services.operator()) as uow:
        known = uow.accounts.by_login(login)
        return uow.accounts.actor(known.account_id)


def sent(field, account, content: BytesIO, *, kind="households") -> int:
    order = ImportOrder(field.project_id, kind, field.services.today())
    with field.services.media.incoming() as incoming:
        incoming.write(content.getvalue())
        return send_list(field.services, account, order, SentList("danh-sach.csv", incoming))


def state(field, account, import_id) -> str:
    return read_import(field.services, account, import_id).stored.state


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(office_imports, "SMALL_BYTES", 0)
    monkeypatch.setattr(office_imports, "SMALL_ROWS", 0)


def test_a_small_list_is_read_loaded_and_undone_at_once(field, services):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK, ELSEWHERE))
    shown = read_import(services, account, import_id)
    assert (shown.stored.state, shown.report.new, shown.report.wrong) == ("read", 1, 1)
    assert shown.report.faults[0].code == "register.row.elsewhere"
    assert on_phone(field) == {}
    agree(services, account, import_id)
    assert (state(field, account, import_id), len(on_phone(field))) == ("done", 1)
    take_back(services, account, import_id)
    assert (state(field, account, import_id), on_phone(field)) == ("undone", {})


def test_a_large_list_is_left_to_background_work(field, services, everything_is_large):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK))
    assert state(field, account, import_id) == "reading"
    run_round(services)
    assert state(field, account, import_id) == "read"
    agree(services, account, import_id)
    assert (state(field, account, import_id), on_phone(field)) == ("waiting", {})
    run_round(services)
    assert (state(field, account, import_id), len(on_phone(field))) == ("done", 1)
    take_back(services, account, import_id)
    assert state(field, account, import_id) == "undoing"
    run_round(services)
    assert (state(field, account, import_id), on_phone(field)) == ("undone", {})


def test_a_load_and_its_undoing_are_told_of_once_each_whoever_does_the_work(field, services, everything_is_large):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK, ("23500-01", 38, "A Mẫu", "", 3, "", "")))
    run_round(services)
    agree(services, account, import_id)
    run_round(services)
    take_back(services, account, import_id)
    run_round(services)
    undone, loaded = deeds(services)
    assert [one.kind for one in (loaded, undone)] == [DeedKind.FILE_LOADED, DeedKind.FILE_UNDONE]
    for one in (loaded, undone):
        assert (one.login, one.thing_id) == ("ai.do", import_id)
        assert one.params == {"list": "households", "file": "danh-sach.csv", "rows": 2}


def deeds(services):
    with services.reading(services.operator()) as uow:
        asked = DeedFilters(is_sensitive=False, kinds=frozenset(kinds_of(DeedGroup.FIGURES)))
        return uow.deeds.page(asked, after=None, size=50)


def test_background_work_ends_what_broke_off_and_repeats_nothing(field, services, clock):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK))
    with services.unit_of_work(services.operator()) as uow:  # a worker died between agreeing and loading
        assert uow.register_imports.move(import_id, "read", "waiting", clock())
        uow.outbox.add([(office_imports.RUN_JOB, {"import_id": import_id})], clock() + timedelta(minutes=5))
    clock.advance(minutes=6)
    run_round(services)
    assert (state(field, account, import_id), len(on_phone(field))) == ("done", 1)
    clock.advance(days=2)
    assert run_round(services).failed == 0
    assert (state(field, account, import_id), len(on_phone(field))) == ("done", 1)


def test_the_bytes_are_kept_until_the_list_is_loaded_and_no_longer(field, services):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK))
    key = checked_key(read_import(services, account, import_id).stored.media_key)
    assert services.media.head(key)
    agree(services, account, import_id)
    assert services.media.head(key) is None


def test_bytes_that_another_load_needs_stay(field, services):
    account = supervisor(services)
    first, second = (sent(field, account, csv_file(TIK)) for _ in range(2))
    forget(services, account, first)
    assert state(field, account, first) == "refused"
    agree(services, account, second)
    assert len(on_phone(field)) == 1


def test_a_list_nobody_agrees_to_is_forgotten_after_a_day(field, services, clock):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK))
    key = checked_key(read_import(services, account, import_id).stored.media_key)
    clock.advance(days=1, minutes=1)
    run_round(services)
    shown = read_import(services, account, import_id)
    assert (shown.stored.state, shown.refusal[0]) == ("refused", "register.expired")
    assert services.media.head(key) is None
    with pytest.raises(Conflict):
        agree(services, account, import_id)


def test_a_file_that_cannot_be_read_says_why(field, services):
    account = supervisor(services)
    import_id = sent(field, account, BytesIO("Mã thôn,Chủ hộ\n".encode("utf-16")))
    assert read_import(services, account, import_id).refusal[0] == "register.encoding_utf16"


def test_a_file_too_large_is_refused_and_not_kept(field, services, monkeypatch):
    monkeypatch.setattr(office_imports, "MOST_BYTES", 10)
    account = supervisor(services)
    with pytest.raises(TooLarge):
        sent(field, account, csv_file(TIK))
    assert browse_imports(services, account) == ()


def test_rights_are_those_of_the_moment_of_loading(field, services, everything_is_large):
    account = supervisor(services)
    import_id = sent(field, account, csv_file(TIK))
    run_round(services)
    agree(services, account, import_id)
    with services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE post SET valid_to = '2026-10-04'")
    assert run_round(services).failed == 1
    assert on_phone(field) == {}


def test_a_load_is_seen_by_whoever_covers_its_posts_and_nobody_else(field, services):
    sender = supervisor(services)
    import_id = sent(field, sender, csv_file(TIK))
    province = supervisor(services, "tinh", "51")
    village = supervisor(services, "thon", NEIGHBOUR)
    elsewhere = supervisor(services, "xa.khac", TU_MO_RONG)
    assert [one.import_id for one in browse_imports(services, province)] == [import_id]
    assert state(field, province, import_id) == "read"
    for stranger in (village, elsewhere, Account(AccountId(99), "khong", (), elevated=False)):
        assert browse_imports(services, stranger) == ()
        for act in (read_import, agree, take_back, forget):
            with pytest.raises(NotFound):
                act(services, stranger, import_id)


def test_nothing_is_loaded_into_a_project_of_incidents(field, services):
    separate = add_project(services, "Công việc riêng (mẫu)", kind="separate")
    order = ImportOrder(separate.project_id, "households", services.today())
    with services.media.incoming() as incoming, pytest.raises(NotFound):
        send_list(services, supervisor(services), order, SentList("a.csv", incoming))

"""*Tài khoản & địa bàn*, one's own account: administrators within bounds, nobody for themselves, deputies told."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PASSWORD, PROVINCE, TU_MO_RONG, client_of, csrf_of, make_account

from server.access.deeds import DeedKind
from server.access.roles import Role
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.storage.repositories.deeds import DeedFilters
from server.storage.visible import Operator
from server.submissions.review import Verdict

NEW_PASSWORD = "bốn từ không liên quan"


@pytest.fixture
def admin(app, world):
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, DAK_HA), name="Quản trị mẫu")
    return client_of(app, world, "quan.tri")


def post(client, address, **typed):
    return client.post(address, data=typed | {"csrf_token": csrf_of(client, "/account")})


def signed_in(app, login, password):
    client = app.test_client()
    token = csrf_of(client, "/sign-in")
    client.post("/sign-in", data={"login": login, "password": password, "csrf_token": token})
    return client


def password_on(page):
    return re.search(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", page)[0]


def account_id(world, login):
    with world.services.reading(Operator()) as uow:
        return uow.accounts.by_login(login).account_id


def marks(client, account):
    """Return what a page calls the posts it can end."""
    return re.findall(r'name="post" value="([^"]+)"', client.get(f"/accounts/{account}").text)


def test_a_click_ends_the_post_it_stands_beside_and_no_other(world, admin):
    """Not the one that begins next year, not the one filled for somebody else, not the next one at a second click."""
    away = make_account(world.services, "di.vang", (Role.SUPERVISOR, DAK_HA), name="Người đi vắng mẫu")
    other = make_account(world.services, "can.bo", (Role.SUPERVISOR, DAK_HA), name="Cán bộ mẫu")
    given = {"role": "supervisor", "unit": [DAK_HA]}
    assert post(admin, f"/accounts/{other}/posts", **given, **{"from": "2027-01-01"}).status_code == 303
    assert post(admin, f"/accounts/{other}/posts", **given, to="2026-10-08", **{"for": away}).status_code == 303
    own, next_year, for_another = marks(admin, other)
    ended = [post(admin, f"/accounts/{other}/posts/end", post=next_year).status_code for _ in range(2)]
    assert (ended, marks(admin, other)) == ([303, 404], [own, for_another])
    assert post(admin, f"/accounts/{other}/posts/end", post=own).status_code == 303
    assert marks(admin, other) == [for_another]


def test_a_new_account_has_no_post_that_is_over_before_it_begins(world, admin):
    wanted = {"name": "Y Mới", "login": "y.moi", "role": "supervisor", "unit": [DAK_HA]}
    for days in ({"from": "2027-01-02", "to": "2027-01-01"}, {"to": "2025-12-31"}):
        page = post(admin, "/accounts/new", **wanted, **days)
        assert (page.status_code, "Y Mới" in page.text) == (400, True)
    with world.services.reading(Operator()) as uow:
        assert uow.accounts.by_login("y.moi") is None


def test_nobody_stands_in_for_an_account_that_is_closed(world, admin):
    gone = make_account(world.services, "da.nghi", (Role.SUPERVISOR, DAK_HA), name="Người đã nghỉ mẫu")
    other = make_account(world.services, "can.bo", (Role.ANALYST, DAK_HA), name="Cán bộ mẫu")
    assert post(admin, f"/accounts/{gone}/close").status_code == 303
    assert "Người đã nghỉ mẫu" not in admin.get(f"/accounts/{other}").text
    given = {"role": "supervisor", "unit": [DAK_HA], "for": gone, "to": "2026-12-31"}
    assert post(admin, f"/accounts/{other}/posts", **given).status_code == 404


def test_a_new_account_is_shown_its_password_once_and_must_change_it_before_anything_else(app, world, admin):
    page = post(admin, "/accounts/new", name="Y Mới", login="y.moi", role="supervisor", unit=[DAK_HA]).text
    password = password_on(page)
    client = signed_in(app, "y.moi", password)
    assert [client.get(one).headers["Location"] for one in ("/", "/submissions")] == ["/account", "/account"]
    assert (
        post(client, "/account/password", old="sai-mat-khau", new=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 400
    )
    assert post(client, "/account/password", old=password, new=NEW_PASSWORD, again="khác").status_code == 400
    assert post(client, "/account/password", old=password, new=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 303
    assert client.get("/submissions").status_code == 200
    assert password not in admin.get(f"/accounts/{account_id(world, 'y.moi')}").text


def test_a_commune_gives_posts_in_its_own_territory_and_nobody_to_themselves(app, world, admin):
    make_account(world.services, "nguoi.khac", (Role.SUPERVISOR, TU_MO_RONG), name="Người nơi khác")
    make_account(world.services, "hai.noi", (Role.SUPERVISOR, DAK_HA), (Role.ANALYST, PROVINCE), name="Hai nơi mẫu")
    listed = admin.get("/accounts").text
    assert ("Hai nơi mẫu" in listed, "Người nơi khác" in listed, "Tỉnh" in listed.partition("<main")[2]) == (
        True,
        False,
        False,
    )
    mine, other, both = (account_id(world, one) for one in ("quan.tri", "nguoi.khac", "hai.noi"))
    given = {"role": "supervisor", "unit": [DAK_HA]}
    assert post(admin, f"/accounts/{other}/posts", **given).status_code == 404
    assert post(admin, f"/accounts/{mine}/posts", **given).status_code == 403
    assert post(admin, f"/accounts/{both}/posts", role="analyst", unit=[PROVINCE]).status_code == 404
    assert post(admin, f"/accounts/{both}/posts", role="analyst", unit=[DAK_HA]).status_code == 303
    assert [post(admin, f"/accounts/{both}/{one}").status_code for one in ("password", "close")] == [409, 409]
    assert post(admin, f"/accounts/{both}/posts/end", post=marks(admin, both)[0]).status_code == 303
    assert client_of(app, world, "hai.noi").get("/submissions").status_code == 403


def test_incident_officers_are_made_and_seen_by_officers_alone_and_a_reset_shuts_their_work(app, world, admin):
    make_account(
        world.services, "vu.viec", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA), name="Phụ trách mẫu"
    )
    officer = account_id(world, "vu.viec")
    page = admin.get(f"/accounts/{officer}").text
    assert ("Người duyệt phiếu" in page, "vụ việc" in page.lower()) == (True, False)
    assert post(admin, f"/accounts/{officer}/posts", role="incident_officer", unit=[DAK_HA]).status_code == 404
    password = password_on(post(admin, f"/accounts/{officer}/password").text)
    client = signed_in(app, "vu.viec", password)
    post(client, "/account/password", old=password, new=NEW_PASSWORD, again=NEW_PASSWORD)
    hidden, absent = client.get("/second-step"), client.get("/nothing-of-the-kind")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)
    both = ((Role.ADMINISTRATOR, PROVINCE), (Role.INCIDENT_OFFICER, PROVINCE))
    make_account(world.services, "tinh", *both, name="Tỉnh mẫu")
    above = client_of(app, world, "tinh", elevated=True)
    assert "Mở lại phần vụ việc" in above.get(f"/accounts/{officer}").text
    assert post(above, f"/incidents/accounts/{officer}/reopen").status_code == 303
    assert client.get("/second-step").status_code == 200


def test_a_deputy_holds_the_post_for_its_days_and_what_they_decide_names_whose_it_was(app, world, admin):
    away = make_account(world.services, "di.vang", (Role.SUPERVISOR, DAK_HA), name="Người đi vắng mẫu")
    deputy = make_account(world.services, "lam.thay", (Role.ANALYST, DAK_HA), name="Người làm thay mẫu")
    given = {"role": "supervisor", "unit": [DAK_HA], "for": away}
    assert post(admin, f"/accounts/{deputy}/posts", **given).status_code == 400
    assert post(admin, f"/accounts/{deputy}/posts", **given, to="2026-10-08").status_code == 303
    with world.services.reading(Operator()) as uow:
        actor = uow.accounts.actor(deputy)
        target = Target(world.records["37"], uow.records.one(world.records["37"]).version_id)
    decision = Decision(Verdict.APPROVE, "", (target,), spares_flagged=False)
    review_submissions(world.services, actor, decision, Desk.EVERYDAY)
    with world.services.reading(Operator()) as uow:
        filters = DeedFilters(is_sensitive=False, kinds=frozenset({DeedKind.APPROVED}))
        (kept,) = uow.deeds.page(filters, after=None, size=5)
    assert (kept.login, kept.stands_in_for) == ("lam.thay", "Người đi vắng mẫu")
    assert "duyệt thay, được Người đi vắng mẫu ủy quyền" in admin.get("/history?group=decisions").text
    own = client_of(app, world, "lam.thay").get(f"/submissions/{world.records['37']}?state=all").text
    assert "Người làm thay mẫu (thay Người đi vắng mẫu)" in own.partition("Lịch sử thao tác</h2>")[2]
    world.services.now.advance(days=4)
    assert client_of(app, world, "lam.thay").get("/submissions").status_code == 403


def test_ones_own_sign_ins_are_listed_and_ended_and_a_new_password_ends_the_others(app, world, admin):
    elsewhere = client_of(app, world, "quan.tri")
    page = admin.get("/account").text
    mark = re.search(r'name="mark" value="([0-9a-f]{16})"', page)[1]
    assert page.count('class="panel"') == 2
    assert post(admin, "/account/sign-ins", mark=mark).status_code == 303
    assert elsewhere.get("/accounts").status_code == 303
    third = client_of(app, world, "quan.tri")
    assert post(admin, "/account/password", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 303
    assert third.get("/accounts").status_code == 303
    assert admin.get("/accounts").status_code == 200
    assert post(admin, "/account/sign-ins", mark="0" * 16).status_code == 404


def test_a_province_of_accounts_is_read_piece_by_piece_and_searched_without_accents(app, world):
    for number in range(45):
        make_account(world.services, f"can.bo.{number:02}", (Role.SUPERVISOR, DAK_HA), name=f"Cán bộ {number:02} (mẫu)")
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG), name="Người xã khác (mẫu)")
    make_account(world.services, "tinh.quan.tri", (Role.ADMINISTRATOR, PROVINCE), name="Quản trị tỉnh mẫu")
    admin = client_of(app, world, "tinh.quan.tri")
    first = admin.get("/accounts").text
    assert first.count('<li class="record">') == 40
    rest = admin.get(re.search(r'href="([^"]*from=40[^"]*)"', first)[1].replace("&amp;", "&")).text
    assert {one for one in range(45) if f"Cán bộ {one:02} (mẫu)" in first + rest} == set(range(45))
    assert len(first.encode()) < 60_000
    found = admin.get("/accounts?q=tu+mo+rong").text
    assert (found.count('<li class="record">'), "Người xã khác" in found) == (1, True)
    assert "Không thấy ai." in admin.get("/accounts?q=khong+co").text

"""The page of who has sent: in words besides colour, for everybody who reads figures, as a file, in few statements."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, example, make_account, send

from server.access.roles import Role
from tests.web.console.test_figure_pages import row_of
from tests.web.console.test_statement_counts import counted


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


@pytest.fixture
def dak_ha(world):
    return world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id


def test_a_commune_says_what_came_and_what_is_still_to_come(client, dak_ha):
    text = client.get("/completeness").text
    row = row_of(text, "Xã Đăk Hà")
    assert "còn" in row
    assert row.endswith("3 đã duyệt 0 1 / 4 Đang gửi")
    assert row_of(text, "Xã Ya Ly").endswith("Chưa gửi phiếu nào")
    assert "xã, phường chưa gửi phiếu nào." in text
    villages = client.get(f"/completeness?within={dak_ha}").text
    assert "3/4 thôn chưa gửi phiếu nào." in villages


def test_the_number_of_records_opens_them(client, world, dak_ha):
    form_key = 1
    page = client.get(f"/submissions?form={form_key}&unit={dak_ha}&of=2026&state=all").text
    assert f'href="/submissions?form={form_key}&amp;unit={dak_ha}&amp;of=2026&amp;state=all"' in (
        client.get("/completeness").text
    )
    assert page.count('<li class="record') == 3
    assert client.get(f"/submissions?unit={dak_ha}&of=2025&state=all").text.count('<li class="record') == 0
    assert client.get("/submissions?of=never&state=all").status_code == 200


def test_others_read_the_same_and_an_analyst_opens_nothing(app, client, world):
    ours = row_of(client.get("/completeness").text, "Xã Đăk Hà")
    for login, role, unit in (("hai", Role.SUPERVISOR, TU_MO_RONG), ("ba", Role.ANALYST, PROVINCE)):
        make_account(world.services, login, (role, unit))
        text = client_of(app, world, login).get("/completeness").text
        assert row_of(text, "Xã Đăk Hà") == ours
        assert ("/submissions?form=" in text) is (role is Role.SUPERVISOR)


def test_the_sealed_form_is_not_there(client):
    text = client.get("/completeness").text
    assert "Phiếu B" not in text
    assert [client.get(f"/completeness?form={key}").status_code for key in range(1, 6)].count(200) == 2


def test_the_table_is_a_file_too(client):
    answer = client.get("/completeness.csv?lang=en")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="completeness-2026-2-ung-xu-trong-gia-dinh.csv"'
    )
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    here = dict(zip(rows[2], next(one for one in rows if one[:1] == ["Xã Đăk Hà"]), strict=True))
    assert (here["Records received"], here["Places that sent"], here["How far"]) == ("3", "1", "Under way")
    assert client.get("/completeness.xlsx").status_code == 200
    assert client.get("/completeness.pdf").status_code == 404


def test_it_costs_the_same_for_few_and_for_many(client, world, dak_ha):
    def cost(address):
        client.get(address)
        with counted(world.services.engine) as statements:
            answer = client.get(address)
        assert (answer.status_code, len(answer.data) < 60_000) == (200, True)
        return len(statements)

    pages = ("/completeness", f"/completeness?within={dak_ha}", "/completeness?year=2024")
    few = [cost(page) for page in pages]
    for number in range(100, 120):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    assert [cost(page) for page in pages] == few
    assert max(few) <= 12

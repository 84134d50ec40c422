"""Public tables on screen and as files: what is hidden is a sign and a word, and nowhere a number."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from console_world import PASSWORD, PROVINCE, client_of, csrf_of
from release_world import YEAR, A, B, C, ReleaseWorld

from server.access.roles import Role
from server.app import create_app
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.release_tables import freeze_release
from server.storage.models.releases import ReleaseRow
from tests.web.console.test_statement_counts import counted

TABLES = f"/published/tables?project=1&plan=cong-khai&year={YEAR}"
SMALL = 3
"""Cases of a commune whose count must stand nowhere."""


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def made_world(services):
    world = ReleaseWorld(services)
    world.cases(A, 21)
    world.cases(B, SMALL, quarter=2)
    world.cases(C, 17, quarter=2)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


@pytest.fixture
def app(world):
    return create_app(world.services)


@pytest.fixture
def reader(app, world):
    """Somebody who reads figures and nothing else."""
    posts = (NewPost(Role.ANALYST, (PROVINCE,)),)
    add_account(world.services, NewAccount("phan.tich", "Người xem số liệu (mẫu)", posts, PASSWORD))
    return client_of(app, world, "phan.tich")


def words(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def row(text, name):
    return words(re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', text, re.DOTALL)[1])


def test_before_anything_is_frozen_there_is_nothing_to_read(reader):
    assert "Chưa có bảng nào được công khai." in reader.get("/published").text
    assert reader.get(TABLES).status_code == 404


def test_what_is_hidden_says_so_and_what_was_not_reported_too(reader, world):
    freeze_release(world.services, world.order())
    listed = reader.get("/published").text
    address = re.search(r'href="(/published/tables[^"]+)"', listed)[1].replace("&amp;", "&")
    text = reader.get(address).text
    territory = world.services.atlas.current().territory
    names = {code: territory.find(code, world.services.today()).name for code in (A, B, C)}
    assert row(text, names[A]) in {"21", "■ ẩn"}
    assert row(text, names[B]) == "■ ẩn"
    assert row(text, "Xã Ya Ly") == "chưa báo cáo"
    for place in names.values():
        assert re.search(rf"\b{SMALL}\b", row(text, place)) is None
    assert "SHA-256" in text
    assert "“Ẩn” là ô có số nhỏ" in text


def test_the_files_hold_what_the_page_shows_and_no_hidden_number(reader, world):
    freeze_release(world.services, world.order())
    answer = reader.get(TABLES.replace("tables?", "tables.csv?"))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="release-cong-khai-{YEAR}-r1.csv"'
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))[3:]
    assert {(bool(count), why) for *_, count, why in rows} == {
        (True, ""), (False, "ẩn"), (False, "chưa báo cáo"),
    }  # fmt: skip
    assert str(SMALL) not in {count for *_, count, _ in rows}
    assert reader.get(TABLES.replace("tables?", "tables.xlsx?")).status_code == 200


def test_an_officer_freezes_on_the_page_and_only_when_sure(app, world, reader):
    officer = client_of(app, world, "duyet.mau", elevated=True)
    assert "Chốt bảng công khai" in officer.get("/published").text
    assert "Chốt bảng công khai" not in reader.get("/published").text
    page = officer.get("/incidents/published").text
    assert f"Tính và chốt năm {YEAR}" in page
    typed = {"project": world.project_id, "plan": "cong-khai", "year": YEAR, "csrf_token": csrf_of(officer)}
    assert officer.post("/incidents/published", data=typed).status_code == 400
    assert "Chưa có bảng nào" in reader.get("/published").text
    made = officer.post("/incidents/published", data=typed | {"is_sure": "1"})
    assert made.status_code == 303
    assert "bản 1" in officer.get(made.headers["Location"]).text
    assert "bản 1" in reader.get(TABLES).text
    again = officer.post("/incidents/published", data=typed | {"is_sure": "1", "again": "1"})
    assert (again.status_code, "không cần bản mới" in again.text) == (409, True)
    assert "Duyệt" not in reader.get("/incidents/published").text
    assert reader.get("/incidents/published").status_code == 404


def test_who_signs_and_does_nothing_else_reads_what_was_signed(app, world):
    """An incident officer needs no post that reads figures to look at the tables their own name stands under."""
    posts = (NewPost(Role.INCIDENT_OFFICER, (PROVINCE,)),)
    add_account(world.services, NewAccount("chi.vu.viec", "Cán bộ chỉ có vụ việc (mẫu)", posts, PASSWORD))
    officer = client_of(app, world, "chi.vu.viec", elevated=True)
    typed = {"project": world.project_id, "plan": "cong-khai", "year": YEAR, "csrf_token": csrf_of(officer)}
    made = officer.post("/incidents/published", data=typed | {"is_sure": "1"})
    text = officer.get(made.headers["Location"]).text
    assert "bản 1" in text
    file = re.search(r'href="([^"]+tables\.csv[^"]+)"', text)[1].replace("&amp;", "&")
    assert officer.get(file).status_code == 200
    assert made.headers["Location"].replace("&", "&amp;") in officer.get("/incidents/published").text
    assert officer.get(TABLES).status_code == 403


def test_no_exact_count_is_on_the_signing_page(app, world):
    officer = client_of(app, world, "duyet.mau", elevated=True)
    shown = words(officer.get("/incidents/published").text)
    assert not {"21", "17"} & set(re.findall(r"\b\d+\b", shown))


def test_pages_cost_few_statements_and_little_to_send(reader, world):
    freeze_release(world.services, world.order())
    for page in ("/published", TABLES, f"{TABLES}&lang=en"):
        with counted(world.services.engine) as statements:
            answer = reader.get(page)
        assert (answer.status_code, len(statements) <= 12, len(answer.data) < 60_000) == (200, True, True)


def test_the_table_of_a_revision_is_what_was_frozen(reader, world):
    freeze_release(world.services, world.order())
    with world.services.engine.connect() as connection:
        hashes = connection.execute(ReleaseRow.__table__.select()).mappings().all()
    text = reader.get(TABLES).text
    assert all(one["sha256"] in text for one in hashes)

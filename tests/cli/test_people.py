"""Projects, collaborators and accounts from the command line."""

from __future__ import annotations

import base64
import json
import re
import zlib

import pytest

from server.operations.passwords import is_password
from server.storage.visible import Operator


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def test_a_project_is_made_with_its_practice_twin(shell):
    made = shell.json("project", "add", "Gia đình (mẫu)", "--practice")
    assert [one["kind"] for one in made] == ["main", "practice"]
    assert made[1]["name"] == "LÀM THỬ – không tính số liệu"
    assert shell.json("project", "list") == made


def test_a_project_that_is_there_is_refused_in_words(shell, project):
    answer = shell.run("project", "add", "Gia đình (mẫu)", code=1)
    assert "Đã có dự án “Gia đình (mẫu)”" in answer.stderr
    assert answer.stdout == ""


def test_refusals_are_english_where_english_is_asked_for(shell, project):
    assert "There is a project" in shell.run("--lang", "en", "project", "add", "Gia đình (mẫu)", code=1).stderr


def test_a_collaborator_gets_what_her_phone_needs(shell, project):
    main = project[0]
    made = shell.json("collaborator", "add", "--project", main, "--name", "Y Bét (mẫu)", "--unit", "23500-01")
    assert {"server_url", "token", "username", "password", "qr"} <= made.keys()
    assert re.fullmatch(r"[A-Za-z0-9]{64}", made["token"])
    assert made["server_url"] == f"http://field.test:8000/v1/key/{made['token']}/projects/{main}"
    assert made["username"].isascii()
    settings = json.loads(zlib.decompress(base64.b64decode(made["qr"])))
    assert settings["general"]["server_url"] == made["server_url"]
    assert settings["general"]["form_update_mode"] == "match_exactly"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_a_code_no_phone_can_use_is_told(shell, project, address):
    add = ["collaborator", "add", "--project", project[0], "--name", "Y Bét (mẫu)", "--unit", "23500-01"]
    assert "--lan" not in shell.run(*add).stderr
    shell.environment["NEPNHA_PUBLIC_URL"] = address
    told = shell.run(*add).stderr
    assert "--lan" in told
    assert "NEPNHA_PUBLIC_URL" in told


def test_a_project_may_be_named_instead_of_numbered(shell, project):
    made = shell.json("collaborator", "add", "--project", "Gia đình (mẫu)", "--name", "A Tik (mẫu)", "--unit", "23500")
    assert made["server_url"].endswith(f"/projects/{project[0]}")


def test_the_code_is_written_as_svg_and_png(shell, project, tmp_path):
    svg, png = tmp_path / "code.svg", tmp_path / "code.png"
    shell.run("collaborator", "add", "--project", project[1], "--name", "Y Bét (mẫu)", "--unit", "23500",
              "--svg", svg, "--png", png)  # fmt: skip
    assert b"<svg" in svg.read_bytes()
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_unit_is_meant_as_of_today_unless_it_names_a_day(shell, project):
    enrol = ["collaborator", "add", "--project", project[0], "--name", "A Tik (mẫu)", "--unit"]
    shell.run(*enrol, "23503@2025-06-30")
    refused = shell.run(*enrol, "23521", code=1)
    assert "23521" in refused.stderr


def test_a_revoked_collaborator_is_unknown_from_then_on(shell, project):
    made = shell.json("collaborator", "add", "--project", project[0], "--name", "Y Bét (mẫu)", "--unit", "23500")
    assert "Y Bét (mẫu)" in shell.says("collaborator", "revoke", made["username"])
    shell.run("collaborator", "revoke", "999", code=1)


def test_an_account_s_made_up_password_is_printed_once_and_works(shell, services, units):
    made = shell.json("account", "add", "--login", "giamsat", "--role", "supervisor", "--unit", "23500")
    with services.reading(services.operator()) as uow:
        account = uow.accounts.by_login("giamsat")
    assert is_password(made["password"], account.password_hash)


def test_a_password_can_be_given_on_standard_input(shell, services, units):
    account = ["account", "add", "--login", "giamsat", "--role", "supervisor", "--unit", "23500", "--password-stdin"]
    said = shell.says(*account, given="mat-khau-rat-dai\n")
    assert "mat-khau-rat-dai" not in said
    with services.reading(services.operator()) as uow:
        assert is_password("mat-khau-rat-dai", uow.accounts.by_login("giamsat").password_hash)


def test_a_password_too_short_is_refused(shell, units):
    account = ["account", "add", "--login", "giamsat", "--role", "supervisor", "--unit", "23500", "--password-stdin"]
    assert "Mật khẩu cần" in shell.run(*account, given="ngan\n", code=1).stderr


def test_a_role_that_is_none_is_wrong_use(shell):
    shell.run("account", "add", "--login", "x", "--role", "user", "--unit", "23500", code=2)


def test_a_code_that_cannot_be_written_enrols_nobody(shell, units, tmp_path):
    shell.run("project", "add", "Thử")
    lost = tmp_path / "no-such-folder" / "code.png"
    add = ["collaborator", "add", "--project", 1, "--name", "Y Mẫu", "--unit", "23500"]
    assert "no-such-folder" in shell.run(*add, "--png", lost, code=1).stderr
    assert shell.json(*add)["collaborator_id"] == 1


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_written_code_is_read_by_its_owner_alone(shell, units, tmp_path, kind):
    shell.run("project", "add", "Thử")
    path = tmp_path / f"code.{kind}"
    path.touch(mode=0o644)
    shell.run("collaborator", "add", "--project", 1, "--name", "Y Mẫu", "--unit", "23500", f"--{kind}", path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_units_file_in_another_encoding_is_refused_with_its_cure(shell, tmp_path):
    path = tmp_path / "units.csv"
    path.write_bytes("mã,tên\n".encode("utf-16"))
    assert "CSV UTF-8" in shell.run("units", "load", path, code=1).stderr


def test_every_wrong_line_of_a_units_file_is_told_with_its_cure(shell, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind,parent_code,valid_from,valid_to,successor_code\n51,,province,,,,\n52,B,làng,,,,\n")
    told = shell.run("units", "load", path, code=1).stderr
    assert "có 2 chỗ sai" in told
    assert "Dòng 2, cột name: " in told
    assert "Dòng 3, cột kind: " in told
    facts = json.loads(shell.run("units", "load", path, "--json", code=1).stdout)
    assert [(one["line"], one["column"]) for one in facts] == [(2, "name"), (3, "kind")]
    assert all(one["message"] for one in facts)


def test_the_last_administrator_is_let_in_again_and_an_account_is_closed(shell, services, units):
    """Where nobody is left who could do it at the console: with a password made up, to be changed at once."""
    shell.run("account", "add", "--login", "quantri", "--role", "administrator", "--unit", "51")
    given = shell.json("account", "password", "QuanTri")["password"]
    with services.reading(Operator()) as uow:
        known = uow.accounts.by_login("quantri")
    assert (is_password(given, known.password_hash), known.must_change_password) == (True, True)
    said = shell.says("account", "password", "quantri", "--password-stdin", given="mat-khau-rat-dai\n")
    with services.reading(Operator()) as uow:
        known = uow.accounts.by_login("quantri")
    assert (is_password("mat-khau-rat-dai", known.password_hash), known.must_change_password) == (True, False)
    assert "mat-khau" not in said
    assert "Đã đóng tài khoản quantri" in shell.says("account", "close", "quantri")
    with services.reading(Operator()) as uow:
        assert uow.accounts.by_login("quantri").disabled_at is not None
    assert "Không có tài khoản “khong.co”" in shell.run("account", "password", "khong.co", code=1).stderr

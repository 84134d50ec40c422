"""Forms from the command line: checked, published, offered, printed."""

from __future__ import annotations

import json
import shutil

import pytest

SURVEY = "household_conduct_survey"
NAMED = "--audience", "named"


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def broken(tmp_path):
    """A form with a constraint that calls a function nobody knows."""
    path = tmp_path / "form.md"
    path.write_text(
        "| survey |\n| | type | name | label | constraint |\n| | integer | n | Số người | guess(.) > 1 |\n"
        "| settings |\n| | form_id | version | form_title |\n| | thu | 1 | Thử |\n",
        encoding="utf-8",
    )
    return path


def test_a_good_form_is_checked_without_settings(shell, forms):
    shell.environment = {"NEPNHA_SECRET_KEY": ""}
    assert "0 lỗi" in shell.says("form", "check", forms / SURVEY)


def test_every_fault_of_a_bad_form_is_told_with_its_place(shell, broken):
    answer = shell.run("form", "check", broken, "--json", code=1)
    faults = [one for one in json.loads(answer.stdout) if one["severity"] == "error"]
    assert [(one["sheet"], one["row"]) for one in faults] == [("survey", 2)]
    assert "guess" in faults[0]["message"]


def test_a_bad_form_is_not_published(shell, project, broken):
    assert "guess" in shell.run("form", "publish", broken, "--project", project[0], code=1).stderr


def test_a_folder_is_published_once_and_then_known(shell, forms, project):
    publish = ["form", "publish", forms / SURVEY, "--project", project[0]]
    assert shell.json(*publish)["is_new"] is True
    assert shell.json(*publish)["is_new"] is False


def test_a_ready_xform_is_published_with_the_measures_beside_it(shell, forms, project, tmp_path):
    folder = tmp_path / "training_event"
    shutil.copytree(forms / "training_event", folder, ignore=shutil.ignore_patterns("form.xlsx"))
    assert shell.json("form", "publish", folder / "form.xml", "--project", project[0])["form_id"] == "training_event"


def test_the_form_of_incidents_reaches_no_phone_by_a_forgotten_option(shell, forms, project):
    told = shell.run("form", "publish", forms / "incident", "--project", project[0], code=1).stderr
    assert "--sensitive" in told
    shell.run("form", "publish", forms / "incident", "--project", project[0], "--sensitive")


def test_a_file_of_another_kind_is_refused_with_the_kinds_there_are(shell, tmp_path):
    picture = tmp_path / "ma.png"
    picture.write_bytes(b"\x89PNG")
    assert ".xlsx" in shell.run("form", "check", picture, code=1).stderr


def test_a_known_version_offered_to_others_says_so(shell, forms, project):
    publish = ["form", "publish", forms / SURVEY, "--project", project[0]]
    shell.run(*publish)
    assert "Không có gì mới" in shell.says(*publish)
    told = shell.says(*publish, "--audience", "units", "--unit", "23500")
    assert "Không có gì mới" not in told
    assert "đã phát theo lựa chọn mới" in told


def test_a_practice_project_takes_no_forms_of_its_own(shell, forms, project):
    assert "dự án chính" in shell.run("form", "publish", forms / SURVEY, "--project", project[1], code=1).stderr


def test_a_sensitive_form_is_for_nobody_until_phones_are_named(shell, forms, project, services):
    main = project[0]
    publish = ["form", "publish", forms / "incident", "--project", main, "--sensitive"]
    version_id = shell.json(*publish)["version_id"]
    officer = shell.json("collaborator", "add", "--project", main, "--name", "Cán bộ (mẫu)", "--unit", "23500")
    with services.reading(services.operator()) as uow:
        before = uow.forms.version_by_id(version_id).audience
    shell.run(*publish, *NAMED, "--collaborator", officer["collaborator_id"])
    with services.reading(services.operator()) as uow:
        after = uow.forms.version_by_id(version_id)
    assert before == "nobody"
    assert (after.audience, after.audience_collaborators) == ("named", {officer["collaborator_id"]})


def test_a_blank_is_printed_in_vietnamese_and_english(shell, forms, project, tmp_path):
    shell.run("form", "publish", forms / "training_event", "--project", project[0])
    blank = tmp_path / "blank.html"
    shell.run("form", "print", "training_event", "--output", blank)
    assert "<html" in blank.read_text(encoding="utf-8")


def test_no_blank_is_printed_of_a_sensitive_form(shell, forms, project, tmp_path):
    shell.run("form", "publish", forms / "incident", "--project", project[0], "--sensitive")
    blank = tmp_path / "blank.html"
    shell.run("form", "print", "phieu_b", "--output", blank, code=1)
    assert not blank.exists()


def test_a_folder_without_a_form_is_refused_in_words(shell, project, tmp_path):
    assert "form.xlsx" in shell.run("form", "publish", tmp_path, "--project", project[0], code=1).stderr

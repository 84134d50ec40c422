"""Lists, their reach, people on the move and empty lists from the command line."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from server.operations.envelope import Envelope
from server.operations.identify_sender import sender_by_token
from server.operations.receive_submission import receive_submission
from tests.cli.conftest import Shell, with_project
from tests.register_field import NEIGHBOUR, REGISTER, VILLAGE, created, entity_id


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def workbook(folder, version):
    path = folder / f"{version}.md"
    path.write_text(REGISTER.format(version=version), encoding="utf-8")
    return path


@pytest.fixture
def form(tmp_path):
    return lambda version: workbook(tmp_path, version)


def with_households(services):
    """Publish the form, enrol a collaborator with a household and one whose village has none yet.

    Return the projects' numbers and what was said of the first.
    """
    project, shell = with_project(services), Shell.over(services)
    with TemporaryDirectory() as folder:
        first = shell.run("form", "publish", workbook(Path(folder), "2026100101"), "--project", project[0])
    assert "danh sách households chưa có dòng nào" in first.stderr
    add = ["collaborator", "add", "--project", project[0], "--name"]
    made = shell.json(*add, "Y Bét (mẫu)", "--unit", VILLAGE)
    sender = sender_by_token(services, project[0], made["token"])
    receive_submission(services, sender, Envelope(created(entity_id()), (), "collect:phone"))
    other = shell.run(*add, "Y Hằng (mẫu)", "--unit", NEIGHBOUR)
    assert "danh sách households còn trống trên máy của 1 cộng tác viên: Y Hằng (mẫu)" in other.stderr
    return project, made


@pytest.fixture
def beginning():
    return with_households


@pytest.fixture
def project(begun):
    return begun[0]


@pytest.fixture
def enrolled(begun):
    return begun[1]


def test_lists_are_shown_with_reach_and_numbers(shell, project, enrolled):
    (line,) = shell.json("register", "list", "--project", project[0])
    assert (line["name"], line["reach"], line["size"]["listed"]) == ("households", "posts", 1)
    assert "households: 1 dòng, tới máy của người phụ trách thôn ấy" in shell.says("register", "list", "--project", 1)


def test_a_reach_is_changed_and_an_emptying_one_refused(shell, project, enrolled):
    reach = ["register", "reach", "households", "--project", project[0], "--reach"]
    assert "tới máy của người trong xã" in shell.says(*reach, "communes")
    refused = shell.run(*reach, "posts", code=1)
    assert "Y Hằng (mẫu)" in refused.stderr
    assert "--allow-empty-lists" in refused.stderr
    told = shell.run(*reach, "posts", "--allow-empty-lists")
    assert "Y Hằng (mẫu)" in told.stderr
    shell.run("register", "reach", "nothing", "--project", project[0], "--reach", "posts", code=1)
    shell.run(*reach, "everybody", code=2)


def test_publishing_is_refused_in_words_and_allowed_on_demand(shell, project, enrolled, form):
    publish = ["form", "publish", form("2026100102"), "--project", project[0]]
    refused = shell.run(*publish, code=1)
    assert "1 cộng tác viên sẽ nhận danh sách trống (households): Y Hằng (mẫu)" in refused.stderr
    assert "1 collaborators would get" in shell.run("--lang", "en", *publish, code=1).stderr
    assert "Y Hằng (mẫu)" in shell.run(*publish, "--allow-empty-lists").stderr
    assert shell.json(*publish, "--audience", "all", "--allow-empty-lists")["empty_lists"][0]["name"] == "households"


def test_somebody_is_moved_and_told_so(shell, project, enrolled):
    move = ["collaborator", "move", enrolled["username"]]
    assert "Y Bét (mẫu)" in shell.run(*move, "--unit", NEIGHBOUR, code=1).stderr
    said = shell.says(*move, "--unit", "23500", "--until", "2099-12-31")
    assert "Y Bét (mẫu) làm ở Xã Đăk Hà từ " in said
    assert "đến hết 31/12/2099" in said
    moved = shell.json(*move, "--unit", NEIGHBOUR, "--allow-empty-lists")
    assert moved["places"] == ["Thôn Đăk La (mẫu)"]
    assert "thôi địa bàn hiện nay sau ngày 31/12/2098" in shell.says(*move, "--until", "2098-12-31")
    assert "Chưa rõ chuyển đi đâu" in shell.run(*move, code=1).stderr
    shell.run(*move, "--until", "hôm nay", code=2)


def test_households_registered_twice_are_looked_for(shell, project, enrolled, services):
    from server.operations.envelope import Envelope
    from server.operations.identify_sender import sender_by_token
    from server.operations.receive_submission import receive_submission

    sender = sender_by_token(services, project[0], enrolled["token"])
    for _ in range(2):
        told = {"spouse_name": "Y Bét", "house_no": "37"}
        receive_submission(services, sender, Envelope(created(entity_id(), **told), (), "collect:phone"))
    assert shell.json("register", "suspects") == {"households": 3, "compared": 3, "found": 1}
    assert "Đã xem 3 hộ, so 3 cặp, thêm 0 cặp nghi trùng." in shell.says("register", "suspects")

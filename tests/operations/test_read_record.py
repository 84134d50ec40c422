"""One record: its own words, its files, what changed, what comes next, and nothing out of sight."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, JPEG, PROVINCE, TU_MO_RONG, VILLAGE_1, example, send

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.errors import NotFound
from server.operations.browse_submissions import Question
from server.operations.read_attachment import DOWNLOAD, read_attachment, shown_type
from server.operations.read_record import read_record
from server.operations.sights import Desk

EVERYDAY = Question(Desk.EVERYDAY)


@pytest.fixture
def account(world):
    return officer(world, DAK_HA)


def officer(world, unit, role=Role.SUPERVISOR):
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(AccountId(1), "ai.do", (Post(role, unit_id, None, None),), elevated=True)


def read(world, account, name, question=EVERYDAY, version_id=None):
    return read_record(world.services, account, world.records[name], question=question, version_id=version_id)


def said(view):
    """Return what is answered, as words, by the name of the question."""
    return {
        one.name: [chosen.label.in_language("vi") for chosen in one.chosen] or one.text
        for one in view.answers.answers()
        if one.is_question
    }


def test_answers_are_said_in_the_words_of_form_list_and_territory(world, account):
    answers = said(read(world, account, "37"))
    assert answers["visit_result"] == ["Gặp được"]
    assert answers["commune"] == ["Xã Đăk Hà"]
    assert answers["village"] == ["Thôn 1 (mẫu)"]
    assert answers["household"] == ["A Tik – vợ Y Bét – hộ 37 (mẫu)"]
    assert answers["hh_relations"] == ["Vợ chồng", "Cha mẹ và con", "Anh chị em"]


def test_a_household_out_of_sight_is_not_called_by_its_name(world):
    text = example("household_conduct_survey", "couple_with_children", 1037).decode()
    moved = text.replace("<commune>23500<", f"<commune>{TU_MO_RONG}<").replace(
        "<village>23500-01<", "<village>23425-01<"
    )
    world.records["moved"] = send(world, "A Mẫu", moved.encode()).submission_id
    there, everywhere = officer(world, TU_MO_RONG), officer(world, PROVINCE)
    assert said(read(world, there, "moved"))["household"] == ["7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"]
    assert said(read(world, everywhere, "moved"))["household"] == ["A Tik – vợ Y Bét – hộ 37 (mẫu)"]


def test_findings_come_with_the_path_of_their_question(world, account):
    worst = read(world, account, "41").findings[0]
    assert (worst.severity, worst.path) == ("error", "/data/answers/about/respondent")


def test_an_edit_is_compared_with_the_version_before(world, account):
    xml = example("household_conduct_survey", "couple_with_children", 1037, hh_poverty="near_poor").decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    view = read(world, account, "37")
    edit, first = view.history
    assert ([change.path for change in edit.changes], first.changes) == (["/answers/about/hh_poverty"], None)
    before = read(world, account, "37", version_id=first.line.version_id)
    assert said(before)["hh_poverty"] == ["Hộ nghèo"]
    assert before.history == view.history


def test_the_next_record_is_the_next_of_the_list_and_the_last_has_none(world, account):
    assert read(world, account, "41").next_id == world.records["5"]
    assert read(world, account, "37").next_id is None


@pytest.mark.parametrize(
    ("unit", "role", "name", "desk"),
    [
        (TU_MO_RONG, Role.SUPERVISOR, "37", Desk.EVERYDAY),
        (DAK_HA, Role.ANALYST, "37", Desk.EVERYDAY),
        (DAK_HA, Role.SUPERVISOR, "incident", Desk.EVERYDAY),
        (DAK_HA, Role.INCIDENT_OFFICER, "37", Desk.INCIDENTS),
        (TU_MO_RONG, Role.INCIDENT_OFFICER, "incident", Desk.INCIDENTS),
    ],
)
def test_a_record_out_of_sight_is_not_there(world, unit, role, name, desk):
    with pytest.raises(NotFound):
        read(world, officer(world, unit, role), name, Question(desk))


def test_a_version_of_another_record_is_not_there(world, account):
    other = read(world, account, "5").shown.version_id
    with pytest.raises(NotFound):
        read(world, account, "37", version_id=other)


def test_a_file_is_read_in_sight_only(world, account):
    training = example("training_event", "club_meeting", 77, commune=DAK_HA, village=VILLAGE_1).decode()
    name = training.partition("<photo>")[2].partition("</photo>")[0] or "anh.jpg"
    receipt = send(world, "Y Mẫu", training.encode(), [(name, "text/html", JPEG)])
    world.records["training"] = receipt.submission_id
    (file,) = [one for one in read(world, account, "training").attachments if one.media_key]
    content = read_attachment(world.services, account, file.attachment_id, desk=Desk.EVERYDAY)
    assert (content.name, content.content_type, b"".join(content.chunks)) == (name, "image/jpeg", JPEG)
    stranger = officer(world, TU_MO_RONG)
    with pytest.raises(NotFound):
        read_attachment(world.services, stranger, file.attachment_id, desk=Desk.EVERYDAY)
    with pytest.raises(NotFound):
        read_attachment(world.services, account, file.attachment_id, desk=Desk.INCIDENTS)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (JPEG[:16], "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"<svg xmlns='http", DOWNLOAD),
        (b"<!doctype html>", DOWNLOAD),
        (b"GIF89a", DOWNLOAD),
        (b"", DOWNLOAD),
    ],
)
def test_what_a_file_is_is_told_by_its_first_bytes(first, expected):
    assert shown_type(first) == expected

"""Enrolling gives the phone all it needs once, and keeps only digests."""

import base64
import json
import zlib

import pytest
from sqlalchemy import select

from server.errors import Forbidden, InvalidInput, NotFound
from server.operations.add_collaborator import NewCollaborator, add_collaborator, new_key, revoke_collaborator
from server.operations.add_project import add_practice, add_project
from server.operations.identify_sender import may_read, sender_by_token
from server.storage.models.people import CollaboratorKeyRow, CollaboratorRow
from tests.builders import enrol, load_territory

pytestmark = pytest.mark.database


@pytest.fixture
def project(services):
    load_territory(services)
    return add_project(services, "Công tác gia đình (mẫu)")


def settings_in(qr: str) -> dict:
    return json.loads(zlib.decompress(base64.b64decode(qr)))


def test_the_qr_holds_what_collect_needs(services, project):
    enrolment = enrol(services, project.project_id, name="Y Bét (mẫu)")
    settings = settings_in(enrolment.qr)
    assert settings["general"]["server_url"] == enrolment.server_url
    assert not enrolment.server_url.endswith("/")
    assert settings["general"]["form_update_mode"] == "match_exactly"
    assert settings["general"]["autosend"] == "wifi_and_cellular"
    assert settings["general"]["navigation"] == "swipe_buttons"
    assert settings["general"]["font_size"].isdecimal()
    assert settings["admin"]["change_server"] is False
    assert settings["project"]["name"] == "Công tác gia đình (mẫu) – Y Bét (mẫu)"


def test_a_practice_phone_is_yellow_and_says_so(services, project):
    twin = add_practice(services, project.project_id)
    settings = settings_in(enrol(services, twin.project_id).qr)
    assert settings["project"]["name"].startswith("LÀM THỬ – không tính số liệu – ")
    assert settings["project"]["color"] == "#F2C200"


def test_a_phone_for_incidents_keeps_nothing(services, project):
    separate = add_project(services, "Công việc riêng", kind="separate")
    settings = settings_in(enrol(services, separate.project_id).qr)
    assert settings["general"]["delete_send"] is True
    for hidden in ("edit_saved", "view_sent", "save_as_draft", "delete_saved"):
        assert settings["admin"][hidden] is False


def test_user_names_are_ascii_and_their_own(services, project):
    enrolments = [enrol(services, project.project_id, name="Y Krông Đăk (mẫu)") for _ in range(3)]
    assert len({one.username for one in enrolments}) == 3
    assert all(one.username.isascii() and one.username.startswith("y-krong-dak") for one in enrolments)


def test_tokens_and_passwords_are_kept_as_digests_only(services, project):
    enrolment = enrol(services, project.project_id)
    assert len(enrolment.token) == 64
    with services.engine.connect() as connection:
        kept = repr(
            connection.execute(select(CollaboratorRow)).all() + connection.execute(select(CollaboratorKeyRow)).all()
        )
    assert enrolment.token not in kept
    assert enrolment.password not in kept


def test_showing_the_code_again_makes_another_key_and_ends_none(services, project):
    first = enrol(services, project.project_id)
    second = new_key(services, first.collaborator_id, label="thẻ in lại", ends_others=False)
    for enrolment in (first, second):
        assert may_read(sender_by_token(services, project.project_id, enrolment.token))


def test_a_change_of_phone_ends_the_old_key(services, project):
    first = enrol(services, project.project_id)
    second = new_key(services, first.collaborator_id, label="máy mới", ends_others=True)
    assert may_read(sender_by_token(services, project.project_id, second.token))
    with pytest.raises(Forbidden, match=r"openrosa\.token_revoked"):
        may_read(sender_by_token(services, project.project_id, first.token))


def test_a_revoked_person_gets_no_new_key(services, project):
    enrolment = enrol(services, project.project_id)
    revoke_collaborator(services, enrolment.collaborator_id, is_stolen=False)
    with pytest.raises(NotFound, match=r"collaborator\.unknown"):
        new_key(services, enrolment.collaborator_id, label="", ends_others=False)


@pytest.mark.parametrize(
    ("name", "units", "code"),
    [
        ("  ", ("23500",), "collaborator.no_name"),
        ("Y Bét (mẫu)", (), "collaborator.no_unit"),
        ("Y Bét (mẫu)", ("99999",), "territory.unknown_code"),
    ],
)
def test_a_person_without_name_or_place_is_refused(services, project, name, units, code):
    with pytest.raises(InvalidInput) as refused:
        add_collaborator(services, NewCollaborator(project.project_id, name, units))
    assert refused.value.code == code


def test_a_unit_may_be_named_as_of_another_day(services, project):
    enrolment = enrol(services, project.project_id, unit="23302@2025-06-30")
    sender = sender_by_token(services, project.project_id, enrolment.token)
    (unit_id,) = sender.post_units
    assert services.atlas.current().territory.name(unit_id, services.today()) == "Phường Lê Lợi"


def test_a_name_is_kept_on_one_line_and_refused_when_it_is_too_long(services):
    load_territory(services)
    project_id = add_project(services, "Dự án mẫu").project_id
    with pytest.raises(InvalidInput, match=r"collaborator\.name_too_long"):
        enrol(services, project_id, name="Y " + "ê" * 119)
    enrolment = enrol(services, project_id, name=" Y\0 Bét\n(mẫu) ")
    with services.reading(services.operator()) as uow:
        (line,) = uow.collaborators.lines(None, services.today(), collaborator_ids=[enrolment.collaborator_id])
    assert line.name == "Y Bét (mẫu)"

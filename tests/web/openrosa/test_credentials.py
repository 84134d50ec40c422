"""Digest over anything, Basic over TLS only, and a challenge Collect can answer."""

import socket

import pytest

from server.operations.add_collaborator import revoke_collaborator
from tests.builders import instance, make_field
from tests.collect_double import Phone, Survey
from tests.web.openrosa.conftest import LiveServer

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    """An address stands in what was handed out, so she is enrolled where this test's server listens."""
    return ()


@pytest.fixture
def field(services):
    return make_field(services)


@pytest.fixture
def environment(environment, live_port):
    return environment | {"NEPNHA_PUBLIC_URL": f"http://127.0.0.1:{live_port}"}


@pytest.fixture
def live_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(app, live_port):
    with LiveServer(app, live_port) as running:
        yield running


@pytest.fixture
def plain_url(server, field) -> str:
    return f"{server.url}/v1/projects/{field.project_id}"


def survey() -> Survey:
    xml = instance("uuid:11111111-1111-4111-8111-111111111111")
    return Survey("survey", "2026100101", "uuid:11111111-1111-4111-8111-111111111111", "Phiếu mẫu.xml", xml, {})


def phone_of(url: str, field, password: str | None = None) -> Phone:
    return Phone(url, username=field.enrolment.username, password=password or field.enrolment.password)


def test_a_phone_with_digest_gets_its_forms_and_sends(plain_url, field):
    phone = phone_of(plain_url, field)
    assert list(phone.sync().added) == ["survey"]
    sent = phone.send(survey())
    assert (sent.ok, sent.status) == (True, 201)


def test_a_phone_with_a_token_needs_no_credentials(server, field):
    phone = Phone(field.enrolment.server_url)
    assert list(phone.sync().added) == ["survey"]
    assert phone.send(survey()).ok


def test_a_wrong_password_is_401_with_a_challenge(plain_url, field, client):
    assert phone_of(plain_url, field, "wrong").send(survey()).status == 401
    answer = client.get(f"/v1/projects/{field.project_id}/formList")
    assert answer.status_code == 401
    challenges = answer.headers.getlist("WWW-Authenticate")
    assert [one.split()[0] for one in challenges] == ["Digest"]
    assert 'qop="auth"' in challenges[0]
    assert "algorithm=MD5" in challenges[0]


def test_basic_is_refused_over_plain_http(field, client):
    basic = (field.enrolment.username, field.enrolment.password)
    assert client.get(f"/v1/projects/{field.project_id}/formList", auth=basic).status_code == 401


def test_a_revoked_collaborator_reads_nothing_with_her_password(plain_url, field, services):
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=False)
    phone = phone_of(plain_url, field)
    assert phone.sync().error
    assert phone.send(survey()).status == 202


class TestOverTls:
    @pytest.fixture
    def environment(self, environment):
        return environment | {"NEPNHA_PUBLIC_URL": "https://field.test"}

    def test_both_schemes_are_offered_digest_first_on_lines_of_their_own(self, client, field):
        answer = client.get(f"/v1/projects/{field.project_id}/formList")
        schemes = [one.split()[0] for one in answer.headers.getlist("WWW-Authenticate")]
        assert schemes == ["Digest", "Basic"]

    def test_basic_is_accepted(self, client, field):
        basic = (field.enrolment.username, field.enrolment.password)
        assert client.get(f"/v1/projects/{field.project_id}/formList", auth=basic).status_code == 200
        wrong = (field.enrolment.username, "wrong")
        assert client.get(f"/v1/projects/{field.project_id}/formList", auth=wrong).status_code == 401

    def test_credentials_open_their_own_project_only(self, client, field):
        basic = (field.enrolment.username, field.enrolment.password)
        assert client.get(f"/v1/projects/{field.project_id + 1}/formList", auth=basic).status_code == 401

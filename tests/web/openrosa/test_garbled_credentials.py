"""Credentials that cannot be read are asked for again, over http and https, and never fail the server."""

import base64

import pytest

from server.web.openrosa.digest import new_nonce

pytestmark = pytest.mark.database
CREDENTIALS = [
    "Digest",
    "Digest abc",
    "Digest =,=,",
    'Digest "',
    "Digest " + "a=b," * 5000,
    'Digest username="{name}", nonce="{nonce}", uri="{uri}"',
    'Digest username="{name}", nonce="{nonce}", uri="{uri}", response="é"',
    'Digest username="{name}", nonce="{nonce}", uri="{uri}", algorithm="é", response="x"',
    'Digest username*=UTF-8\'\'%00, nonce="{nonce}", uri="{uri}", response="x"',
    'Digest username="é", nonce="é", uri="é", response="é"',
    "Basic",
    "Basic é",
    "Basic abc",
    "Basic " + base64.b64encode(b"nocolon").decode(),
    "Basic " + base64.b64encode(b"a\0b:c").decode(),
    "Bearer x",
]


@pytest.fixture(params=["http://field.test:8000", "https://field.test"])
def environment(environment, request):
    return environment | {"NEPNHA_PUBLIC_URL": request.param}


def test_garbled_credentials_are_asked_for_again(client, field, services):
    uri = f"/v1/projects/{field.project_id}/formList"
    given = {"name": field.enrolment.username, "nonce": new_nonce(services.settings.secret_key), "uri": uri}
    answers = [client.get(uri, headers={"Authorization": one.format(**given)}) for one in CREDENTIALS]
    assert {one.status_code for one in answers} == {401}

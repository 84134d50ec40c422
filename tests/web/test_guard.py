"""The guard: no route without a permission, no view before it is granted, no change without its token."""

from __future__ import annotations

from io import BytesIO

import pytest
from console_world import DAK_HA, PASSWORD, load_sample_units, make_account
from flask import Flask, request

from server.access.roles import Permission, Role
from server.errors import DomainError, Forbidden, NotFound, Unauthenticated
from server.operations.sessions import read_session
from server.operations.sign_in import Credentials, pass_second_step, sign_in
from server.web.csrf import csrf_token
from server.web.guard import UnguardedRoutes, check_every_route_is_guarded, guard_routes, requires

STATUS = {Unauthenticated: 401, Forbidden: 403, NotFound: 404}


@requires(Permission.READ_SUBMISSIONS)
def records():
    return "records"


@requires(Permission.READ_INCIDENTS)
def incidents():
    return "incidents"


@requires(Permission.OWN_SESSION)
def own():
    return "own"


@requires(Permission.PUBLIC)
def style():
    return "style"


@requires(Permission.OPENROSA)
def submission():
    return "phone"


def bare():
    return "bare"


@pytest.fixture
def beginning():
    return load_sample_units


@pytest.fixture
def app(services):
    app = Flask("guarded", static_folder=None)
    for view in (records, incidents, own, style, submission):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view, methods=["GET", "POST", "DELETE"])
    guard_routes(app, services)
    app.register_error_handler(DomainError, lambda fault: (fault.code, STATUS[type(fault)]))

    @app.route("/echo", methods=["GET", "POST"])
    @requires(Permission.READ_SUBMISSIONS)
    def echo():
        fields = [one for one in request.form.items(multi=True) if one[0] != "csrf_token"]
        return {"fields": fields, "files": [one.filename for one in request.files.values()]}

    @app.get("/token")
    @requires(Permission.SIGN_IN_PUBLIC)
    def token():
        return csrf_token(services)

    check_every_route_is_guarded(app)
    return app


def signed_in_client(app, services, *posts, elevated=False):
    make_account(services, "ai.do", *posts)
    session_id = sign_in(services, Credentials("ai.do", PASSWORD, "192.0.2.1", None), old_session_id=None).session_id
    if elevated:
        session = read_session(services, session_id)
        session_id = pass_second_step(services, session, password=PASSWORD).session_id
    client = app.test_client()
    client.set_cookie("nepnha_session", session_id)
    return client


def test_a_route_without_a_permission_stops_the_start(app):
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/bare", "bare", bare)
    with pytest.raises(UnguardedRoutes, match="/bare"):
        check_every_route_is_guarded(app)


@pytest.mark.parametrize(
    ("roles", "asked"),
    [
        (None, ("/records", 401)),
        (None, ("/own", 401)),
        (None, ("/incidents", 401)),
        (None, ("/style", 200)),
        (None, ("/submission", 200)),
        (None, ("/nothing", 404)),
        ((), ("/own", 200)),
        ((), ("/records", 403)),
        ((Role.ANALYST,), ("/records", 403)),
        ((Role.SUPERVISOR,), ("/records", 200)),
        ((Role.SUPERVISOR,), ("/incidents", 404)),
        ((Role.ADMINISTRATOR,), ("/incidents", 404)),
        ((Role.INCIDENT_OFFICER,), ("/incidents", 403)),
        ((Role.INCIDENT_OFFICER,), ("/records", 403)),
    ],
)
def test_permission_decides_before_the_view_runs(app, services, roles, asked):
    path, status = asked
    client = app.test_client()
    if roles is not None:
        client = signed_in_client(app, services, *((role, DAK_HA) for role in roles))
    assert client.get(path).status_code == status


def test_the_second_step_opens_incidents(app, services):
    client = signed_in_client(app, services, (Role.INCIDENT_OFFICER, DAK_HA), elevated=True)
    assert client.get("/incidents").status_code == 200


@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_change_without_its_token_is_refused(app, services, method):
    client = signed_in_client(app, services, (Role.SUPERVISOR, DAK_HA))
    send = getattr(client, method)
    assert send("/records").get_data(as_text=True) == "access.csrf"
    assert send("/records", headers={"X-CSRF-Token": "made.up"}).status_code == 403
    token = client.get("/token").get_data(as_text=True)
    assert send("/records", headers={"X-CSRF-Token": token}).status_code == 200
    assert send("/records", data={"csrf_token": token}).status_code == 200


def test_no_view_is_given_a_text_that_cannot_be_kept(app, services):
    """PostgreSQL has no text for NUL: names of fields, what was typed and names of files are read without it."""
    client = signed_in_client(app, services, (Role.SUPERVISOR, DAK_HA))
    token = client.get("/token").get_data(as_text=True)
    typed = {"csrf_token": token, "a\0": "b\0c", "d": ["e", "f\0"], "g": (BytesIO(b"h\0"), "i\0j.csv")}
    answer = client.post("/echo", data=typed).json
    assert answer == {"fields": [["a\ufffd", "b\ufffdc"], ["d", "e"], ["d", "f\ufffd"]], "files": ["i\ufffdj.csv"]}
    assert client.get("/echo?a=%00").status_code == 404


def test_a_token_is_good_for_its_own_session_only(app, services):
    client = signed_in_client(app, services, (Role.SUPERVISOR, DAK_HA))
    token = client.get("/token").get_data(as_text=True)
    make_account(services, "ai.khac", (Role.SUPERVISOR, DAK_HA))
    credentials = Credentials("ai.khac", PASSWORD, "192.0.2.1", None)
    client.set_cookie("nepnha_session", sign_in(services, credentials, old_session_id=None).session_id)
    assert client.post("/records", data={"csrf_token": token}).status_code == 403


def test_the_phones_door_never_reads_the_cookie(app, services):
    client = signed_in_client(app, services, (Role.SUPERVISOR, DAK_HA))
    with app.test_request_context("/submission", headers={"Cookie": "nepnha_session=whatever"}):
        assert app.preprocess_request() is None
        from flask import g

        assert "session_read" not in g
    assert client.post("/submission").status_code == 200

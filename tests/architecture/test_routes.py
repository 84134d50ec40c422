"""No route stands without a permission."""

from __future__ import annotations

import pytest

from server.access.roles import Permission
from server.app import create_app
from server.web.guard import permission_of

OPEN_TO_ANYBODY = {"/healthz", "/static/<path:name>"}


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def test_every_route_declares_a_permission(services):
    app = create_app(services)
    bare = [str(rule) for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None]
    assert bare == []


def test_few_routes_are_open_to_anybody(services):
    app = create_app(services)
    open_rules = {
        str(rule) for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is Permission.PUBLIC
    }
    assert "/healthz" in open_rules
    assert not any(word in rule for rule in open_rules for word in ("submission", "record", "account", "figure"))

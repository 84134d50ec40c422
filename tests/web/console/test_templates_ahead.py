"""No page has to wait for its template once a worker has answered for a while."""

import pytest

from server.app import create_app
from server.web.console.templates_ahead import make_ready, ready_soon


@pytest.fixture
def app(services):
    return create_app(services)


def drawn_with(app):
    """Return the templates that are ready to be drawn with."""
    return {name for _, name in app.jinja_env.cache}


def test_every_template_is_ready_before_it_is_asked_for(app):
    make_ready(app)
    assert drawn_with(app) == set(app.jinja_env.list_templates()) > {"console/report.html", "console/lock.html"}


def test_it_is_done_beside_what_a_worker_answers_and_never_keeps_one_from_ending(app):
    waiting = ready_soon(app)
    waiting.cancel()
    assert waiting.daemon
    assert drawn_with(app) == set()

"""No English word stands on a Vietnamese page: every page there is, and every refusal of one.

The pages are those of the application's own routes, each opened where it has the most to show. A word counts as
English if the English catalogue uses it and the Vietnamese one never does.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from console_world import DAK_HA, client_of, csrf_of, make_account
from test_console_authorisation import console_rules
from test_incident_traces import app, made, world
from test_statements_of_each_page import ELSEWHERE, address_of, client, there

from server.access.roles import Role
from server.language.catalogue import areas_in, messages_in
from server.operations.load_units import SEED_FILE, seed_text

__all__ = ["app", "client", "made", "there", "world"]

MESSAGES = Path(__file__).parents[3] / "server" / "language" / "messages"
WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)
ADDRESS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\w*\d\w*\b|"
    r"https?://\S+|\S+@\S+|\S+\.(?:csv|xlsx|docx|xml|jpg)\b|\b[\w-]+[_.:][\w.:-]+|\b[\w-]*-\d[\w-]*|uuid:\S+"
)
"""Ids, whose letters chance may put together, names of files and measures, logins and addresses: no words."""
BY_DEVICE = re.compile(r"<summary>Ô máy tự ghi.*?</details>", re.DOTALL)
"""What a phone filled in by itself stands under the names its form's author gave it."""
READ_ALOUD = {"title", "placeholder", "aria-label", "alt", "data-confirm"}
IN_ANY_LANGUAGE = {"english"}
"""What leads to the English pages says so in English."""


class Shown(HTMLParser):
    """What a page shows or reads aloud."""

    def __init__(self):
        super().__init__()
        self.texts, self._silent, self._foreign = [], 0, 0

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self._silent += tag in {"script", "style"}
        self._foreign += tag == "code" or (tag == "span" and "code" in (told.get("class") or "").split())
        self.texts += [text for name, text in attrs if name in READ_ALOUD and text]
        if tag == "input" and told.get("type") in {"submit", "button"}:
            self.texts.append(told.get("value") or "")

    def handle_endtag(self, tag):
        self._silent -= tag in {"script", "style"}

    def handle_data(self, text):
        if not self._silent:
            self.texts.append(text)


def words(text):
    return {one.lower() for one in WORD.findall(ADDRESS.sub(" ", text))}


def catalogue_words(language):
    found = set()
    for area in areas_in(MESSAGES / language):
        for _, text in messages_in(area):
            found |= words(re.sub(r"{[^}]*}", " ", text))
    return found


@pytest.fixture(scope="module")
def english():
    return catalogue_words("en") - catalogue_words("vi") - words(seed_text(SEED_FILE)) - IN_ANY_LANGUAGE


def english_on(answer, english):
    page = Shown()
    page.feed(BY_DEVICE.sub("", answer.get_data(as_text=True)))
    return words(" ".join(page.texts)) & english


def test_the_words_looked_for_are_english(english):
    assert english >= {"approve", "household", "search", "record", "records", "the", "send", "back"}
    assert not english & {"xem", "trong", "chung", "thay", "khi"}


def test_no_page_says_anything_in_english(app, client, there, english):
    found, seen = {}, set()
    for rule in console_rules(app):
        name = rule.endpoint.removeprefix("console.")
        if "GET" not in rule.methods or name in ELSEWHERE:
            continue
        answer = client.get(address_of(rule, there), buffered=True, follow_redirects=True)
        if answer.mimetype == "text/html":
            seen.add(name)
            found[name] = english_on(answer, english)
    assert len(seen) > 50
    said = {name: sorted(some) for name, some in found.items() if some}
    assert not said, said


def test_nor_does_a_refusal(app, world, english):
    app.add_url_rule("/hong", view_func=lambda: "")  # a page that nobody thought of: the guard does not know it
    make_account(world.services, "xem", (Role.ANALYST, DAK_HA))
    make_account(world.services, "duyet", (Role.SUPERVISOR, DAK_HA))
    visitor, reader, officer = app.test_client(), client_of(app, world, "xem"), client_of(app, world, "duyet")
    token = csrf_of(officer, "/submissions")
    answers = {
        400: officer.post("/submissions/decide", data={"csrf_token": token}),
        401: visitor.post("/sign-in", data={"csrf_token": csrf_of(visitor, "/sign-in"), "login": "a", "password": "b"}),
        403: reader.get("/submissions"),
        404: officer.get("/submissions/999999"),
        405: officer.get("/sign-out"),
        413: officer.post("/submissions/decide", data={"csrf_token": token, "comment": "x" * 3_000_000}),
    }
    for _ in range(40):
        typed = {"csrf_token": csrf_of(visitor, "/sign-in"), "login": "duyet", "password": "sai mat khau"}
        answers[429] = visitor.post("/sign-in", data=typed)
        if answers[429].status_code == 429:
            break
    answers[500] = officer.get("/hong")
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE saved_view")
    answers[503] = officer.get("/submissions")
    assert [one.status_code for one in answers.values()] == list(answers)
    for status, answer in answers.items():
        assert 'lang="vi"' in answer.text, status
        assert english_on(answer, english) == set(), status

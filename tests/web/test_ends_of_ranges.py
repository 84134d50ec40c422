"""Whatever stands in a field or a parameter, no address fails: the ends of calendars and numbers, and what is neither.

Each route is asked with its own fields. They are found, not listed: those of the forms that pages show, and each name
that the route looks for. So a route that is added is asked as well, in every way that it can be asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from io import BytesIO
from random import Random
from typing import ClassVar
from urllib.parse import quote_plus
from zlib import crc32

import lxml.html
import pytest
from console_world import client_of, csrf_of
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import RequestRedirect

from server.app import create_app
from server.web.openrosa.multipart import FieldRequest
from tests.marked_province import build_marked
from tests.random_people import BASE, WATCHERS, settle
from tests.web.test_random_accounts import Values, Walk, open_cases, templates

ODD = (
    "0001-01-01", "9999-12-31", "31/12/9999", "01/01/0001", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00",
    "0", "-1", "10000", "9999", str(2**31), str(2**63 - 1), str(2**63), str(2**64), f"{2**63 - 1}:{2**63 - 1}",
    "9999999999999999-1", "1e999", "NaN", "9" * 400, "0,00000000001", "٢٠٢٦", "²", "a\0b", "\ud800", "x" * 100_000, "",
)  # fmt: skip
EVERYWHERE = ("0", "9999-12-31", str(2**63 - 1), "a\0b²")
"""In all fields of a route at once; of the others each field has some, by its name."""
FOUND_BY = {
    "account_id": "{accounts}", "batch_id": "1", "collaborator_id": "{collaborators}", "entity_key": "{entities}",
    "import_id": "{imports}", "no_case_id": "1", "other_key": "{other}", "submission_id": "{submissions}",
    "suspect_id": "1", "template_id": "{template}", "upload_id": "{held}", "version_id": "1", "view_id": "1",
}  # fmt: skip
"""What stands in the address of a route that no page here leads to: to it one comes after something else was done."""
LAST = ("console.own_end", "console.own_password", "console.sign_in_try", "console.sign_out")
"""They may end the session that all else is asked with."""
SPLIT = re.compile(r"[:.]")


class Noting(ImmutableMultiDict):
    """The parameters of a request, which notes what they are asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key, *others, **more):
        self.asked.add(key)
        return super().get(key, *others, **more)

    def getlist(self, key, *others, **more):
        self.asked.add(key)
        return super().getlist(key, *others, **more)

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)


class NotingRequest(FieldRequest):
    parameter_storage_class = Noting


@pytest.fixture
def beginning():
    return build_marked


@pytest.fixture
def app(services):
    app = create_app(services)
    app.request_class = NotingRequest
    return app


def of_field(endpoint, name, few):
    """Return *few* odd values: those that this field has its turn with."""
    first = crc32(f"{endpoint} {name}".encode()) % len(ODD)
    return (ODD[first:] + ODD)[:few]


def written(fields):
    """Return fields as a browser sends them; a lone surrogate as bytes that are no UTF-8."""
    parts = ((quote_plus(one.encode("utf-8", "surrogatepass")) for one in field) for field in fields)
    return "&".join("=".join(part) for part in parts)


def distinct(names):
    """Return the names, of a kind that a page has many of (``value:…``) the first alone."""
    return list({SPLIT.split(one)[0]: one for one in reversed(list(names))}.values())


def value_of(control):
    """Return what a browser sends of a control that nobody touched, or ticked if it can be."""
    if control.tag == "select":
        chosen = [one.get("value", "") for one in control.iter("option") if one.get("selected") is not None]
        return (chosen or [one.get("value", "") for one in control.iter("option")] or [""])[-1]
    return (control.text if control.tag == "textarea" else control.get("value")) or ""


def forms_on(page):
    """Yield each address that a page posts to, with its fields as they stand there, and the names of its files."""
    for form in lxml.html.fromstring(page).forms:
        controls = [one for one in form.iter("input", "select", "textarea", "button") if one.get("name")]
        fields = {one.get("name"): value_of(one) for one in controls if one.get("type") != "file"}
        files = [one.get("name") for one in controls if one.get("type") == "file"]
        posts = [form.get("action")] if form.get("method") == "post" else []
        other = [one.get(name) for one in form.iter() for name in ("formaction", "hx-post")]
        for address in filter(None, (*posts, *other)):
            yield unescape(address).partition("?")[0].partition("#")[0], fields, files


class Sweep:
    """All that one person, who may do everything, can ask; what failed, and which fields each route has."""

    def __init__(self, app, client, few):
        self._client, self._few = client, few
        self._routes = app.url_map.bind("localhost")
        self.token, self.faults, self.asked = csrf_of(client), [], 0
        self.forms = {}
        self.pages = defaultdict(dict)
        """An address of each endpoint, with the names it looks for."""

    def endpoint(self, address, method):
        try:
            return self._routes.match(address, method=method)[0]
        except RequestRedirect:
            return None

    def note(self, endpoint, what, answer):
        self.asked += 1
        if answer.status_code >= 500:
            self.faults.append(f"{endpoint} {what[:80]!r}: {answer.status_code}")

    def see(self, endpoint, address):
        """Open a page, keep its forms and the names of its parameters."""
        Noting.asked.clear()
        answer = self._client.get(address, buffered=True)
        self.note(endpoint, address, answer)
        path, _, query = address.partition("?")
        names = self.pages[endpoint].setdefault(path if answer.status_code == 200 else "", {})
        names |= dict.fromkeys(Noting.asked, "") | dict(one.split("=", 1) for one in query.split("&") if one)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for action, fields, files in forms_on(answer.text):
                posted = self.endpoint(action, "POST")
                if posted and len(fields) >= len(self.forms.get(posted, ("", {}))[1]):
                    self.forms[posted] = (action, fields, files)

    def get(self, endpoint, path, usual):
        """Ask a page with odd parameters, one at a time and all at once."""
        for name in distinct(usual):
            for odd in of_field(endpoint, name, self._few):
                self._ask(endpoint, path, {**usual, name: odd}, name)
        for odd in EVERYWHERE:
            self._ask(endpoint, path, dict.fromkeys(usual, odd), "all")

    def _ask(self, endpoint, path, typed, what):
        answer = self._client.get(f"{path}?{written((name, one) for name, one in typed.items() if one)}", buffered=True)
        self.note(endpoint, f"{what}={typed.get(what, '')}", answer)

    def post(self, endpoint, address, usual, files):
        """Send a form with odd fields, one at a time and all at once, twice, not at all, files as texts and back."""
        Noting.asked.clear()
        self._send(endpoint, address, {}, "nothing")
        usual = dict.fromkeys(sorted(Noting.asked), "") | usual
        for name in distinct(one for one in usual if one not in ("csrf_token", *files)):
            for odd in of_field(endpoint, name, self._few):
                self._send(endpoint, address, {**usual, name: odd}, name)
        for odd in EVERYWHERE:
            self._send(endpoint, address, dict.fromkeys(usual, odd), "all")
        self._send(endpoint, address, usual, "twice", again=[(name, str(2**63)) for name in usual])
        sent = {name: (BytesIO(b"\xff\0"), "\0.xlsx") for name in (*usual, *files)}
        typed = {"csrf_token": self.token}
        self.note(endpoint, "files", self._client.post(address, data=sent | typed, content_type="multipart/form-data"))
        typed |= dict.fromkeys(files, "x")
        self.note(endpoint, "text", self._client.post(address, data=typed, content_type="multipart/form-data"))

    def _send(self, endpoint, address, typed, what, again=()):
        body = written([*(typed | {"csrf_token": self.token}).items(), *again])
        kind = "application/x-www-form-urlencoded"
        answer = self._client.post(address, data=body, content_type=kind, buffered=True)
        self.note(endpoint, f"{what}={typed.get(what, '')}", answer)


def where_of(rule, values):
    """Return an address of a route by its rule alone."""
    template = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: FOUND_BY[found[1]], rule.rule)
    if rule.endpoint.startswith("console.incidents"):
        template = template.replace("{submissions}", "{incidents}").replace("{held}", "{incidents/held}")
    return next(values.fill(template, 1))


@pytest.mark.parametrize("few", [1, pytest.param(len(ODD), marks=pytest.mark.full)])
def test_no_address_fails_whatever_is_typed(app, begun, few):
    marked = begun
    people = settle(marked, WATCHERS[:1]) | BASE
    officer = people[WATCHERS[0].login]
    client, values = client_of(app, marked.world, officer.login, elevated=True), Values(marked, people, Random(1))
    open_cases(Walk(marked, people, officer.login), client)
    sweep = Sweep(app, client, few)
    for endpoint, some in templates(app).items():
        for address in (one for template in some for one in values.fill(template, 1)):
            sweep.see(endpoint, address)
    for endpoint, pages in sweep.pages.items():
        sweep.get(endpoint, *max(pages.items(), key=lambda one: (bool(one[0]), len(one[1]))))
    rules = [one for one in app.url_map.iter_rules() if "POST" in one.methods and one.endpoint.startswith("console.")]
    methods = {method for one in app.url_map.iter_rules() for method in one.methods}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}, "there are no others to ask with"
    for rule in sorted(rules, key=lambda one: (one.endpoint in LAST, one.endpoint)):
        if rule.endpoint == LAST[0]:
            assert client.get("/account").status_code == 200, "whoever asked was signed in all the time"
        sweep.post(rule.endpoint, *(sweep.forms.get(rule.endpoint) or (where_of(rule, values), {}, [])))
    assert not sweep.faults, "\n".join(sweep.faults)

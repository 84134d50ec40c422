"""Accounts with whatever posts chance gives them open everything the server has: no word from outside their posts.

Every row of `marked_province` carries a word of its own; what each person may read is said by `random_people`, which
asks the server nothing. A page that is added without a place in ADDRESSES fails.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from io import BytesIO
from itertools import product
from random import Random
from zipfile import ZipFile, is_zipfile

import pytest
from console_world import client_of, csrf_of
from release_world import YEAR
from report_world import COMMUNE, PROVINCE
from report_world import WHOLE as WHOLE_PROVINCE

from server.access.roles import Role
from server.app import create_app
from tests.every_address import ADDRESSES, OF_PHONES
from tests.marked_province import build_marked
from tests.marks import COMMUNES, UNITS, VILLAGES, Kind
from tests.random_people import BASE, WATCHERS, deputies_of, draw, draw_phones, enrol, settle
from tests.shown_numbers import counted_behind, numbers_in

SEED = 20261129
WORDS = re.compile(r"zq[0-9a-f]{8}|0900\d{6}|[0-9a-f]{8}(?=-0000-4000-8000-)", re.IGNORECASE)
PAGES_OF_IDS = re.compile(
    r"/(submissions|incidents/addresses|incidents/held|incidents|entities|collaborators|accounts|imports|held|reports/issued)/(\d+)"
)
PHONE_PREFIXES = {"keyed": "/v1/key/{key}/projects/{any_project}", "plain": "/v1/projects/{any_project}"}
LINKS, NUMBERS = re.compile(r'href="(/[^"#]*)[^"]*"'), re.compile(r"\d+")
LED_ON = {200, 303}
"""What a link answers: its page, or the page that comes before it."""
FILES = re.compile(r'"(/submissions/(?:files|photos)/[^"]+)"')
WHOLE = {
    f"console.{one}"
    for one in (
        "account", "collaborator", "register_entity", "imports_one", "incidents_record", "incidents_address",
        "submissions_record", "submissions_branch", "register_conflict",
    )
}  # fmt: skip
"""The pages of one thing."""
SEEN_BY_FEW = {Kind.OWN, Kind.ACCOUNT, Kind.SHUT}
"""Not to be found by whoever holds every post."""
NAMES = re.compile(r"{([\w/]+)}")
FOOTER = re.compile(r"<footer.*?</footer>", re.DOTALL)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def databases(request):
    return request.getfixturevalue(f"{request.param}_databases".replace("postgresql", "postgres"))


@pytest.fixture
def beginning():
    return build_marked


@pytest.fixture
def app(services):
    return create_app(services)


def templates(app):
    """Return the addresses of every route, by endpoint; a route without one fails."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods:
            continue
        door, _, name = rule.endpoint.rpartition(".")
        if door == "openrosa":
            view, _, kind = name.rpartition("_")
            found[rule.endpoint] = tuple(PHONE_PREFIXES[kind] + one for one in OF_PHONES[view])
        else:
            found[rule.endpoint] = ADDRESSES[name if door == "console" else rule.endpoint]
    return found


class Values:
    """What can stand in an address in place of each name, some of it drawn anew for each person."""

    def __init__(self, marked, people, chance):
        world, self._chance = marked.world, chance
        self._of = {name: [one for some in by.values() for one in some] for name, by in marked.parts.items()}
        self._of["branch"] = [f"{record}/branches/{version}" for record, version in self._of["branch"]]
        with world.services.engine.connect() as connection:
            locks = connection.exec_driver_sql("SELECT id FROM period_lock").scalars().all()
            versions = connection.exec_driver_sql(
                "SELECT form.form_id, form_version.id FROM form_version JOIN form ON form.id = form_key"
            )
            self._of["form_version"] = [f"{form}/versions/{key}" for form, key in versions]
        reports = [(WHOLE_PROVINCE, world.unit(PROVINCE)), *((COMMUNE, world.unit(one)) for one in COMMUNES)]
        projects = [world.project_id, world.practice_id, world.separate_id]
        self._of |= {
            "unit": [world.unit(one) for one in UNITS],
            "code": list(UNITS),
            "login": list(people),
            "other": self._of["entities"],
            "lock": list(locks),
            "list": ["households", "clubs", "models"],
            "file": ["households.csv", "clubs.csv", "staff.csv", "models.csv", "units.csv", "trusted_addresses.csv"],
            "any_project": projects,
            "form": [1, 2, 3],
            "template": list(world.layouts.values()),
            "report": [f"{world.layouts[name]}?unit={unit}" for name, unit in reports],
            "draft": [f"{world.layouts[name]}/draft.xlsx?unit={unit}" for name, unit in reports],
            "token": ["not-made-for-this-session"],
            "key": ["x" * 64],
            "year": [YEAR],
            "project": projects[:1],
            "separate": projects[2:],
        }

    def fill(self, template, most):
        """Yield the address with at most so many choices of what can stand in it; None for every one there is."""
        names = NAMES.findall(template)
        if not names:
            yield template
        elif most is None:
            for chosen in product(*(self._of[one] for one in names)):
                yield template.format_map(dict(zip(names, chosen, strict=True)))
        else:
            for _ in range(min(most, max(len(self._of[one]) for one in names))):
                yield template.format_map({one: self._chance.choice(self._of[one]) for one in names})


def texts(answer):
    """Return all that is sent as texts: headers, and the body or what is packed in it."""
    body = answer.data
    parts = [body]
    if body.startswith(b"PK") and is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as packed:
            parts = [packed.read(one) for one in packed.namelist()]
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return "\n".join([headers, *(one.decode("utf-8", "replace") for one in parts)])


class Walk:
    """Everything one person asks for, and what of it is not theirs."""

    def __init__(self, marked, people, login):
        self.marked, self.people, self.person = marked, people, people[login]
        self.faults, self.shown, self.statuses = [], set(), defaultdict(set)
        self.answered, self.links, self.numbers = {}, defaultdict(set), defaultdict(set)

    def look(self, endpoint, address, answer):
        """Note what an answer tells."""
        self.statuses[endpoint].add(answer.status_code)
        self.answered[address] = answer.status_code
        text = texts(answer)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for link in {unescape(one).partition("#")[0] for one in LINKS.findall(text)}:
                self.links[endpoint, NUMBERS.sub("0", link.partition("?")[0])].add(link)
            for behind, number in numbers_in(address.partition("?")[0], text):
                self.numbers[endpoint, behind.partition("?")[0]].add((behind, number))
        for word in {one.lower() for one in WORDS.findall(text)} & self.marked.marks.keys():
            if self._may(self.marked.marks[word], address):
                self.shown.add(word)
            else:
                self.faults.append(f"{self.person.login} {address} {self.marked.marks[word]}")
        asked = set(PAGES_OF_IDS.findall(address))
        for page, key in set(PAGES_OF_IDS.findall(FOOTER.sub("", text))) - asked:
            mark = self.marked.ids.get((page, int(key)))
            if mark is None or not self._may(mark, address):
                self.faults.append(f"{self.person.login} {address} {page}/{key} {mark}")

    def follow(self, client, few, chance):
        """Open *few* links of each kind of each page: whoever is shown a link may open what it leads to."""
        for (page, _), links in sorted(self.links.items()):
            for link in chance.sample(sorted(links), min(few, len(links))):
                if link not in self.answered:
                    self.answered[link] = client.get(link, buffered=True).status_code
                if self.answered[link] not in LED_ON:
                    self.faults.append(f"{self.person.login} {page} links to {link}: {self.answered[link]}")

    def count(self, client, few, chance):
        """Hold *few* numbers of each kind of each page against the lists they lead to."""
        for (page, _), numbers in sorted(self.numbers.items()):
            for behind, number in chance.sample(sorted(numbers), min(few, len(numbers))):
                if (found := counted_behind(client, behind)) != number:
                    self.faults.append(f"{self.person.login} {page} counts {number} at {behind}, which has {found}")

    def _may(self, mark, address):
        if self.person.may_read(mark, self.people):
            return True
        if mark.kind is Kind.RECORD and address.startswith("/history"):  # its number, of what was decided about it
            return self.person.has(Role.SUPERVISOR, Role.ADMINISTRATOR, place=mark.place)
        if mark.kind is Kind.CLUB and address.startswith("/submissions/"):  # a form offers those of the whole commune
            return any(self.person.has(Role.SUPERVISOR, place=one) for one in VILLAGES if one[:5] == mark.place[:5])
        if mark.kind is not Kind.ACCOUNT:
            return False
        # The history tells who did something there, and in whose stead; a case, who opened it.
        doers = [self.people[mark.place], *deputies_of(mark.place, self.people).values()]
        if address.startswith("/incidents/"):
            officer = Role.INCIDENT_OFFICER
            return any(self.person.worked_near(one, officer, as_any=(officer,)) for one in doers)
        near = any(self.person.worked_near(one, Role.SUPERVISOR, Role.ADMINISTRATOR) for one in doers)
        return near and address.startswith("/history")


def open_cases(walk, client):
    """Have an officer ask for every case there is, with a reason: those of their territory lie open then."""
    typed = {"csrf_token": csrf_of(client), "reason": "handling", "words": "Xem (mẫu)"}
    cases = [one for one in walk.marked.ids if one[0] in {"incidents", "incidents/held"}]
    for page, key in cases if walk.person.is_officer else []:
        is_theirs = walk.person.may_read(walk.marked.ids[page, key], walk.people)
        answer = client.post(f"/{page}/{key}/open", data=typed)
        assert answer.status_code == (303 if is_theirs else 404)


def walked(app, marked, people, login, few, chance):
    """Have somebody open everything there is, *few* of each kind; the first watcher every one of what has a page."""
    walk = Walk(marked, people, login)
    client = client_of(app, marked.world, login, elevated=walk.person.is_officer)
    values = Values(marked, people, chance)
    open_cases(walk, client)
    is_first = login == WATCHERS[0].login
    for endpoint, some in templates(app).items():
        for place, template in enumerate(some):
            for address in values.fill(template, None if is_first and not place and endpoint in WHOLE else few):
                answer = client.get(address, buffered=True)
                walk.look(endpoint, address, answer)
                assert answer.status_code < 500, address
                for token in FILES.findall(answer.text if answer.mimetype == "text/html" else "")[:1]:
                    walk.look("a file", token, client.get(token, buffered=True))
    for one in walk.person.holdings[:1]:
        address = f"/reports/{marked.world.layouts[COMMUNE]}?unit={marked.world.unit(one.unit)}&year={YEAR}"
        walk.look("their own report", address, client.get(address))
    walk.follow(client, few, chance)
    walk.count(client, few, chance)
    return walk


@pytest.mark.parametrize("number", [5, pytest.param(200, marks=pytest.mark.full)])
def test_nobody_is_shown_a_word_or_an_id_from_outside_their_posts(app, begun, number):
    marked, chance = begun, Random(SEED)
    people = settle(marked, [*WATCHERS, *draw(SEED, number)]) | BASE
    few = 1 if number == 5 else 2
    walks = [walked(app, marked, people, one, few, chance) for one in people if one not in BASE]
    faults = [fault for one in walks for fault in one.faults]
    assert not faults, "\n".join(faults[:60])
    shown = {word for one in walks for word in one.shown}
    opened = {endpoint for one in walks for endpoint, statuses in one.statuses.items() if 200 in statuses}
    assert len(opened) > 60, "most pages show somebody something"
    unseen = [one for word, one in marked.marks.items() if word not in shown and one.kind not in SEEN_BY_FEW]
    assert not unseen, f"no page shows these, so nothing tries what keeps them from others: {unseen}"


@pytest.mark.parametrize("number", [5, pytest.param(200, marks=pytest.mark.full)])
def test_no_phone_is_given_a_word_from_outside_its_posts(app, begun, number):
    marked, chance, client = begun, Random(SEED), app.test_client()
    values, carried = Values(marked, [], chance), set()
    for phone in [enrol(marked, one) for one in draw_phones(SEED, number)]:
        for door, prefix in PHONE_PREFIXES.items():
            for template in (prefix + one for some in OF_PHONES.values() for one in some):
                for address in values.fill(template.replace("{key}", phone.key), None if door == "keyed" else 3):
                    answer = client.get(address, buffered=True)
                    assert door == "keyed" or answer.status_code == 401
                    words = {one.lower() for one in WORDS.findall(texts(answer))} & marked.marks.keys()
                    found = {one for one in map(marked.marks.get, words) if one.text not in address}
                    assert not [one for one in found if not phone.may_carry(one)], (address, phone)
                    carried |= {(one.kind, one.place) for one in found}
    assert {one for one in carried if one[0] is Kind.STAFF} >= {(Kind.STAFF, one) for one in (*COMMUNES, *VILLAGES)}
    assert carried >= {(kind, one) for kind in (Kind.HOUSEHOLD, Kind.CLUB) for one in VILLAGES}

"""A small world of villages, collaborators with phones and one form that makes and changes households.

The phones keep forms and entities exactly as the Collect double does, and talk to the application in this process; the
instances are written by hand, as the form engine writes them (a test compares the two). Nothing here is random.
"""

import http.client
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import select

from server.access.actors import Account, Post
from server.access.roles import Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.load_units import SAMPLE_FILE, seed_text
from server.operations.move_collaborator import Move, move_collaborator
from server.operations.review_submissions import Decision, Target, review_submissions, undo_review
from server.operations.run_jobs import run_round
from server.operations.sights import Desk
from server.storage.models.submissions import SubmissionVersionRow
from server.submissions.review import Verdict
from tests.builders import VERSION, publish
from tests.collect_double.blank_forms import FormShelf, SyncReport
from tests.collect_double.entity_forms import form_entities
from tests.collect_double.entity_store import EntityState, EntityStore, LocalEntity
from tests.collect_double.wire import Response
from tests.console_world import make_account
from tests.journeys.registers_model import Register, Said

PROVINCE = "51"
FORM_ID = "sample_homes"
LIST = "households"
FIELDS = {"head": "head_name", "village": "village", "size": "size", "note": "note", "status": "status"} | {
    "year": "last_survey_year"
}
"""The questions of the form and the property each is saved to."""
HOMES = """
| survey | | | | | | | |
| | type | name | label::vi (vi) | required | relevant | calculation | choice_filter | save_to |
| | date | visit_date | Ngày | yes | | | | |
| | select_one act | act | Việc | yes | | | | |
| | select_one_from_file households.csv | home | Hộ | yes | ${{act}} = 'change' | | status != 'gone' | |
| | calculate | was | | | | WAS | | |
| | calculate | new_id | | | | once(uuid()) | | |
| | select_multiple said | says | Ghi lại | | ${{act}} != 'none' | | | |
| | text | head | Chủ hộ | yes | selected(${{says}}, 'head') | | | head_name |
| | text | village | Thôn | yes | selected(${{says}}, 'village') | | | village |
| | integer | size | Số người | | selected(${{says}}, 'size') | | | size |
| | text | note | Ghi chú | | selected(${{says}}, 'note') | | | note |
| | text | status | Tình trạng | | selected(${{says}}, 'status') | | | status |
| | text | year | Năm | | selected(${{says}}, 'year') | | | last_survey_year |
| choices | | |
| | list_name | name | label::vi (vi) |
| | act | new | Hộ mới |
| | act | change | Hộ đã có |
| | act | none | Không |
| | said | head | Chủ hộ |
| | said | village | Thôn |
| | said | size | Số người |
| | said | note | Ghi chú |
| | said | status | Tình trạng |
| | said | year | Năm |
| entities | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | households | ${{head}} | if(${{act}} = 'change', ${{home}}, ${{new_id}}) | ${{act}} = 'new' | ${{act}} = 'change' |
| settings | | | | | |
| | form_title | form_id | version | default_language | client_editable |
| | Phiếu hộ mẫu | sample_homes | {version} | vi (vi) | yes |
"""
SENT_COLUMNS = ("head_name", "last_survey_year", "note", "size", "status", "village")


def workbook() -> str:
    """Return the form's workbook; the values it looks up are the columns phones get."""
    found = (f"instance('households')/root/item[name = ${{{{home}}}}]/{column}" for column in SENT_COLUMNS)
    return HOMES.replace("WAS", f"concat({', '.join(found)})")


def villages() -> list[str]:
    """Return the codes of the sample villages that exist today."""
    lines = [line.split(",") for line in seed_text(SAMPLE_FILE).splitlines()[1:]]
    return [line[0] for line in lines if not line[5]]


@dataclass(frozen=True)
class Filled:
    """One instance in the outbox, and what it says."""

    said: Said
    xml: bytes
    answers: dict[str, str]


def seeded_ids(seed: int) -> Callable[[], str]:
    """Return a maker of random ids that are the same ones for the same seed."""
    chance = random.Random(seed)
    return lambda: str(UUID(int=chance.getrandbits(128), version=4))


def instance(said: Said, answers: dict[str, str], *, new_id: str, local: LocalEntity | None) -> bytes:
    """Write an instance as JavaRosa does: what is not relevant is not there. *local* is the household picked."""
    act = "new" if said.creates else "change" if said.updates else "none"
    home = f"<home>{said.entity_id}</home>" if said.updates else ""
    says = f"<says>{' '.join(answers)}</says>" if act != "none" else ""
    told = "".join(f"<{name}>{escape(answers[name])}</{name}>" for name in FIELDS if name in answers)
    attributes = {
        "dataset": LIST,
        "create": str(int(said.creates)),
        "update": str(int(said.updates)),
        "baseVersion": "" if said.base is None else str(said.base),
        "trunkVersion": "" if said.trunk is None else str(said.trunk),
        "branchId": said.branch,
        "id": said.entity_id,
    }
    was = "".join(local.properties.get(name, "") for name in SENT_COLUMNS) if local and said.updates else ""
    block = "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
    deprecated = f"<deprecatedID>{said.replaces}</deprecatedID>" if said.replaces else ""
    return (
        f'<?xml version=\'1.0\' ?><data id="{FORM_ID}" version="{VERSION}" xmlns:orx="http://openrosa.org/xforms">'
        f"<visit_date>2026-10-01</visit_date><act>{act}</act>{home}<was>{escape(was)}</was>"
        f"<new_id>{new_id}</new_id>{says}{told}"
        f"<meta><entity{block}><label>{escape(said.label)}</label></entity>"
        f"<instanceID>{said.instance_id}</instanceID>{deprecated}</meta></data>"
    ).encode()


@dataclass
class FastPhone:
    """A phone of the Collect double on a test client in place of a socket."""

    client: object
    server_url: str
    public_url: str
    new_id: Callable[[], str]
    requests: list[str] = field(default_factory=list)
    outbox: list[Filled] = field(default_factory=list)
    acknowledged: list[Filled] = field(default_factory=list)
    _cache: dict[str, Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._shelf = FormShelf(self._get)

    def on(self, client) -> "FastPhone":
        """Return the same phone with a connection of its own, for another thread."""
        return FastPhone(client, self.server_url, self.public_url, self.new_id)

    @property
    def entities(self) -> EntityStore:
        return self._shelf.entities

    @property
    def homes(self) -> dict[str, LocalEntity]:
        """The households the person can pick now."""
        return self._shelf.entities.entities(LIST)

    @property
    def form(self) -> bytes:
        return self._shelf.forms[0].xform

    def sync(self) -> SyncReport:
        """Check the server as Collect does in match_exactly mode."""
        report = self._shelf.match_exactly(f"{self.server_url}/formList", {(FORM_ID, None)})
        assert (report.error, report.failed, report.mismatched) == (None, {}, ())
        return report

    def file(self, name: str) -> bytes:
        """Return a file of the form's manifest as the server sends it."""
        manifest = next(url for url in self.requests if url.endswith("/manifest"))
        return self._get(f"{manifest.removesuffix('/manifest')}/files/{name}").body

    def make(self, answers: dict[str, str]) -> str:
        """Make a household offline and return its id."""
        entity_id = self.new_id()
        self._finish(self._said(entity_id, answers, creates=True), answers)
        return entity_id

    def change(self, entity_id: str, answers: dict[str, str]) -> None:
        """Change a household that is in the phone's list, offline."""
        local = self.homes[entity_id]
        said = self._said(entity_id, answers, creates=False)
        chained = replace(said, base=local.version, trunk=local.trunk_version, branch=local.branch_id)
        self._finish(chained, answers)

    def edit(self, sent: Filled, answers: dict[str, str]) -> None:
        """Edit a form that was sent; with no answers at all it no longer says anything of a household."""
        before = sent.said
        local = self.entities.find(LIST, before.entity_id)
        said = replace(
            self._said(before.entity_id, answers, creates=before.creates),
            creates=before.creates and bool(answers),
            updates=before.updates and bool(answers),
            base=local.version if local else None,
            trunk=local.trunk_version if local else None,
            branch=local.branch_id if local else "",
            replaces=before.instance_id,
        )
        self.acknowledged.remove(sent)
        self.outbox.append(self._filled(said, answers))

    def post(self, filled: Filled) -> None:
        """Deliver an instance; the server must take it."""
        url = f"{self.server_url}/submission?deviceID=collect%3Asample".removeprefix(self.public_url)
        part = {"xml_submission_file": (BytesIO(filled.xml), "Phieu.xml", "text/xml")}
        answer = self.client.post(url, data=part)
        assert answer.status_code == 201, (answer.status_code, answer.get_data(as_text=True))

    def _said(self, entity_id: str, answers: dict[str, str], *, creates: bool) -> Said:
        values = {FIELDS[name]: text for name, text in answers.items()}
        label = answers.get("head", "")
        instance_id = f"uuid:{self.new_id()}"
        return Said(instance_id, entity_id, creates, not creates, label, values, base=None, trunk=None, branch="")

    def _filled(self, said: Said, answers: dict[str, str]) -> Filled:
        local = self.entities.find(LIST, said.entity_id)
        new_id = said.entity_id if said.creates else self.new_id()
        return Filled(said, instance(said, answers, new_id=new_id, local=local), answers)

    def _finish(self, said: Said, answers: dict[str, str]) -> None:
        filled = self._filled(said, answers)
        self.entities.apply(form_entities(self.form, ET.fromstring(filled.xml)))
        self.outbox.append(filled)

    def _get(self, url: str) -> Response:
        self.requests.append(url)
        kept = self._cache.get(url)
        headers = {} if kept is None else {"If-None-Match": kept.headers["ETag"]}
        joint = "&" if "?" in url else "?"
        answer = self.client.get(
            f"{url}{joint}deviceID=collect%3Asample".removeprefix(self.public_url), headers=headers
        )
        if answer.status_code == 304 and kept is not None:
            return kept
        message = http.client.HTTPMessage()
        for name, text in answer.headers.items():
            message[name] = text
        response = Response(url, answer.status_code, answer.status, message, answer.data)
        if answer.status_code == 200 and "ETag" in message:
            self._cache[url] = response
        return response


@dataclass
class Person:
    """A collaborator, the villages she looks after, and her phone."""

    collaborator_id: int
    villages: set[str]
    phone: FastPhone
    home: str
    """The village that stands for hers where a record names none."""


@dataclass
class World:
    """A project with its people; what was delivered so far, and what the register must hold because of it."""

    services: object
    clock: object
    project_id: int
    people: list[Person]
    reviewer: Account
    register: Register = field(default_factory=Register)
    said: dict[str, Said] = field(default_factory=dict)

    def deliver(self, person: Person, filled: Filled, *, is_told: bool = True) -> None:
        """Bring one instance of a phone to the server; the phone may not learn that it arrived."""
        person.phone.post(filled)
        self.said[filled.said.instance_id] = filled.said
        self.register.deliver(filled.said, self.now, village=person.home)
        if is_told:
            person.phone.outbox.remove(filled)
            person.phone.acknowledged.append(filled)

    def sync(self, person: Person) -> None:
        """Let a phone check the server, and check what it has then.

        It has her list as it must be now. What she made and the server never got stays; what it got is listed, or gone.
        """
        made = {one.said.entity_id for one in person.phone.outbox if one.said.creates and not self._has_come(one)}
        only_here = {one for one in made & person.phone.homes.keys() if not self.register.knows(one)}
        person.phone.sync()
        homes = person.phone.homes.values()
        by_state = {state: {one.id for one in homes if one.state is state} for state in EntityState}
        listed = set(self.register.listed(person.villages))
        assert by_state[EntityState.ONLINE] == listed, ("listed or not", by_state[EntityState.ONLINE] ^ listed)
        assert by_state[EntityState.OFFLINE] == only_here, ("made here", by_state[EntityState.OFFLINE] ^ only_here)

    def move(self, person: Person, units: set[str]) -> None:
        """Give somebody other villages from today on."""
        move = Move(person.collaborator_id, tuple(sorted(units)), allows_empty_lists=True)
        move_collaborator(self.services, move)
        person.villages, person.home = units, home_of(self.services, units)

    def reject(self, instance_id: str) -> str | None:
        """Let the reviewer reject a record by its newest instance; return the decision, None if it was rejected."""
        with self.services.engine.connect() as connection:
            rows = SubmissionVersionRow
            found = connection.execute(select(rows.submission_id, rows.id).where(rows.instance_id == instance_id)).one()
        decision = Decision(Verdict.REJECT, "Phiếu mẫu bị loại", (Target(*found),), spares_flagged=False)
        outcome = review_submissions(self.services, self.reviewer, decision, Desk.EVERYDAY)
        if not outcome.done:
            return None
        self.register.reject(instance_id)
        return outcome.batch_id

    def take_back(self, instance_id: str, batch_id: str) -> None:
        """Let the reviewer take a decision back; one that is overtaken by an edit stays as it is."""
        if undo_review(self.services, self.reviewer, batch_id, Desk.EVERYDAY).done:
            self.register.accept(instance_id, self.now)

    def _has_come(self, filled: Filled) -> bool:
        return filled.said.instance_id in self.said or filled.said.replaces in self.said

    def pass_time(self, **how_long: float) -> None:
        """Let time pass and the jobs of the server run."""
        self.clock.advance(**how_long)
        while run_round(self.services).forced:
            pass
        self.register.force(self.now)

    @property
    def now(self) -> datetime:
        return self.clock()


def unit_ids(services, codes: set[str]) -> dict[int, str]:
    """Return the codes of today by unit."""
    territory = services.atlas.current().territory
    return {territory.resolve(code, services.today()).unit_id: code for code in codes}


def home_of(services, codes: set[str]) -> str:
    """Return the code of the unit the server has known longest."""
    return min(unit_ids(services, codes).items())[1]


def make_reviewer(services) -> Account:
    """Add a supervisor of the whole province."""
    province = services.atlas.current().territory.resolve(PROVINCE, services.today()).unit_id
    login = "tinh.mau"
    account_id = make_account(services, login, (Role.SUPERVISOR, PROVINCE))
    return Account(account_id, login, (Post(Role.SUPERVISOR, province, None, None),), elevated=False)


def make_world(services, client, project_id: int, posts: list[list[str]], *, reviewer: Account, seed: int) -> World:
    """Publish the form in a project and enrol one person, with her phone synchronised, for each list of villages."""
    publish(services, project_id, workbook=workbook())
    new_id = seeded_ids(seed)
    people = []
    for number, units in enumerate(posts):
        enrolment = add_collaborator(
            services, NewCollaborator(project_id, f"Cộng tác viên {number} (mẫu)", tuple(units))
        )
        phone = FastPhone(client, enrolment.server_url, services.settings.public_url, new_id)
        phone.sync()
        people.append(Person(enrolment.collaborator_id, set(units), phone, home_of(services, set(units))))
    return World(services, services.now, project_id, people, reviewer)

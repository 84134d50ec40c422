"""A small province for tests of people at the console: units, forms, phones, records and accounts, plainly made up.

Everything is made through the operations that make it in earnest. Two communes are told apart throughout: the records
of Xã Đăk Hà (two villages) and the record of Xã Tu Mơ Rông. One record is an incident.
"""

from __future__ import annotations

import csv
import re
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import load_workbook

from server.access.roles import Role
from server.forms.sheets import SourceKind
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_practice, add_project
from server.operations.envelope import Envelope, SentFile
from server.operations.identify_sender import sender_by_token
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.receive_submission import receive_submission
from server.operations.sample_registers import SampleList, put_sample_entities
from server.operations.sights import Desk

FORMS = Path(__file__).parent.parent / "xlsforms"
PASSWORD = "mat-khau-thu-nghiem"
DAK_HA, TU_MO_RONG, PROVINCE = "23500", "23425", "51"
VILLAGE_1, VILLAGE_2 = "23500-01", "23500-02"
OUT_OF_SIGHT = (
    (TU_MO_RONG, Role.SUPERVISOR, "37", Desk.EVERYDAY),
    (DAK_HA, Role.ANALYST, "37", Desk.EVERYDAY),
    (DAK_HA, Role.SUPERVISOR, "incident", Desk.EVERYDAY),
    (DAK_HA, Role.SUPERVISOR, "incident", Desk.INCIDENTS),
    (DAK_HA, Role.INCIDENT_OFFICER, "37", Desk.EVERYDAY),
    (DAK_HA, Role.INCIDENT_OFFICER, "37", Desk.INCIDENTS),
    (TU_MO_RONG, Role.INCIDENT_OFFICER, "incident", Desk.INCIDENTS),
)
"""Who may not decide about a record or correct it: where the person is, as what, which record, at which desk."""
JPEG = b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9"


@dataclass(frozen=True)
class World:
    """What was made, by the ids it got."""

    services: object
    project_id: int
    practice_id: int
    separate_id: int
    tokens: dict[str, tuple[int, str]]
    """Project and token by collaborator's name."""
    records: dict[str, int]
    """Submission id by the household number, or by a name for the others."""

    def over(self, services):
        """Return the same over a copy of its database."""
        return replace(self, services=services)


def load_sample_units(services):
    """Load the units the project comes with and the sample villages."""
    load_units(services, seed_text(SEED_FILE))
    load_units(services, seed_text(SAMPLE_FILE))


def make_account(services, login, *posts, name="Người dùng mẫu"):
    """Add an account with posts given as (role, unit reference)."""
    wanted = NewAccount(login, name, tuple(NewPost(role, (unit,)) for role, unit in posts), PASSWORD, is_sample=True)
    return add_account(services, wanted).account_id


def publish(services, project_id, form_id, *, is_sensitive=False):
    """Publish a form of the project from its committed XForm."""
    folder = FORMS / form_id
    files = {one.name: one.read_bytes() for one in (folder / "media").iterdir()}
    source = FormSource((folder / "form.xml").read_bytes(), SourceKind.XFORM, files, _measures(folder / "form.xlsx"))
    return publish_form(services, project_id, source, audience=Audience(), is_sensitive=is_sensitive)


def _measures(workbook):
    """Return the workbook's measures as CSV, so that no workbook need be converted for a test of pages."""
    written = StringIO()
    with closing(load_workbook(BytesIO(workbook.read_bytes()), read_only=True)) as book:
        rows = book["measures"].iter_rows(values_only=True)
        csv.writer(written).writerows([cell or "" for cell in row] for row in rows)
    return written.getvalue().encode()


def example(form_id, name, number, **replaced):
    """Return an example of a form under an instanceID of its own, some elements' texts replaced."""
    xml = (FORMS / form_id / "examples" / f"{name}.xml").read_text(encoding="utf-8")
    replaced |= {"instanceID": f"uuid:00000000-0000-4000-8000-{number:012d}"}
    for element, text in replaced.items():
        xml = re.sub(rf"<{element}>[^<]*</{element}>", f"<{element}>{text}</{element}>", xml)
    return xml.encode()


def send(world, collaborator, xml, files=()):
    """Have a collaborator's phone send an instance with (name, type, bytes) files, and return the receipt."""
    project_id, token = world.tokens[collaborator]
    sender = sender_by_token(world.services, project_id, token)
    arriving = []
    for name, content_type, content in files:
        incoming = world.services.media.incoming()
        incoming.write(content)
        arriving.append(SentFile(name, content_type, incoming))
    receipt = receive_submission(world.services, sender, Envelope(xml, tuple(arriving), "collect:sampledevice0001"))
    for file in arriving:
        file.content.close()
    return receipt


def build_world(services):
    """Make the province in an empty database."""
    load_sample_units(services)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    practice_id = add_practice(services, project_id).project_id
    separate_id = add_project(services, "Công việc riêng (mẫu)", kind="separate").project_id
    publish(services, project_id, "household_conduct_survey")
    publish(services, project_id, "training_event")
    publish(services, separate_id, "incident", is_sensitive=True)
    for register in (project_id, practice_id):
        households = (FORMS / "household_conduct_survey" / "media" / "households.csv").read_bytes()
        put_sample_entities(services, SampleList(register, "households", households))
    people = {
        "Y Mẫu": (project_id, VILLAGE_1),
        "A Mẫu": (project_id, TU_MO_RONG),
        "Y Tập": (practice_id, VILLAGE_1),
        "Cán bộ mẫu": (separate_id, DAK_HA),
    }
    tokens = {}
    for name, (project, unit) in people.items():
        new = NewCollaborator(project, name, (unit,), is_sample=True)
        tokens[name] = (project, add_collaborator(services, new).token)
    world = World(services, project_id, practice_id, separate_id, tokens, {})
    _send_records(world)
    return world


def _send_records(world):
    survey = "household_conduct_survey"
    sent = {
        "37": ("Y Mẫu", example(survey, "couple_with_children", 37)),
        "5": ("Y Mẫu", example(survey, "lives_alone", 5)),
        "41": ("Y Mẫu", example(survey, "bad_required_missing", 41, instanceName="Hộ 41 · 2026 · Gặp được")),
        "55": ("A Mẫu", example(survey, "not_on_the_list", 55, **_in_tu_mo_rong())),
        "practice": ("Y Tập", example(survey, "refused", 90)),
        "incident": ("Cán bộ mẫu", example("incident", "new_case", 91)),
    }
    for name, (collaborator, xml) in sent.items():
        world.services.now.advance(minutes=7)
        world.records[name] = send(world, collaborator, xml).submission_id


def _in_tu_mo_rong():
    village = f"{TU_MO_RONG}-01"
    return {
        "commune": TU_MO_RONG,
        "village": village,
        "household_id": f"unlisted:{village}:55",
        "commune_number": "0000 000 002 (số mẫu)",
    }


def client_of(app, world, login, *, elevated=False):
    """Return a browser in which that account has signed in through the pages, and its CSRF token for forms."""
    client = app.test_client()
    _post(client, "/sign-in", login=login, password=PASSWORD)
    if elevated:
        _post(client, "/second-step", password=PASSWORD)
    return client


def csrf_of(client, page="/"):
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page, follow_redirects=True).text)
    return found[1] if found else ""


def _post(client, address, **typed):
    answer = client.post(address, data=typed | {"csrf_token": csrf_of(client, address)})
    assert answer.status_code == 303, answer.text

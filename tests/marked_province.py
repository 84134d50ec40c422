"""A province in which every row that lies somewhere carries a word of its own: who reads it tells where they look."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

from console_world import PROVINCE, example, make_account, send
from PIL import Image
from plan_world import SURVEY, publish
from release_world import DAYS, YEAR
from report_province import build_reports
from report_world import COMMUNE

from server.access.actors import Account, AccountId, Post
from server.access.openings import OpeningReason, Why
from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.confirm_no_case import NoCaseOrder, confirm_for_the_operator
from server.operations.draft_report import keep_words
from server.operations.import_order import ImportOrder, Load, asker_of
from server.operations.issue_report import issue_for_the_operator
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.official_copy import Act, official_copy
from server.operations.open_case import open_case
from server.operations.report_filling import ReportOrder
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.run_jobs import run_round
from server.operations.sights import Desk
from server.submissions.review import QuestionComment, Verdict
from tests.import_field import csv_file, loaded
from tests.marks import COMMUNES, VILLAGES, Kind, Marked, uuid_of
from tests.register_world import put

ISSUED = "23500"
"""The commune whose report is issued: its words are everybody's to read then."""
HERE_BEFORE = (
    (Kind.PERSON, "23500"), (Kind.PERSON, "23425"), (Kind.PERSON, "23500-01"), (Kind.INCIDENT, PROVINCE),
)  # fmt: skip
"""Where the collaborators of `report_world` work."""
LISTED = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"
"""The household of the form's example."""


def photo(colour):
    """Return a small photograph."""
    written = BytesIO()
    Image.new("RGB", (64, 48), (colour % 256, 90, 60)).save(written, "JPEG")
    return written.getvalue()


def build_marked(services):
    """Make the province, through the operations that make it in earnest."""
    marked = Marked(build_reports(services))
    publish(services, marked.world.project_id, "training_event")
    for key, (kind, place) in enumerate(HERE_BEFORE, start=1):
        marked.note("collaborators", kind, place, key)
    for number, village in enumerate(VILLAGES):
        _village(marked, village, number)
    for number, commune in enumerate(COMMUNES):
        _commune(marked, commune, number)
    _astray(marked)
    _province(marked)
    run_round(services)
    return marked


def _village(marked, village, number):
    _register(marked, village)
    phones = _phone(marked, village, marked.world.project_id, Kind.PERSON)
    reviewer = _reviewer(marked, village, Role.SUPERVISOR, Kind.PERSON)
    _records(marked, village, number, phones, reviewer)
    practice = _phone(marked, village, marked.world.practice_id, Kind.PERSON)
    _survey(marked, practice, village, "tập", 600 + number)
    row = (village, "Hộ mẫu", "Mẫu", "", "nhiều", "", "")
    asker = asker_of(services_of(marked), reviewer, "households")
    order = ImportOrder(marked.world.project_id, "households", services_of(marked).today())
    import_id, _ = loaded(marked.world, csv_file(row), Load(order, asker))
    name = f"{marked.mark(Kind.LOAD, village, 'file')}.csv"
    with services_of(marked).unit_of_work(services_of(marked).operator()) as uow:
        uow.register_imports.set(import_id, {"file_name": name})
    marked.note("imports", Kind.LOAD, village, import_id)


def services_of(marked):
    """Return the services the province stands on."""
    return marked.world.services


def _register(marked, village):
    services, project = services_of(marked), marked.world.project_id
    keys = []
    for what in ("một", "hai", "lạc"):
        told = {"head_name": "Y Mẫu", "house_no": "37", "village": village, "commune": village[:5], "status": "active"}
        told |= {"address": marked.mark(Kind.HOUSEHOLD, village, f"địa chỉ {what}")}
        # Whoever sends a survey of the last says its id: that is an answer of hers, wherever she is.
        is_told = what == "lạc"
        entity = str(uuid4()) if is_told else uuid_of(marked.mark(Kind.HOUSEHOLD, village, f"mã {what}", letters=""))
        label = f"Hộ {marked.mark(Kind.HOUSEHOLD, village, what)}"
        key = put(services, project, label=label, entity_id=entity, **told)
        marked.note("entities", Kind.HOUSEHOLD, village, key)
        marked.keep("household", village, entity)
        keys.append(key)
    marked.keep("pair", village, f"{keys[0]}/with/{keys[1]}")
    for kind, list_name in ((Kind.CLUB, "clubs"), (Kind.CLUB, "models"), (Kind.STAFF, "staff")):
        name = f"{list_name} {marked.mark(kind, village, list_name)}"
        key = put(services, project, list_name, label=name, village=village, commune=village[:5])
        marked.note("entities", kind, village, key)
    trusted = f"Nhà {marked.mark(Kind.INCIDENT, village, 'nhà tin cậy')}"
    key = put(services, project, "trusted_addresses", label=trusted, village=village, commune=village[:5])
    marked.note("incidents/addresses", Kind.INCIDENT, village, key)


def _phone(marked, place, project_id, kind):
    """Enrol somebody there."""
    services = services_of(marked)
    name = f"CTV {marked.mark(kind, place, f'ctv {project_id}')}"
    number = marked.mark(kind if kind is Kind.PERSON else Kind.SHUT, place, f"số {project_id}", letters="0900")
    enrolled = add_collaborator(services, NewCollaborator(project_id, name, (place,), phone=number))
    marked.note("collaborators", kind, place, enrolled.collaborator_id)
    marked.keep("sender", place, enrolled.collaborator_id)
    marked.keep("token", place, (project_id, enrolled.token))
    return SimpleNamespace(services=services, tokens={"": (project_id, enrolled.token)})


def _reviewer(marked, place, role, kind):
    """Make somebody who decides there."""
    services = services_of(marked)
    name = f"Duyệt {marked.mark(kind, place, f'duyệt {role.value}')}"
    account_id = make_account(services, f"duyet.{role.value}.{place}", (role, place), name=name)
    marked.note("accounts", kind, place, account_id)
    post = Post(role, marked.world.unit(place), None, None)
    return Account(AccountId(account_id), f"duyet.{role.value}.{place}", (post,), elevated=role is not Role.SUPERVISOR)


def _xml(marked, form, name, number, **facts):
    """Return an instance whose id is marked."""
    kind = Kind.INCIDENT if form == "incident" else Kind.RECORD
    place = facts.get("village", facts["commune"])
    instance = f"uuid:{uuid_of(marked.mark(kind, place, f'mã {number}', letters=''))}"
    return example(form, name, number, **facts).replace(
        f"uuid:00000000-0000-4000-8000-{number:012d}".encode(), instance.encode()
    )


def _survey(marked, phones, village, what, number, name="couple_with_children", **facts):
    household = marked.parts["household"][village][0]
    facts = {"commune": village[:5], "village": village, "household_id": household, "household": household} | facts
    facts |= {one: f"Hộ {marked.mark(Kind.RECORD, village, f'{one} {what}')}" for one in ("hh_number", "instanceName")}
    services_of(marked).now.advance(minutes=3)
    xml = _xml(marked, SURVEY, name, number, **facts).replace(LISTED.encode(), facts["household_id"].encode())
    receipt = send(phones, "", xml)
    marked.note("submissions", Kind.RECORD, village, receipt.submission_id)
    return receipt, xml


def _records(marked, village, number, phones, reviewer):
    services = services_of(marked)
    approved, _ = _survey(marked, phones, village, "đạt", 100 + number)
    _decide(marked, village, reviewer, approved, Verdict.APPROVE)
    returned, _ = _survey(marked, phones, village, "trả", 200 + number)
    _decide(marked, village, reviewer, returned, Verdict.RETURN, "/data/answers/about/hh_poverty")
    first, xml = _survey(marked, phones, village, "sửa", 300 + number)
    for answer in (b"none", b"near_poor"):
        replaced = xml.partition(b"<instanceID>")[2].partition(b"</instanceID>")[0]
        new = f"uuid:{uuid4()}".encode()
        ids = b"<deprecatedID>" + replaced + b"</deprecatedID><instanceID>" + new
        edited = xml.replace(b"<instanceID>" + replaced, ids).replace(b"<hh_poverty>poor", b"<hh_poverty>" + answer)
        marked.keep("branch", village, (first.submission_id, send(phones, "", edited).version_id))
    name = f"{marked.mark(Kind.RECORD, village, 'ảnh')}.jpg"
    place = {"commune": village[:5], "village": village, "unit": village, "photo_session": name}
    place["instanceName"] = marked.mark(Kind.RECORD, village, "buổi")
    xml = _xml(marked, "training_event", "club_meeting", 400 + number, **place)
    xml = xml.replace(b"<photo_session />", f"<photo_session>{name}</photo_session>".encode())
    xml = xml.replace(b"<venue_point />", f"<venue_point>14.{number}5 107.9 600 8</venue_point>".encode())
    event = send(phones, "", xml, [(name, "image/jpeg", photo(number))])
    marked.note("submissions", Kind.RECORD, village, event.submission_id)
    held = marked.mark(Kind.HELD, village, "giữ", letters="")
    xml = example(SURVEY, "refused", 500 + number).replace(b'version="', b'version="9')
    xml = xml.replace(f"00000000-0000-4000-8000-{500 + number:012d}".encode(), uuid_of(held).encode())
    marked.note("held", Kind.HELD, village, send(phones, "", xml).upload_id)
    services.now.advance(minutes=3)


def _astray(marked):
    """A phone of one commune sends a survey, from there, of a household that lies in another."""
    for village, other in ((VILLAGES[0], VILLAGES[3]), (VILLAGES[3], VILLAGES[4])):
        project_id, token = marked.parts["token"][village][0]
        phones = SimpleNamespace(services=services_of(marked), tokens={"": (project_id, token)})
        household = marked.parts["household"][other][-1]
        number = 900 + VILLAGES.index(village)
        _survey(marked, phones, village, "lạc", number, household_id=household, household=household)


def _decide(marked, place, officer, receipt, verdict, *paths):
    """Decide about a record, with a marked comment where one is asked for."""
    is_incident = officer.posts[0].role is Role.INCIDENT_OFFICER
    kind = Kind.INCIDENT if is_incident else Kind.RECORD
    comment = "" if verdict is Verdict.APPROVE else marked.mark(kind, place, f"nhận xét {receipt.submission_id}")
    questions = tuple(QuestionComment(one, marked.mark(kind, place, f"{one} {receipt.submission_id}")) for one in paths)
    targets = (Target(receipt.submission_id, receipt.version_id),)
    decision = Decision(verdict, comment, targets, spares_flagged=False, questions=questions)
    desk = Desk.INCIDENTS if is_incident else Desk.EVERYDAY
    if is_incident:
        why = Why(OpeningReason.HANDLING, marked.mark(kind, place, f"mở {receipt.submission_id}"))
        open_case(services_of(marked), officer, receipt.submission_id, why)
    assert not review_submissions(services_of(marked), officer, decision, desk).skipped


def _commune(marked, commune, number):
    services, world = services_of(marked), marked.world
    phones = _phone(marked, commune, world.separate_id, Kind.INCIDENT)
    officer = _reviewer(marked, commune, Role.INCIDENT_OFFICER, Kind.OFFICER)
    for what, verdict in enumerate((Verdict.APPROVE, Verdict.RETURN, None)):
        day = DAYS[3]
        facts = {"commune": commune, "case_date": day, "occ_day": day, "occ_date": day}
        facts["instanceName"] = marked.mark(Kind.INCIDENT, commune, f"vụ {what}")
        services.now.advance(minutes=3)
        receipt = send(phones, "", _xml(marked, "incident", "new_case", 700 + 10 * number + what, **facts))
        marked.note("incidents", Kind.INCIDENT, commune, receipt.submission_id)
        if verdict is not None:
            _decide(marked, commune, officer, receipt, verdict)
    _held_case(marked, commune, number, phones)
    key = put(services, world.project_id, "staff", label=marked.mark(Kind.STAFF, commune, "cán bộ"), commune=commune)
    marked.note("entities", Kind.STAFF, commune, key)
    signer = Account(AccountId(1), "mau", (Post(Role.SUPERVISOR, world.unit(commune), None, None),), elevated=False)
    order = ReportOrder(world.layouts[COMMUNE], world.unit(commune), Period(YEAR))
    kind = Kind.FIGURE if commune == ISSUED else Kind.WORDS
    words = {one: marked.mark(kind, commune, one) for one in ("results", "signer_name")}
    keep_words(services, signer, order, words, revision=0)
    confirm_for_the_operator(
        services,
        NoCaseOrder(world.separate_id, world.unit(commune), Period.parse(f"{YEAR}-Q1")),
        marked.mark(Kind.INCIDENT, commune, "xác nhận"),
    )
    official_copy(services, officer, order, act=Act.LOCK, reason=marked.mark(Kind.SHUT, commune, "bản chính thức"))
    lock_for_the_operator(
        services,
        LockOrder(world.project_id, world.unit(commune), Period(YEAR)),
        marked.mark(Kind.FIGURE, commune, "khóa"),
    )
    world.typed("report:2017-I.1.total", 1200, commune)
    world.typed("incident.cases", 3, commune, is_sensitive=True)


def _held_case(marked, commune, number, phones):
    """A case that lies in the tray, as its version is not known."""
    xml = _xml(marked, "incident", "new_case", 800 + number, commune=commune).replace(b'version="', b'version="9')
    marked.note("incidents/held", Kind.INCIDENT, commune, send(phones, "", xml).upload_id)


def _province(marked):
    services, world = services_of(marked), marked.world
    staff = marked.mark(Kind.STAFF, PROVINCE, "cán bộ")
    key = put(services, world.project_id, "staff", label=staff, commune=PROVINCE)
    marked.note("entities", Kind.STAFF, PROVINCE, key)
    world.freeze()
    issued = issue_for_the_operator(services, world.order(unit=ISSUED), marked.mark(Kind.FIGURE, ISSUED, "ký"))
    marked.note("reports/issued", Kind.FIGURE, ISSUED, issued.issue_id)

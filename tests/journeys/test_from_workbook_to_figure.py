"""The whole way: an empty folder, one command, phones that fill and send, a supervisor who approves, and the figure."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from server.media.opening import open_store
from server.storage.database import open_engine
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow
from tests.collect_double import Form, JavaRosa, Mishap, Phone, Survey
from tests.journeys.hand_count import conduct_figure
from tests.journeys.newcomer import Browser, Machine

pytestmark = [pytest.mark.java, pytest.mark.database]
ROOT = Path(__file__).parent.parent.parent
PROJECT, SEPARATE = "Công tác gia đình", "Công việc riêng"
COMMUNE, PROVINCE = "23500", "51"
VILLAGES = ("23500-01", "23500-03", "23500-04")
PASSWORD = "mat-khau-hanh-trinh"
CONDUCT = "household_conduct_survey"
FORMS = (CONDUCT, "household_register", "training_event", "commune_register")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


WHERE = (
    pytest.param("sqlite and files", marks=pytest.mark.full),
    pytest.param("postgresql and s3", marks=pytest.mark.s3),
)


@pytest.fixture(params=WHERE)
def machine(request, tmp_path):
    """A machine with an empty folder; the second one is told of a database and an object store elsewhere."""
    settings = {}
    if request.param != "sqlite and files":
        server = request.getfixturevalue("postgres_server")
        bucket = request.getfixturevalue("s3_bucket")
        settings = {"NEPNHA_DATABASE_URL": server.url(server.new_database()), "NEPNHA_MEDIA_URL": bucket.url()}
    machine = Machine(tmp_path, settings)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()


@pytest.fixture(scope="module")
def engine():
    with JavaRosa() as engine:
        yield engine


class Collaborator:
    """A person with a phone, who fills forms on it with the engine."""

    def __init__(self, engine: JavaRosa, enrolment: dict[str, str]) -> None:
        self.phone = Phone(enrolment["server_url"], username=enrolment["username"])
        self._engine = engine
        self._loaded: dict[str, Form] = {}

    def assert_synced(self, forms: set[str]) -> None:
        """Check that the phone gets exactly these forms, whole, and that asking again changes nothing."""
        first, again = self.phone.sync(), self.phone.sync()
        assert (set(first.added), first.failed, first.mismatched, first.error) == (forms, {}, (), None)
        assert (again.added, again.updated, again.removed, again.error) == ((), (), (), None)

    def fill(self, form_id: str, seed: int) -> Survey:
        """Fill the form that was downloaded, with its lists; what is not given is left to chance."""
        if form_id not in self._loaded:
            self._loaded[form_id] = self._engine.load(self.phone.forms[form_id].xform, self.phone.media(form_id))
        answers = conduct_answers(seed) if form_id == CONDUCT else {}
        outcome = self._engine.fill(self._loaded[form_id], answers, seed=seed, meta=self.phone.meta)
        assert outcome.valid, outcome.failed
        assert not outcome.unused
        return outcome.survey


@pytest.mark.parametrize("of_each", [8, pytest.param(50, marks=pytest.mark.full)])
def test_what_was_asked_in_the_village_is_the_figure_on_the_page(machine, engine, of_each):
    machine.nepnha("units", "load", str(ROOT / "server" / "territory" / "seed" / "sample_villages.csv"))
    people = [Collaborator(engine, enrolled(machine, number)) for number in (1, 2, 3)]
    officer = Collaborator(engine, enrolled_officer(machine))

    for person in people:
        person.assert_synced(set(FORMS))
    officer.assert_synced({"phieu_b"})
    surveys = [people[0].fill(form_id, seed) for form_id in FORMS for seed in range(of_each)]
    incidents = [officer.fill("phieu_b", seed) for seed in range(of_each)]

    send_in_every_way([one.phone for one in people], surveys)
    assert all(officer.phone.send(one).ok for one in incidents)
    assert_stored_once(machine, [*surveys, *incidents])

    machine.add_account("giamsat", "supervisor", PROVINCE, PASSWORD)
    browser = Browser(machine.url)
    browser.sign_in("giamsat", PASSWORD)
    assert browser.get_json("/api/v1/submissions")["total"] == len(surveys)
    assert browser.status_of("/incidents") == 404
    conduct = [one for one in surveys if one.form_id == CONDUCT]
    approve_all_but(browser, machine, {one.instance_id for one in conduct[:2]})

    counted = [one.xml for one in conduct[2:]]
    this_year = datetime.now(ZONE).year
    implementing, visited = conduct_figure(counted, this_year)
    assert 0 < implementing < visited, "a figure of none or of all would prove little"
    figure = browser.get_json(f"/api/v1/figures/I6-kv?year={this_year}")["total"]
    assert (figure["numerator"], figure["denominator"]) == (implementing, visited)
    assert_shown(browser, f"/indicators/I6-kv?year={this_year}", implementing, visited)
    implementing, visited = conduct_figure(counted, this_year - 1)
    figure = browser.get_json(f"/api/v1/figures/I6-kv?year={this_year - 1}")["total"]
    assert (figure["numerator"], figure["denominator"]) == (implementing, visited)

    machine.nepnha("rebuild")
    assert browser.get_json(f"/api/v1/figures/I6-kv?year={this_year - 1}")["total"] == figure


def assert_shown(browser: Browser, page: str, implementing: int, visited: int) -> None:
    """Check that the page tells the figure, and that one click on its first number lists as many records."""
    told = rf'<a href="([^"]+)">{implementing}</a> / <a href="[^"]+">{visited}</a>'
    found = re.search(told, browser.get(page))
    assert found is not None
    listed = set(re.findall(r'href="/submissions/(\d+)', browser.get(unescape(found[1]))))
    assert len(listed) == implementing


def enrolled(machine: Machine, number: int) -> dict[str, str]:
    return machine.enrol(PROJECT, f"Cộng tác viên {number} (mẫu)", COMMUNE)


def enrolled_officer(machine: Machine) -> dict[str, str]:
    """Set up the work apart, and enrol the one person its form is for."""
    machine.nepnha("setup", "--incidents")
    enrolment = machine.enrol(SEPARATE, "Cán bộ vụ việc (mẫu)", COMMUNE)
    named = ("--sensitive", "--audience", "named", "--collaborator", str(enrolment["collaborator_id"]))
    machine.nepnha("form", "publish", str(ROOT / "xlsforms" / "incident"), "--project", SEPARATE, *named)
    return enrolment


def conduct_answers(number: int) -> dict[str, str]:
    """Say where and when; who lives there and what they answer is left to chance, but many must do well.

    Two visits of one household are of different days; the twenty-fifth and later ones are second visits, but for
    households asked about last year, which all count for one day and so are visited once.
    """
    chance = random.Random(number)
    household = number if number % 25 % 8 == 7 else number % 25
    day = datetime.now(ZONE).date() - timedelta(days=number)
    answers = {
        "/data/where/visit_date": day.isoformat(),
        "/data/where/year": "last_year" if household % 8 == 7 else "this_year",
        "/data/where/commune": COMMUNE,
        "/data/where/village": VILLAGES[household % 3],
        "/data/who/household_list": "not_listed",
        "/data/who/house_no": str(100 + household),
        "/data/who/visit_result": chance.choice(["met"] * 6 + ["absent", "moved", "refused"]),
    }
    if answers["/data/who/visit_result"] != "met":
        return answers
    answers["/data/consent"] = chance.choice(["yes"] * 5 + ["no"])
    if answers["/data/consent"] == "no":
        return answers
    answers |= {"/data/answers/registration/registered": chance.choice(["yes", "yes", "yes", "no"])}
    if chance.random() < 0.7:
        answers |= {"/data/answers/about/hh_relations": "couple"}
        answers |= {f"/data/answers/page_c1/c1_{place}": chance.choice("3332") for place in range(1, 5)}
        answers |= {f"/data/answers/page_c2/c2_{place}": chance.choice("3332") for place in range(1, 5)}
    return answers


def send_in_every_way(phones: list[Phone], surveys: list[Survey]) -> None:
    """Send everything from all phones at once: some twice, some in pieces and backwards, some thrice in parallel."""

    def send_some(place: int) -> None:
        phone = phones[place]
        for number, survey in enumerate(surveys[place :: len(phones)]):
            match number % 4:
                case 0:
                    sent = [phone.send(survey), phone.send(survey)]
                case 1:
                    sent = [phone.send(survey, Mishap(reverse_posts=True), accept_length=1_000)]
                case 2:
                    assert not phone.send(survey, Mishap(hang_up=True)).ok
                    sent = [phone.send(survey)]
                case _:
                    sent = phone.send_in_parallel(survey, 3)
            assert all(one.ok for one in sent), [one.message for one in sent]

    with ThreadPoolExecutor(len(phones)) as threads:
        list(threads.map(send_some, range(len(phones))))


def assert_stored_once(machine: Machine, sent: list[Survey]) -> None:
    """Check in the database itself: one record each, byte for byte, with all its files, nothing flagged or held."""
    engine = open_engine(machine.settings["NEPNHA_DATABASE_URL"], connections=1)
    with engine.connect() as connection:
        versions = connection.execute(select(SubmissionVersionRow.instance_id, SubmissionVersionRow.xml)).all()
        records = connection.execute(select(func.count()).select_from(SubmissionRow)).scalar_one()
        held = connection.execute(select(func.count()).select_from(HeldUploadRow)).scalar_one()
        files = connection.execute(select(AttachmentRow.name, AttachmentRow.media_key)).all()
        wrong = connection.execute(select(FindingRow.code, FindingRow.path).where(FindingRow.severity == "error")).all()
    engine.dispose()
    assert sorted(versions) == sorted((one.instance_id, one.xml) for one in sent)
    assert (records, held) == (len(sent), 0)
    expected = [(name, content) for one in sent for name, content in one.files.items()]
    assert expected, "no form asked for a photograph"
    assert sorted((file.name, kept_bytes(machine, file.media_key)) for file in files) == sorted(expected)
    assert wrong == [], "what the form engine let through, the server must not call an error"


def kept_bytes(machine: Machine, key: str) -> bytes:
    """Return a file from where the server keeps it."""
    store = open_store(machine.settings["NEPNHA_MEDIA_URL"], machine.folder / "looking")
    with closing(store), store.open(key) as content:
        return content.read()


def approve_all_but(browser: Browser, machine: Machine, rejected: set[str]) -> None:
    """Decide about every record in the browser; those of the instanceIDs *rejected* are not to count."""
    by_record = instance_ids(machine)
    for ticks in browser.awaiting("submissions"):
        bad = [one for one in ticks if by_record[int(one.partition(":")[0])] in rejected]
        for one in bad:
            browser.decide("reject", [one], comment="Hộ này được hỏi thử (mẫu).", from_list=False)
        if good := [one for one in ticks if one not in bad]:
            browser.decide("approve", good, from_list=True)
    assert browser.get_json("/api/v1/submissions?state=received")["total"] == 0
    states = [one["state"] for one in every_record(browser)]
    assert (states.count("rejected"), states.count("approved")) == (len(rejected), len(states) - len(rejected))


def instance_ids(machine: Machine) -> dict[int, str]:
    engine = open_engine(machine.settings["NEPNHA_DATABASE_URL"], connections=1)
    with engine.connect() as connection:
        rows = connection.execute(select(SubmissionRow.id, SubmissionRow.root_instance_id)).all()
    engine.dispose()
    return {row.id: row.root_instance_id for row in rows}


def every_record(browser: Browser) -> list[dict]:
    records, after = [], ""
    while True:
        page = browser.get_json("/api/v1/submissions" + (f"?after={after}" if after else ""))
        records += page["records"]
        if page["next_after"] is None:
            return records
        after = page["next_after"]

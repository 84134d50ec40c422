"""Fill a server with sample people and records, plainly marked, through the same operations as real ones.

Loading again adds what is missing and nothing else. The accounts' passwords are made up and returned once.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.actors import Account, Post
from server.access.roles import Role
from server.errors import NotFound
from server.forms.entities import STANDARD_LISTS
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.envelope import Envelope, Filed
from server.operations.identify_sender import sender_by_username
from server.operations.load_units import SAMPLE_FILE, load_units, seed_text
from server.operations.receive_submission import receive_submission
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sample_households import households_csv
from server.operations.sample_registers import SampleList, put_sample_entities
from server.operations.sample_survey import FORM_ID, SampleSurvey, survey_xml, visit_day
from server.operations.setup_server import MAIN_PROJECT
from server.operations.sights import Desk
from server.registers.reach import HOUSEHOLDS
from server.submissions.instance import read_instance
from server.submissions.review import Verdict
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender
    from server.storage.repositories.projects import Project
    from server.territory.units import UnitPeriod

SURVEYS: Final = 150
_TOLD_EVERY: Final = 50
_DEVICE: Final = "collect:sampledevice0001"
_COMMUNE_NUMBERS: Final = "commune_numbers.csv"
_NO_NUMBER: Final = "số của UBND xã/phường"
_PEOPLE: Final = ("A Tik", "Y Bét", "A Blưn", "Y Hlim", "Y Krông", "A Huynh", "Y Vân", "Nguyễn Thị Mẫu")
_ACCOUNTS: Final = (
    (Role.SUPERVISOR, "giamsat.mau", "Giám sát viên (mẫu)"),
    (Role.ANALYST, "phantich.mau", "Cán bộ phân tích (mẫu)"),
    (Role.INCIDENT_OFFICER, "vuviec.mau", "Cán bộ vụ việc (mẫu)"),
)
_COMMUNE: Final = re.compile(rb"<commune>([0-9]{5})</commune>")
_RETURNED_EVERY: Final = 19
_WAITING_EVERY: Final = 5
_COMMENT: Final = "Xin hỏi lại hộ này về ngày đăng ký (ý kiến mẫu)."


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """A sample account and its password, which is shown this once."""

    role: Role
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class SampleLoaded:
    """What this call added."""

    accounts: tuple[SampleAccount, ...]
    received: int
    approved: int


def load_sample(services: Services, folder: Path, tell: Progress) -> SampleLoaded:
    """Add sample villages, accounts, collaborators and records; *folder* holds the forms with their examples.

    Raises NotFound ``project.unknown`` before the server was set up.
    """
    load_units(services, seed_text(SAMPLE_FILE))
    project = _main_project(services)
    accounts = _accounts(services)
    senders = _senders(services, project)
    _registers(services, project, folder)
    filed = [*_send_surveys(services, project, senders, tell), *_examples(services, senders, folder)]
    approved = _review(services, filed)
    return SampleLoaded(accounts, len(filed), approved)


def _registers(services: Services, project: Project, folder: Path) -> None:
    """Put the households, clubs and others of the sample files on their lists."""
    files = {path.stem: path for path in sorted(folder.glob("*/media/*.csv")) if path.stem in STANDARD_LISTS}
    for name, path in files.items():
        put_sample_entities(services, SampleList(project.project_id, name, path.read_bytes()))


def _main_project(services: Services) -> Project:
    with services.reading(services.operator()) as uow:
        project = uow.projects.by_name(MAIN_PROJECT)
    if project is None:
        raise NotFound("project.unknown", project=MAIN_PROJECT)
    return project


def _provinces(services: Services) -> tuple[UnitPeriod, ...]:
    return services.atlas.current().territory.units_of_level(Level.PROVINCE, services.today())


def _accounts(services: Services) -> tuple[SampleAccount, ...]:
    units = tuple(one.code for one in _provinces(services))
    with services.reading(services.operator()) as uow:
        missing = [one for one in _ACCOUNTS if uow.accounts.by_login(one[1]) is None]
    made: list[SampleAccount] = []
    for role, login, name in missing:
        wanted = NewAccount(login, name, (NewPost(role, units),), is_sample=True)
        made.append(SampleAccount(role, login, add_account(services, wanted).password))
    return tuple(made)


def _senders(services: Services, project: Project) -> dict[str, Sender]:
    """Return a sample collaborator for each commune with sample villages, by its code, enrolled where missing."""
    with services.reading(services.operator()) as uow:
        lines = uow.collaborators.lines(None, services.today())
    known = {one.name: one.username for one in lines if one.is_sample and one.project_id == project.project_id}
    communes = sorted({commune for commune, _ in _villages(services)})
    senders: dict[str, Sender] = {}
    for number, commune in enumerate(communes):
        name = f"{_PEOPLE[number % len(_PEOPLE)]} – {commune} (mẫu)"
        if name not in known:
            new = NewCollaborator(project.project_id, name, (commune,), is_sample=True)
            known[name] = add_collaborator(services, new).username
        sender = sender_by_username(services, project.project_id, known[name])
        assert sender is not None, "she was enrolled above or before"
        senders[commune] = sender
    return senders


def _villages(services: Services) -> list[tuple[str, str]]:
    """Return commune and village codes of the sample villages of today."""
    territory, today = services.atlas.current().territory, services.today()
    villages = territory.units_of_level(Level.VILLAGE, today)
    return sorted(
        (territory.period(one.parent_id, today).code, one.code)
        for one in villages
        if one.name.endswith("(mẫu)") and one.parent_id is not None
    )


def _surveys(services: Services, senders: Mapping[str, Sender]) -> tuple[SampleSurvey, ...]:
    places, today = _villages(services), services.today()
    version, numbers = _form_facts(services, _any_of(senders).forms_project_id)
    visits = ((number, *places[number % len(places)]) for number in range(1, SURVEYS + 1))
    return tuple(
        SampleSurvey(number, commune, village, visit_day(number, today), numbers.get(commune, _NO_NUMBER), version)
        for number, commune, village in visits
    )


def _send_surveys(
    services: Services, project: Project, senders: Mapping[str, Sender], tell: Progress
) -> Iterator[Filed]:
    """Put the households on their list, then send a survey of each."""
    surveys = _surveys(services, senders)
    put_sample_entities(services, SampleList(project.project_id, HOUSEHOLDS, households_csv(surveys)))
    for done, survey in enumerate(surveys, start=1):
        if done % _TOLD_EVERY == 0:
            tell("sample.progress", done=done, whole=SURVEYS)
        filed = _send(services, senders[survey.commune], survey_xml(survey), survey.instance_id)
        if filed is not None:
            yield filed


def _form_facts(services: Services, project_id: int) -> tuple[str, dict[str, str]]:
    """Return the survey's version in force and the telephone numbers that go with it by commune."""
    with services.reading(services.operator()) as uow:
        current = next((one for one in uow.forms.current(project_id) if one.form_id == FORM_ID), None)
        if current is None:
            raise NotFound("form.unknown", form=FORM_ID)
        content = uow.forms.file_content(current.version_id, _COMMUNE_NUMBERS) or b""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return current.version, {row["name"]: row["phone"] for row in rows}


def _examples(services: Services, senders: Mapping[str, Sender], folder: Path) -> Iterator[Filed]:
    """Send the good examples of the other forms in force, each from the commune it tells of."""
    with services.reading(services.operator()) as uow:
        form_ids = {one.form_id for one in uow.forms.current(_any_of(senders).forms_project_id)}
    paths = [path for form_id in sorted(form_ids - {FORM_ID}) for path in (folder / form_id / "examples").glob("*.xml")]
    for path in sorted(paths):
        if path.name.startswith("bad_"):
            continue
        xml = path.read_bytes()
        told = _COMMUNE.search(xml)
        sender = senders.get(told[1].decode()) if told else None
        filed = _send(services, sender or _any_of(senders), xml, read_instance(xml).instance_id)
        if filed is not None:
            yield filed


def _any_of(senders: Mapping[str, Sender]) -> Sender:
    return next(iter(senders.values()))


def _send(services: Services, sender: Sender, xml: bytes, instance_id: str) -> Filed | None:
    """Receive one record, unless it is there: a sample made on another day says another day under the same id."""
    form_id = read_instance(xml).form_id
    with services.reading(services.intake(sender.project_id)) as uow:
        form = uow.forms.form(sender.forms_project_id, form_id)
        if form is not None and uow.submissions.rooted_at(sender.project_id, form[0], instance_id) is not None:
            return None
    receipt = receive_submission(services, sender, Envelope(xml, (), _DEVICE))
    return receipt if isinstance(receipt, Filed) else None


def _review(services: Services, filed: list[Filed]) -> int:
    """Approve most of what was just received, send a few back, leave some waiting; return how many were approved."""
    with services.reading(services.operator()) as uow:
        known = uow.accounts.by_login(_ACCOUNTS[0][1])
    if known is None or not filed:
        return 0
    posts = tuple(Post(Role.SUPERVISOR, one.unit_id, None, None) for one in _provinces(services))
    supervisor = Account(known.account_id, known.login, posts, elevated=False)
    returned = filed[::_RETURNED_EVERY]
    approved = [one for number, one in enumerate(filed) if one not in returned and number % _WAITING_EVERY]
    _decide(services, supervisor, returned, verdict=Verdict.RETURN)
    return _decide(services, supervisor, approved, verdict=Verdict.APPROVE)


def _decide(services: Services, supervisor: Account, filed: list[Filed], *, verdict: Verdict) -> int:
    comment = _COMMENT if verdict is Verdict.RETURN else ""
    done = 0
    for start in range(0, len(filed), 100):
        targets = tuple(Target(one.submission_id, one.version_id) for one in filed[start : start + 100])
        decision = Decision(verdict, comment, targets, spares_flagged=True)
        done += len(review_submissions(services, supervisor, decision, Desk.EVERYDAY).done)
    return done

"""One of everything a console has a page about, in one commune: what is not a record of the backlog.

All of it is made as it is made in earnest, but for figures typed from paper and outlines, which are plain squares.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import text

from server.access.actors import Account, Post
from server.access.openings import OpeningReason, Why
from server.access.roles import ACCOUNT_ROLES, Role
from server.indicators.periods import Period
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_practice, add_project
from server.operations.envelope import Envelope, Filed, Held, SentFile
from server.operations.form_source import read_form_source
from server.operations.identify_sender import sender_by_token
from server.operations.import_order import Asker, ImportOrder, Load
from server.operations.issue_report import issue_for_the_operator
from server.operations.load_boundaries import BoundaryFile, load_boundaries
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.open_case import open_case
from server.operations.publish_form import Audience, publish_form
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from server.operations.receive_submission import receive_submission
from server.operations.release_tables import ReleaseOrder, freeze_release
from server.operations.report_filling import ReportOrder
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.run_import import FileFacts, keep_file
from server.operations.sample_registers import SampleList, put_sample_entities
from server.operations.sights import Desk
from server.submissions.review import Verdict
from server.territory.units import Level, UnitId

from .field import EVENT, FORMS, PHOTO_NAME, SURVEY
from .history import PASSWORD, YEARS, renewed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.operations.services import Services
    from server.territory.units import UnitPeriod

    from .history import History

PROVINCE_CODE = "51"
PLAN = "cong-khai"
LAST_YEAR, YEAR = YEARS
_INCIDENT = "incident"
_COMMUNE_REPORT = FORMS / "reports" / "yearly-2017-commune.xlsx"
_CASES, _HELD, _TRIED = 60, 40, 20
_PHOTO_SIDE = 1200
_SAMPLE_COMMUNE = "23500"
"""Where the examples of the forms play."""


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who holds every post there is at one unit, and the things of that unit that pages are asked about."""

    name: str
    login: str
    facts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Office:
    """What was made: ids by the name a page's address has for them, and whoever opens the pages."""

    facts: Mapping[str, int]
    officials: tuple[Official, ...]


@dataclass(frozen=True, slots=True)
class _Making:
    """What everything is made with: a commune, its first village, the key of somebody who works there."""

    services: Services
    history: History
    commune: UnitPeriod
    village: str

    @property
    def project_id(self) -> int:
        return self.history.project_id

    @property
    def province(self) -> UnitId:
        return self.history.account.posts[0].unit_id

    def here(self) -> dict[str, str]:
        """Return what an answer says of where it was given."""
        return {"commune": self.commune.code, "village": self.village}

    def send(self, token: str, project_id: int, xml: bytes, *files: SentFile) -> Filed | Held:
        """Have somebody's phone send an instance."""
        sender = sender_by_token(self.services, project_id, token)
        receipt = receive_submission(self.services, sender, Envelope(xml, files, "collect:office"))
        for file in files:
            file.content.close()
        return receipt


def set_up_office(services: Services, history: History) -> Office:
    """Make everything, after the backlog; what was issued and locked is of the year before."""
    territory, today = services.atlas.current().territory, services.today()
    commune = territory.units_of_level(Level.COMMUNE, today)[0]
    making = _Making(services, history, commune, territory.children(commune.unit_id, today)[0].code)
    facts = _registers(making) | _apart(making) | _records(making) | _practice(making)
    source = ReportSource(_COMMUNE_REPORT.stem, _COMMUNE_REPORT.read_bytes(), "Người quản trị (mẫu)")
    commune_layout = publish_report(services, making.project_id, source).template_id
    _outline(services, territory.units_of_level(Level.COMMUNE, today))
    asker = Asker(history.account.account_id, frozenset({commune.unit_id}), None, services.operator())
    load = Load(ImportOrder(making.project_id, "totals", today), asker)
    facts["import_id"] = keep_file(services, load, FileFacts("tong-so-ho.csv", "0" * 64), state="done")
    facts |= {"commune": int(commune.unit_id), "year": YEAR, "last_year": LAST_YEAR}
    officials = (
        _official(making, "province", (PROVINCE_CODE, making.province), history.report_id),
        _official(making, "commune", (commune.code, commune.unit_id), commune_layout),
    )
    return Office(facts, officials)


def _registers(making: _Making) -> dict[str, int]:
    """Put clubs and the like on their lists, in the commune; two households of its village, and an address apart."""
    media = FORMS / "commune_register" / "media"
    for name in ("clubs", "models", "trusted_addresses"):
        rows = (media / f"{name}.csv").read_text(encoding="utf-8")
        moved = rows.replace(f"{_SAMPLE_COMMUNE}-04", making.village).replace(f"{_SAMPLE_COMMUNE}-01", making.village)
        table = moved.replace(_SAMPLE_COMMUNE, making.commune.code).encode()
        put_sample_entities(making.services, SampleList(making.project_id, name, table))
    village = making.services.atlas.current().territory.find(making.village, making.services.today()).unit_id
    entities = "SELECT min(e.id) FROM entity AS e JOIN entity_list AS l ON l.id = e.list_id WHERE"
    household = _number(making.services, f"{entities} l.name = 'households' AND e.unit_id = :unit", unit=village)
    other = f"{entities} l.name = 'households' AND e.unit_id = :unit AND e.id > :key"
    address = _number(making.services, f"{entities} l.name = 'trusted_addresses'")
    other_key = _number(making.services, other, unit=village, key=household)
    return {"entity_key": household, "other_key": other_key, "address": address, "village": int(village)}


def _apart(making: _Making) -> dict[str, int]:
    """Have cases confirmed in a project apart, some held, and their public tables frozen."""
    services = making.services
    separate = add_project(services, "Công việc riêng (đo tốc độ, mẫu)", kind="separate").project_id
    source = read_form_source(FORMS / _INCIDENT)
    publish_form(services, separate, source, audience=Audience(), is_sensitive=True)
    publish_plan(services, separate, PlanSource(PLAN, (FORMS / _INCIDENT / "releases.xlsx").read_bytes()))
    new = NewCollaborator(separate, "Cán bộ (mẫu)", (making.commune.code,), is_sample=True)
    token = add_collaborator(services, new).token
    today = services.today().isoformat()
    days = dict.fromkeys(("case_date", "occ_day", "occ_date"), today)
    case = _example(_INCIDENT, "new_case")
    sent = [making.send(token, separate, renewed(case, making.here() | days)) for _ in range(_CASES)]
    pictured = making.send(token, separate, renewed(case, making.here() | days), _photo(services, "la.jpg"))
    clashing = _clash(making, token, separate, case)
    unknown = case.replace('version="', 'version="9', 1)
    held = [making.send(token, separate, renewed(unknown, making.here() | days)) for _ in range(_HELD)][-1]
    assert isinstance(held, Held), held
    cases = tuple(Target(one.submission_id, one.version_id) for one in sent if isinstance(one, Filed))
    officer = Post(Role.INCIDENT_OFFICER, making.province, None, None)
    account = Account(making.history.account.account_id, "duyet.mau", (officer,), elevated=True)
    confirmed = cases[: _CASES // 2]
    for one in confirmed:
        open_case(services, account, one.submission_id, Why(OpeningReason.HANDLING, "Đo tốc độ (mẫu)"))
    decision = Decision(Verdict.APPROVE, "", confirmed, spares_flagged=False)
    review_submissions(services, account, decision, Desk.INCIDENTS)
    freeze_release(services, ReleaseOrder(separate, PLAN, services.today().year, "Người công bố (mẫu)"))
    _typed(making, separate, "incident.cases", is_sensitive=True)
    ids = {"pictured_case": _record_of(pictured), "clashing_case": clashing}
    return {"separate": separate, "case": cases[-1].submission_id, "upload_id": int(held.upload_id), **ids}


def _records(making: _Making) -> dict[str, int]:
    """Have a record with a photograph, one with two versions that clash, and some that are held; a figure on paper."""
    services, token = making.services, making.history.province.keys[0].split("/")[3]
    there = making.here() | {"unit": making.village, "ev_households": "", "poor_households": ""}
    event = renewed(_example(EVENT, "bad_photo_missing"), there)
    pictured = making.send(token, making.project_id, event, _photo(services, PHOTO_NAME))
    survey = _example(SURVEY, "refused")
    clashing = _clash(making, token, making.project_id, survey)
    unknown = survey.replace('version="', 'version="9', 1)
    for _ in range(_HELD):
        making.send(token, making.project_id, renewed(unknown, making.here()))
    _typed(making, making.project_id, "report:2017-I.1.total", is_sensitive=False)
    return {
        "project": making.project_id,
        "pictured": _record_of(pictured),
        "clashing": clashing,
        "submission_id": _number(services, _RECORD, survey=SURVEY, unit=making.village),
        "form": _number(services, "SELECT min(id) FROM form_version"),
        "collaborator_id": _number(services, "SELECT min(id) FROM collaborator"),
        "plan_id": _number(services, "SELECT min(id) FROM plan WHERE project_id = :project", project=making.project_id),
    }


_RECORD = (
    "SELECT max(s.id) FROM submission AS s JOIN form AS f ON f.id = s.form_key JOIN unit_period AS p"
    " ON p.unit_id = s.unit_id WHERE f.form_id = :survey AND p.code = :unit AND s.review_state = 'received'"
    " AND s.id < (SELECT min(v.submission_id) FROM submission_version AS v WHERE v.device_id = 'collect:office')"
)
"""The newest of the backlog in the village."""


def _practice(making: _Making) -> dict[str, int]:
    """Have a course send some records."""
    services = making.services
    practice = add_practice(services, making.project_id).project_id
    new = NewCollaborator(practice, "Y Tập (mẫu)", (making.village,), is_sample=True)
    token = add_collaborator(services, new).token
    for _ in range(_TRIED):
        making.send(token, practice, renewed(_example(SURVEY, "refused"), making.here()))
    return {"practice": practice}


def _closed(making: _Making, unit: UnitId, layout_id: int) -> dict[str, int]:
    """Lock last year's figures of a unit and issue its report."""
    services, period = making.services, Period(LAST_YEAR)
    lock = lock_for_the_operator(services, LockOrder(making.project_id, unit, period), "Người chốt (mẫu)")
    issue = issue_for_the_operator(services, ReportOrder(layout_id, unit, period), "Người chốt (mẫu)")
    return {"lock_id": lock.lock_id, "issue_id": issue.issue_id}


def _official(making: _Making, name: str, where: tuple[str, UnitId], layout_id: int) -> Official:
    """Let somebody hold every post at a unit, and somebody else one in the commune for her to look after."""
    code, unit_id = where
    login = f"can-bo.{name}"
    posts = tuple(NewPost(role, (code,)) for role in ACCOUNT_ROLES)
    add_account(making.services, NewAccount(login, "Cán bộ (mẫu)", posts, PASSWORD, is_sample=True))
    below = (NewPost(Role.SUPERVISOR, (making.commune.code,)),)
    made = add_account(making.services, NewAccount(f"giup.{name}", "Người giúp (mẫu)", below, is_sample=True))
    facts = {"unit": int(unit_id), "template_id": layout_id, "account_id": int(made.account_id)}
    return Official(name, login, facts | _closed(making, unit_id, layout_id))


def _outline(services: Services, communes: Iterable[UnitPeriod]) -> None:
    """Give every commune a square of its own, side by side."""
    features = []
    for place, one in enumerate(communes):
        west, south = 107.2 + place % 10 * 0.1, 14.0 + place // 10 * 0.1
        corners = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1), (0.0, 0.0)]
        ring = [[round(west + x, 5), round(south + y, 5)] for x, y in corners]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"code": one.code}, "geometry": geometry})
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    load_boundaries(services, BoundaryFile("ranh_gioi_mau.geojson", content, "code", None), is_rehearsal=False)


def _typed(making: _Making, project_id: int, key: str, *, is_sensitive: bool) -> None:
    """Keep a figure of the commune and one of the province, as typed from paper."""
    services, now = making.services, making.services.now()
    batch = {
        "project_id": project_id, "kind": "figures", "account_id": None, "unit_ids": [],
        "file_name": "so-mau.xlsx", "file_sha256": "0" * 64, "as_of": services.today(), "state": "done",
        "report": {}, "created_at": now, "touched_at": now,
    }  # fmt: skip
    figure = {
        "project_id": project_id, "year": YEAR, "period": str(YEAR), "frame_day": date(YEAR, 12, 31), "key": key,
        "version": 1, "thousandths": 1_200_000, "source_document": "Sổ gia đình (mẫu)", "source_number": "",
        "source_day": None, "source_body": "", "author": "Mẫu", "is_sensitive": is_sensitive, "is_current": True,
        "is_undone": False, "recorded_at": now,
    }  # fmt: skip
    with services.unit_of_work(services.operator()) as uow:
        figure["import_id"] = uow.register_imports.add(batch)
        uow.paper_figures.replace([], [{**figure, "unit_id": one} for one in (making.commune.unit_id, making.province)])


def _photo(services: Services, name: str) -> SentFile:
    """Return a photograph of nothing, as a phone sends it."""
    photo, written = services.media.incoming(), BytesIO()
    Image.effect_noise((_PHOTO_SIDE, _PHOTO_SIDE), 60).save(written, "JPEG")
    photo.write(written.getvalue())
    return SentFile(name, "image/jpeg", photo)


def _clash(making: _Making, token: str, project_id: int, xml: str) -> int:
    """Have two phones change the same instance, and return the record."""
    first = renewed(xml, making.here())
    record = _record_of(making.send(token, project_id, first))
    for words in ("Sửa lần một (mẫu)", "Sửa lần hai (mẫu)"):
        making.send(token, project_id, _edited(renewed(xml, making.here()), first, words))
    return record


def _record_of(receipt: Filed | Held) -> int:
    assert isinstance(receipt, Filed), receipt
    return int(receipt.submission_id)


def _edited(xml: bytes, before: bytes, words: str) -> bytes:
    """Return *xml* as an edit of the instance *before*; *words* make it differ from every other."""
    replaced = re.search(rb"<instanceID>([^<]*)</instanceID>", before)
    assert replaced is not None, "every instance has an id"
    edit = xml.replace(b"</instanceID>", b"</instanceID><deprecatedID>%s</deprecatedID>" % replaced[1])
    return re.sub(rb"<instanceName>[^<]*", b"<instanceName>%s" % words.encode(), edit)


def _example(form_id: str, name: str) -> str:
    return (FORMS / form_id / "examples" / f"{name}.xml").read_text(encoding="utf-8")


def _number(services: Services, question: str, **given: object) -> int:
    with services.engine.connect() as connection:
        return int(connection.execute(text(question), given).scalar_one())

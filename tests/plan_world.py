"""The conduct survey with its measures and the plan, filled by phones and reviewed: what figures are read from."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from types import SimpleNamespace

from console_world import DAK_HA, FORMS, PROVINCE, TU_MO_RONG, VILLAGE_1, VILLAGE_2, example, load_sample_units, send
from openpyxl import Workbook

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.forms.sheets import SourceKind, read_sheets
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_practice, add_project
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.review_submissions import Decision, Target, review_submissions, undo_review
from server.operations.sights import Desk
from server.submissions.review import Verdict

SURVEY = "household_conduct_survey"
INDICATORS = (
    "code",
    "label::vi",
    "numerator",
    "denominator",
    "unit",
    "direction",
    "level",
    "period",
)
I6 = ("I6", "Tỷ lệ hộ (mẫu)", f"{SURVEY}.implementing", f"{SURVEY}.visited", "%", "up", "commune", "year")
POOR = ("P1", "Hộ nghèo (mẫu)", f"{SURVEY}.answered[hh_poverty=poor]", "", "count", "down", "commune", "year")
TARGETS = ("indicator", "unit", "year", "value", "status")


def workbook(indicators=(I6, POOR), targets=(("I6", "commune", 2026, 70, "draft"),), **sheets):
    """Return the bytes of a plan workbook."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in {"indicators": (INDICATORS, *indicators), "targets": (TARGETS, *targets), **sheets}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def measures_csv(form_id):
    """Return the measures sheet of a form's workbook as the file that goes beside a ready XForm."""
    (sheet,) = (
        one
        for one in read_sheets((FORMS / form_id / "form.xlsx").read_bytes(), SourceKind.XLSX)
        if one.name == "measures"
    )
    written = StringIO()
    rows = csv.DictWriter(written, sheet.header)
    rows.writeheader()
    rows.writerows(dict(row.cells) for row in sheet.rows)
    return written.getvalue().encode()


def publish(services, project_id, form_id, *, is_sensitive=False):
    folder = FORMS / form_id
    files = {one.name: one.read_bytes() for one in (folder / "media").iterdir()}
    source = FormSource((folder / "form.xml").read_bytes(), SourceKind.XFORM, files, measures_csv(form_id))
    publish_form(services, project_id, source, audience=Audience(), is_sensitive=is_sensitive)


class PlanWorld:
    """Two communes, one phone in each, one plan."""

    def __init__(self, services):
        self.services = services
        load_sample_units(services)
        self.project_id = add_project(services, "Gia đình (mẫu)").project_id
        self.practice_id = add_practice(services, self.project_id).project_id
        publish(services, self.project_id, SURVEY)
        tokens = {}
        for name, project, unit in (
            ("Y Mẫu", self.project_id, DAK_HA),
            ("A Mẫu", self.project_id, TU_MO_RONG),
            ("Y Tập", self.practice_id, VILLAGE_1),
        ):
            tokens[name] = (project, add_collaborator(services, NewCollaborator(project, name, (unit,))).token)
        self._phones = SimpleNamespace(services=services, tokens=tokens)
        posts = (NewPost(Role.SUPERVISOR, (PROVINCE,)),)
        login = add_account(services, NewAccount("duyet.mau", "Người duyệt (mẫu)", posts, "mat-khau-thu-nghiem"))
        self._account_id = login.account_id
        self._number = 100
        publish_plan(services, self.project_id, PlanSource("plan", workbook()))

    def unit(self, code):
        return self.services.atlas.current().territory.resolve(code, self.services.today()).unit_id

    def actor(self, role=Role.SUPERVISOR, *codes, elevated=False):
        posts = tuple(Post(role, self.unit(code), None, None) for code in codes or (PROVINCE,))
        return Account(AccountId(self._account_id), "duyet.mau", posts, elevated)

    def send(self, name, *, by="Y Mẫu", village=VILLAGE_1, household="", **answers):
        """Send an example of the survey, as of another household and village if said; return (record, version)."""
        self._number += 1
        household = household or f"00000000-0000-4000-8000-{self._number:012d}"
        replaced = {"village": village, "commune": village[:5], "household_id": household, "household": household}
        xml = example(SURVEY, name, self._number, **(replaced | answers))
        self.services.now.advance(minutes=1)
        receipt = send(self._phones, by, xml)
        return Target(receipt.submission_id, receipt.version_id)

    def send_edit(self, number, replaces, name="couple_with_children", **answers):
        """Send what a phone sends for an edit: instance *number* that replaces instance *replaces*, in any order."""
        household = "00000000-0000-4000-8000-000000000001"
        xml = example(SURVEY, name, number, household_id=household, household=household, **answers).decode()
        if replaces:
            old = f"<deprecatedID>uuid:00000000-0000-4000-8000-{replaces:012d}</deprecatedID>"
            xml = xml.replace("</instanceID>", f"</instanceID>{old}")
        self.services.now.advance(minutes=1)
        receipt = send(self._phones, "Y Mẫu", xml.encode())
        return Target(receipt.submission_id, receipt.version_id)

    def decide(self, verdict, *targets):
        comment = "" if verdict is Verdict.APPROVE else "Xem lại (mẫu)"
        decision = Decision(verdict, comment, targets, spares_flagged=False)
        outcome = review_submissions(self.services, self.actor(), decision, Desk.EVERYDAY)
        assert not outcome.skipped
        return outcome.batch_id

    def undo(self, batch_id):
        undo_review(self.services, self.actor(), batch_id, Desk.EVERYDAY)


__all__ = ["DAK_HA", "I6", "POOR", "TU_MO_RONG", "VILLAGE_1", "VILLAGE_2", "PlanWorld", "workbook"]

"""The incident form in a project of its own, its release tables, and a province of three communes that report."""

from __future__ import annotations

from types import SimpleNamespace

from console_world import PROVINCE, example, load_sample_units, publish, send
from plan_world import workbook

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.release_tables import ReleaseOrder
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.opened_cases import open_cases

A, B, C = "23500", "23425", "23293"
HEADER = ("name", "label::vi", "measure", "rows", "period", "breakdown", "k")
BY_COMMUNE = ("xa", "Số vụ theo xã (mẫu)", "phieu_b.cases", "commune", "year", "", 5)
BY_QUARTER = ("quy", "Số vụ theo quý (mẫu)", "phieu_b.cases", "province", "quarter", "", 5)
BY_FORM = ("hinh-thuc", "Số vụ theo hình thức (mẫu)", "phieu_b.cases", "commune", "year", "form_main", 5)
IN_TIME = ("kip-thoi", "Số vụ đã báo (mẫu)", "phieu_b.told_in_time", "commune", "year", "", 5)
DAYS = {1: "2026-02-10", 2: "2026-05-10", 3: "2026-08-10", 4: "2026-11-08"}
YEAR = 2026


def release_book(*rows, **sheets):
    """Return a plan workbook that declares release tables, without indicators unless *sheets* hold some."""
    return workbook(**{"indicators": (), "targets": (), **sheets, "releases": (HEADER, *rows)})


class ReleaseWorld:
    """Cases are sent, and approved by the incident officer of the province."""

    def __init__(self, services, *rows):
        self.services = services
        services.now.advance(days=60)
        load_sample_units(services)
        self.project_id = add_project(services, "Công việc riêng (mẫu)", kind="separate").project_id
        publish(services, self.project_id, "incident", is_sensitive=True)
        token = add_collaborator(services, NewCollaborator(self.project_id, "Cán bộ mẫu", (PROVINCE,))).token
        self._phones = SimpleNamespace(services=services, tokens={"Cán bộ mẫu": (self.project_id, token)})
        posts = (NewPost(Role.SUPERVISOR, (PROVINCE,)), NewPost(Role.INCIDENT_OFFICER, (PROVINCE,)))
        login = add_account(services, NewAccount("duyet.mau", "Người duyệt (mẫu)", posts, "mat-khau-thu-nghiem"))
        self._account_id = login.account_id
        self._number = 500
        self.publish(*(rows or (BY_COMMUNE, BY_QUARTER)))

    def publish(self, *rows, name="cong-khai"):
        """Publish a plan with these release tables."""
        self.services.now.advance(seconds=1)
        return publish_plan(self.services, self.project_id, PlanSource(name, release_book(*rows)))

    def unit(self, code):
        """Return the id of a unit of today."""
        return int(self.services.atlas.current().territory.resolve(code, self.services.today()).unit_id)

    def actor(self, role=Role.SUPERVISOR, code=PROVINCE, *, elevated=False):
        """Return the account with a post in that role."""
        post = Post(role, self.unit(code), None, None)
        return Account(AccountId(self._account_id), "duyet.mau", (post,), elevated)

    def order(self, plan="cong-khai", year=YEAR):
        """Return the order to freeze a year."""
        return ReleaseOrder(self.project_id, plan, year, "Người công bố (mẫu)")

    def cases(self, commune, count, quarter=4, **answers):
        """Have so many cases of a commune received and approved; return what a decision names."""
        day = DAYS[quarter]
        facts = {"commune": commune, "case_date": day, "occ_day": day, "occ_date": day, **answers}
        targets = [self._send("new_case", **facts) for _ in range(count)]
        self.decide(Verdict.APPROVE, targets)
        return targets

    def no_case(self, commune, quarter=3):
        """Have it confirmed that there was no case."""
        self.decide(Verdict.APPROVE, [self._send("quarter_without_case", commune=commune, zero_date=DAYS[quarter])])

    def decide(self, verdict, targets):
        """Decide at the incident officer's desk."""
        comment = "" if verdict is Verdict.APPROVE else "not_dv"
        decision = Decision(verdict, comment, tuple(targets), spares_flagged=False)
        actor = self.actor(Role.INCIDENT_OFFICER, elevated=True)
        open_cases(self.services, actor, *[one.submission_id for one in targets])
        outcome = review_submissions(self.services, actor, decision, Desk.INCIDENTS)
        assert not outcome.skipped

    def _send(self, name, **facts):
        self._number += 1
        self.services.now.advance(minutes=1)
        receipt = send(self._phones, "Cán bộ mẫu", example("incident", name, self._number, **facts))
        return Target(receipt.submission_id, receipt.version_id)

"""A province that reports: two communes with registers and surveys, incidents apart, releases, our layouts."""

from __future__ import annotations

from copy import copy
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from console_world import DAK_HA, PROVINCE, TU_MO_RONG, example, send
from plan_world import PlanWorld, publish
from release_world import BY_COMMUNE, BY_FORM, DAYS, YEAR, release_book

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.fill_report import fill_report
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from server.operations.release_tables import ReleaseOrder, freeze_release
from server.operations.report_filling import ReportOrder
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.opened_cases import open_cases
from tests.register_world import put

LAYOUTS = Path(__file__).parent.parent / "xlsforms" / "reports"
COMMUNE, WHOLE = "yearly-2017-commune", "yearly-2017-province"
PERIOD = Period(YEAR)


class ReportWorld(PlanWorld):
    """Everything is made through the operations that make it in earnest."""

    def __init__(self, services, *, layouts=(COMMUNE, WHOLE)):
        super().__init__(services)
        services.now.advance(days=60)
        for form_id in ("household_register", "commune_register"):
            publish(services, self.project_id, form_id)
        self.separate_id = add_project(services, "Công việc riêng (mẫu)", kind="separate").project_id
        publish(services, self.separate_id, "incident", is_sensitive=True)
        token = add_collaborator(services, NewCollaborator(self.separate_id, "Cán bộ mẫu", (PROVINCE,))).token
        self._officer = SimpleNamespace(services=services, tokens={"Cán bộ mẫu": (self.separate_id, token)})
        publish_plan(services, self.separate_id, PlanSource("cong-khai", release_book(BY_COMMUNE, BY_FORM)))
        self.layouts = {one: self.layout(one, (LAYOUTS / f"{one}.xlsx").read_bytes()) for one in layouts}
        self._case = 700

    def over(self, services):
        """Return the same province over a copy of its database."""
        other = copy(self)
        other.services, other.layouts = services, dict(self.layouts)
        other._phones = SimpleNamespace(services=services, tokens=self._phones.tokens)
        other._officer = SimpleNamespace(services=services, tokens=self._officer.tokens)
        return other

    def layout(self, name, workbook):
        """Publish a report layout and return its id."""
        source = ReportSource(name, workbook, "Người quản trị (mẫu)")
        return publish_report(self.services, self.project_id, source).template_id

    def order(self, name=COMMUNE, unit=DAK_HA, period=PERIOD):
        """Return the order for a report."""
        return ReportOrder(self.layouts[name], self.unit(unit), period)

    def filled(self, name=COMMUNE, unit=DAK_HA):
        """Fill the public copy in."""
        return fill_report(self.services, self.order(name, unit), has_draft=True)

    def households(self, village, count, **values):
        """Put households into the register."""
        for _ in range(count):
            put(self.services, self.project_id, village=village, status="active", **values)

    def surveys(self, count, **facts):
        """Have so many surveys sent and approved."""
        self.decide(Verdict.APPROVE, *[self.send("couple_with_children", **facts) for _ in range(count)])

    def cases(self, commune, count, quarter=3, **answers):
        """Have so many cases received and approved by the incident officer."""
        targets = []
        for _ in range(count):
            self._case += 1
            day = DAYS[quarter]
            facts = {"commune": commune, "case_date": day, "occ_day": day, "occ_date": day, **answers}
            self.services.now.advance(minutes=1)
            receipt = send(self._officer, "Cán bộ mẫu", example("incident", "new_case", self._case, **facts))
            targets.append(Target(receipt.submission_id, receipt.version_id))
        decision = Decision(Verdict.APPROVE, "", tuple(targets), spares_flagged=False)
        officer = self.actor(Role.INCIDENT_OFFICER, PROVINCE, elevated=True)
        open_cases(self.services, officer, *[one.submission_id for one in targets])
        assert not review_submissions(self.services, officer, decision, Desk.INCIDENTS).skipped

    def freeze(self):
        """Freeze the release tables of the year."""
        freeze_release(self.services, ReleaseOrder(self.separate_id, "cong-khai", YEAR, "Người công bố (mẫu)"))

    def typed(self, key, value, unit=DAK_HA, *, is_sensitive=False):
        """Keep a figure typed from paper."""
        now, services = self.services.now(), self.services
        project_id = self.separate_id if is_sensitive else self.project_id
        with services.unit_of_work(services.operator()) as uow:
            batch = {
                "project_id": project_id, "kind": "figures", "account_id": None, "unit_ids": [],
                "file_name": "so-mau.xlsx", "file_sha256": "0" * 64, "as_of": date(YEAR, 11, 1), "state": "done",
                "report": {}, "created_at": now, "touched_at": now,
            }  # fmt: skip
            row = {
                "project_id": project_id, "year": YEAR, "period": str(YEAR), "unit_id": self.unit(unit),
                "frame_day": date(YEAR, 12, 31), "key": key, "version": 1, "thousandths": value * 1000,
                "source_document": "Sổ gia đình mẫu", "source_number": "", "source_day": None, "source_body": "",
                "author": "Mẫu", "is_sensitive": is_sensitive, "is_current": True, "is_undone": False,
                "import_id": uow.register_imports.add(batch), "recorded_at": now,
            }  # fmt: skip
            uow.paper_figures.replace([], [row])


def shown(filled):
    """Return the numbers of a filled report by the name of their cell, else by what they count: mark and value."""
    cells = [one for one in filled.plan.cells if one.amount is not None]
    return {one.key.removeprefix("report:"): (one.amount.mark.value, one.amount.value) for one in cells}


__all__ = ["COMMUNE", "DAK_HA", "PERIOD", "PROVINCE", "TU_MO_RONG", "WHOLE", "ReportWorld", "shown"]
